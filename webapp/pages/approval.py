"""The approval by email: the waiting page and the page of the email's link (docs/screens.md#8, #10)."""

from __future__ import annotations

import contextlib

from flask import Blueprint, abort, jsonify, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user, login_required

from webapp import paths
from webapp.challenges.engine import HELD, resend_in
from webapp.errors import StaleFlow
from webapp.flows import approval
from webapp.flows.step_up import Elevated
from webapp.pages import auth, guards
from webapp.pages.error_messages import ShowErrors, of_delivery, of_mail_delivery
from webapp.pages.flow_pages import FlowPages, on_stale
from webapp.pages.forms.base import CodeForm, DecisionForm, FormMessage
from webapp.pages.framework.language import moment
from webapp.pages.framework.services import services
from webapp.pages.framework.visitor import visitor
from webapp.pages.render import has_page, is_post, page
from webapp.rules.identifiers import mask_email
from webapp.store.flows import Flow

blueprint = Blueprint("approval", __name__)


def _asked() -> Flow | None:
    return approval.find(
        services(), visitor(), current_user.session.id_hash, guards.kept_flow_id(approval.MACHINE)
    )


def _elsewhere(flow: Flow | None) -> ResponseReturnValue:
    return redirect(url_for("account.security"), 303)


ASKED = FlowPages(_asked, _elsewhere)


@blueprint.route(paths.APPROVAL, methods=["GET", "POST"])
@login_required
@ASKED.page()
def wait(flow: Flow) -> ResponseReturnValue:
    """Wait (docs/screens.md#8). A POST goes on: with the texted code, or once the link was approved."""
    form = CodeForm()
    status = approval.status(services(), flow)
    if is_post() and status == "approved":
        return take_approval(flow)
    if is_post() and flow.data["by"] == "mail" and status == "pending":
        form.message = FormMessage(
            gettext("Not approved yet. Open the link in the message, approve it, then come back here.")
        )
    elif status == "pending" and form.is_sent():
        with ShowErrors(form):
            return _go_on(approval.submit_code(services(), visitor(), flow, form.code))
    is_held = flow.data["delivery"] == HELD
    delivery = None if is_held else of_mail_delivery(flow.data["delivery"])
    return page(
        "approval.wait",
        form=form,
        state=status,
        by=flow.data["by"],
        destination=_destination(),
        status="failed" if status == "pending" and delivery else status,
        delivery_reason=of_delivery(HELD) if is_held else delivery,
        resend_in=resend_in(services(), flow),
    )


@blueprint.get(paths.APPROVAL_POLL)
def poll() -> ResponseReturnValue:
    """Return the request's state to the waiting page's script; 404 to any other browser, signed in or not
    (docs/promises.md#38, #92).
    """
    flow = _asked() if current_user.is_authenticated else None
    if flow is None:
        abort(404)
    return jsonify(status=approval.status(services(), flow))


@blueprint.post(paths.APPROVAL_RESEND)
@login_required
@ASKED.page()
def resend(flow: Flow) -> ResponseReturnValue:
    """Send another email. If the request is over, make a new one."""
    with ShowErrors():
        if approval.status(services(), flow) == "pending":
            approval.send_again(services(), visitor(), flow)
        else:
            guards.keep_flow(
                approval.request(
                    services(),
                    visitor(),
                    current_user.account,
                    current_user.session.id_hash,
                    flow.data["return_to"],
                )
            )
    return redirect(url_for("approval.wait"), 303)


@blueprint.route(paths.APPROVAL_DECIDE, methods=["GET", "POST"])
def decide(token: str) -> ResponseReturnValue:
    """Show on GET, decide once on POST (docs/screens.md#10). It signs nobody in (docs/promises.md#34 to #36)."""
    flow = approval.find_by_link(services(), token)
    if flow is None:
        abort(404)
    form = DecisionForm()
    if form.is_sent():
        with contextlib.suppress(StaleFlow):  # answered before: the page shows the result
            approval.decide(services(), visitor(), flow, form.decision.data)
        return redirect(url_for("approval.decide", token=token), 303)
    status = approval.status(services(), flow)
    if status in ("approved", "used", "denied"):
        outcome = "denied" if status == "denied" else "approved"
        return page("approval.decided", outcome=outcome, state=outcome, after_deny_urls=_after_deny())
    attempt = approval.attempt_of(services(), flow)
    return page(
        "approval.decide",
        form=form,
        state=status,
        status=status,
        who=attempt.name,
        when=moment(attempt.at),
        device=attempt.device,
        near=attempt.near,
        may_approve=flow.data["by"] == "mail",
    )


@on_stale(lambda flow: redirect(flow.data["return_to"], 303))  # that page asks again if it still must
def take_approval(flow: Flow) -> ResponseReturnValue:
    """Elevate the session that asked, and open the page that it asked for."""
    return _go_on(approval.take(services(), visitor(), flow))


def _go_on(elevated: Elevated) -> ResponseReturnValue:
    auth.renew_session(elevated.token, current_user.account)
    return redirect(elevated.return_to, 303)


def _destination() -> str:
    account = current_user.account
    if account.email:
        return mask_email(account.email)
    return gettext("the phone number ending in %(last3)s", last3=(account.phone or "")[-3:])


def _after_deny() -> dict[str, str]:
    """Return what a denial offers, if the site has it. Both need another sign-in."""
    offers = {"password": "account.change_password", "end_sessions": "account.end_all_sessions"}
    return {name: url_for(endpoint) for name, endpoint in offers.items() if has_page(endpoint)}
