"""Turn two-step verification off (docs/screens.md#16, #17)."""

from __future__ import annotations

import flask
from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user, login_required

from webapp import paths
from webapp.flows import turn_off
from webapp.pages import guards
from webapp.pages.flow_pages import flow_pages, on_stale
from webapp.pages.forms.methods import FeedbackForm, TurnOffForm
from webapp.pages.framework.services import services
from webapp.pages.framework.visitor import visitor
from webapp.pages.render import is_post, page
from webapp.store.flows import Flow

blueprint = Blueprint("turn_off", __name__)

JUST_OFF = flow_pages(turn_off.MACHINE, start="settings.overview")


def _to_settings() -> ResponseReturnValue:
    return redirect(url_for("settings.overview"), 303)


@blueprint.route(paths.TURN_OFF, methods=["GET", "POST"])
@guards.elevated
@on_stale(_to_settings)
def confirm() -> ResponseReturnValue:
    """Ask whether to turn it off (docs/screens.md#16)."""
    account = current_user.account
    if not account.two_step_on:
        return _to_settings()
    form = TurnOffForm()
    if not is_post():
        return page("turn_off.confirm", form=form, state="on")
    session = current_user.session.id_hash
    flow = turn_off.turn_off(services(), visitor(), account, session, clear=bool(form.clearSettings.data))
    guards.keep_flow(flow)
    return redirect(url_for("turn_off.feedback"), 303)


@blueprint.route(paths.TURN_OFF_FEEDBACK, methods=["GET", "POST"])
@login_required
@JUST_OFF.page()
def feedback(flow: Flow) -> ResponseReturnValue:
    """Show 2段階認証を無効にしました。 and take the reasons (docs/screens.md#17)."""
    form = FeedbackForm()
    if form.is_sent():
        turn_off.send_feedback(
            services(), visitor(), flow, reason=form.reason.data or "", words=form.words.data or ""
        )
        flask.flash(gettext("Thank you for telling us."))
        return _to_settings()
    return page("turn_off.feedback", form=form, state="off")


@blueprint.post(paths.TURN_OFF_FEEDBACK_SKIP)
@login_required
@JUST_OFF.page()
def skip_feedback(flow: Flow) -> ResponseReturnValue:
    """Skip the feedback (スキップ)."""
    turn_off.skip_feedback(services(), flow)
    return _to_settings()
