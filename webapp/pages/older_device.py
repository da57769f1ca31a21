"""A device without a page for codes: one password field (docs/screens.md#20, #b11)."""

from __future__ import annotations

import flask
from flask import Blueprint, current_app, redirect, url_for
from flask.typing import ResponseReturnValue

from webapp import paths
from webapp.challenges.method import asked as asked_of
from webapp.flows import older_device
from webapp.flows.sign_in import SignedIn
from webapp.pages import guards, music_session
from webapp.pages.error_messages import ShowErrors, of_delivery
from webapp.pages.factors.registry import VIEWS
from webapp.pages.flow_pages import on_stale
from webapp.pages.forms.recovery import OlderDeviceForm
from webapp.pages.framework.cookies import read_cookie
from webapp.pages.framework.services import services
from webapp.pages.framework.visitor import browser, visitor
from webapp.pages.music_session import OLDER
from webapp.pages.render import page
from webapp.store.flows import Flow

blueprint = Blueprint("older_device", __name__)


@blueprint.route(paths.OLDER_DEVICE, methods=["GET", "POST"])
@on_stale(lambda: redirect(url_for("older_device.sign_in"), 303))
def sign_in() -> ResponseReturnValue:
    """Take the password first; after the error, password and code in the same field."""
    form = OlderDeviceForm()
    pending = older_device.MACHINE.find(services(), browser(), guards.kept_flow_id(older_device.MACHINE))
    if form.is_sent():
        with ShowErrors(form):
            outcome = older_device.submit(
                services(),
                visitor(),
                pending,
                form.email.data or "",
                form.password.data or "",
                return_to=url_for("older_device.sign_in"),
                cookie=read_cookie,
                ended_session=music_session.session_hash(OLDER),
            )
            if isinstance(outcome, SignedIn):
                return _welcome(outcome)
            pending = outcome
            guards.keep_flow(outcome)
            form.refuse("password", _code_follows(outcome))
    found = music_session.listener(OLDER)
    return page(
        "older_device.sign_in",
        app=music_session.APP,
        form=form,
        state=pending.state if pending is not None and found is None else "",
        listener=found[1].name if found else None,
        sign_out_url=url_for("older_device.sign_out"),
    )


@blueprint.post(paths.OLDER_DEVICE_SIGN_OUT)
def sign_out() -> ResponseReturnValue:
    """End this device's session."""
    response = current_app.make_response(redirect(url_for("older_device.sign_in"), 303))
    music_session.leave(response, OLDER)
    return response


def _welcome(signed_in: SignedIn) -> ResponseReturnValue:
    """Sign in without trust: there is no cookie but the session's."""
    flask.session.pop(guards.FLOW + older_device.MACHINE.kind, None)
    response = current_app.make_response(redirect(signed_in.return_to, 303))
    music_session.put_session(response, signed_in.token, signed_in.account, OLDER)
    return response


def _code_follows(flow: Flow) -> str:
    """Return the error after the right password: what to type next, or why no code came."""
    asked = asked_of(services(), flow)
    trouble = of_delivery(asked.delivery or "sent")
    return trouble or str(VIEWS[asked.kind].asked_older) % {"last3": asked.last3}
