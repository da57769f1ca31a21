"""Turning two-step verification off (docs/screens.md#16, #17)."""

from __future__ import annotations

import flask
from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user, login_required

from webapp import paths
from webapp.errors import StaleFlow
from webapp.flows import turn_off
from webapp.pages import guards
from webapp.pages.forms.methods import FeedbackForm, TurnOffForm
from webapp.pages.framework.services import services
from webapp.pages.framework.visitor import visitor
from webapp.pages.render import is_post, page
from webapp.store.flows import Flow

blueprint = Blueprint("turn_off", __name__)


@blueprint.route(paths.TURN_OFF, methods=["GET", "POST"])
@guards.elevated
def confirm() -> ResponseReturnValue:
    """Ask whether to turn it off (docs/screens.md#16): the page of the settings' pop-up."""
    account = current_user.account
    if not account.two_step_on:
        return redirect(url_for("settings.overview"), 303)
    form = TurnOffForm()
    if not is_post():
        return page("turn_off.confirm", form=form, state="on")
    session = current_user.session.id_hash
    try:
        flow = turn_off.turn_off(services(), visitor(), account, session, clear=bool(form.clearSettings.data))
    except StaleFlow:
        return redirect(url_for("settings.overview"), 303)
    guards.keep_flow(flow)
    return redirect(url_for("turn_off.feedback"), 303)


@blueprint.route(paths.TURN_OFF_FEEDBACK, methods=["GET", "POST"])
@login_required
def feedback() -> ResponseReturnValue:
    """Say 2段階認証を無効にしました。 and take the reasons (docs/screens.md#17)."""
    flow = _just_off()
    if flow is None:
        return redirect(url_for("settings.overview"), 303)
    form = FeedbackForm()
    if is_post() and form.validate():
        try:
            turn_off.send_feedback(
                services(),
                visitor(),
                flow,
                reason=form.reason.data or "",
                words=form.words.data or "",
            )
        except StaleFlow:
            return redirect(url_for("settings.overview"), 303)
        flask.flash(gettext("Thank you for telling us."))
        return redirect(url_for("settings.overview"), 303)
    return page("turn_off.feedback", form=form, state="off")


@blueprint.post(paths.TURN_OFF_FEEDBACK_SKIP)
@login_required
def skip_feedback() -> ResponseReturnValue:
    """スキップ."""
    flow = _just_off()
    if flow is not None:
        turn_off.skip_feedback(services(), flow)
    return redirect(url_for("settings.overview"), 303)


def _just_off() -> Flow | None:
    return turn_off.find(services(), visitor(), current_user.account, guards.kept_flow_id(turn_off.TABLE))
