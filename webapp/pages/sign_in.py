"""Sign in and out (docs/screens.md#2 to #5). The code pages serve a step-up too: it is the same question.

The same blueprint is registered twice: for the shop, and below music for the shop's other app. Links are relative to
the blueprint, and each app's unfinished sign-in is kept apart.
"""

from __future__ import annotations

import flask
from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from webapp import paths
from webapp.challenges import calls, method
from webapp.flows import sign_in, step_up
from webapp.pages import auth, guards, music_session
from webapp.pages.calls import CallView, call_status, call_view
from webapp.pages.error_messages import ShowErrors, of_delivery
from webapp.pages.factors.registry import VIEWS
from webapp.pages.flow_pages import FlowPages, resend_and_return
from webapp.pages.forms.base import (
    ChoiceForm,
    CodeForm,
    FormMessage,
    IdentifierForm,
    PasswordForm,
    SignInCodeForm,
)
from webapp.pages.framework.cookies import read_cookie
from webapp.pages.framework.services import services
from webapp.pages.framework.visitor import browser, visitor
from webapp.pages.render import has_page, is_post, page
from webapp.rules import identifiers
from webapp.rules.return_to import safe_path
from webapp.store.flows import Flow

blueprint = Blueprint("sign_in", __name__)


def _challenged() -> Flow | None:
    """Return this browser's flow that waits for a code: a step-up if signed in to the shop, else a sign-in."""
    session = auth.session_hash()
    if session is not None and not music_session.is_music():
        return step_up.find(services(), browser(), session, guards.kept_flow_id(step_up.MACHINE))
    return sign_in.MACHINE.find(services(), browser(), flask.session.get(_own("sign_in")))


def _start_again(_flow: Flow | None) -> ResponseReturnValue:
    """Start again: an unfinished sign-in expires, and counts in one browser only (docs/promises.md#27)."""
    if current_user.is_authenticated and not music_session.is_music():
        return redirect(url_for("account.security"), 303)
    flask.flash(gettext("Your sign-in expired or was started in another browser. Start again."), "error")
    return redirect(url_for(".identifier"), 303)


CHALLENGED = FlowPages(_challenged, _start_again)


@blueprint.route(paths.SIGN_IN, methods=["GET", "POST"])
def identifier() -> ResponseReturnValue:
    """Ask for the identifier (docs/screens.md#2); with ``?step=password`` the password (docs/screens.md#3)."""
    if request.args.get("step") == "password":
        return password()
    form = IdentifierForm()
    if not is_post():
        return _identifier_page(form)
    if form.validate():
        with ShowErrors(form):
            sign_in.check_identifier(services(), form.email.data or "")
            flask.session[_own("identifier")] = (form.email.data or "").strip()
            flask.session[_own("return_to")] = _next_url(request.form.get("return_to"))
            return redirect(url_for(".identifier", step="password"), 303)
    return _identifier_page(form)


def _identifier_page(form: IdentifierForm) -> ResponseReturnValue:
    return_to = _next_url(request.values.get("return_to"))
    return page("sign_in.identifier", app=_app(), form=form, return_to=return_to)


def password() -> ResponseReturnValue:
    """Ask for the password (docs/screens.md#3). The identifier is kept in the visitor's signed cookie."""
    typed = flask.session.get(_own("identifier"))
    if not typed:
        return redirect(url_for(".identifier"), 303)
    form = PasswordForm()
    if form.is_sent():
        with ShowErrors(form):
            outcome = sign_in.submit_password(
                services(),
                visitor(),
                typed,
                form.password.data or "",
                app=_app(),
                return_to=_next_url(flask.session.get(_own("return_to"))),
                cookie=read_cookie,
                ended_session=music_session.session_hash()
                if music_session.is_music()
                else auth.session_hash(),
            )
            if isinstance(outcome, sign_in.SignedIn):
                return _welcome(outcome)
            if not music_session.is_music():
                auth.empty_session()
            flask.session[_own("sign_in")] = outcome.id
            return redirect(url_for(".code"), 303)
    return page(
        "sign_in.password", app=_app(), form=form, identifier=identifiers.shown(typed), state="password"
    )


@blueprint.route(paths.SIGN_IN_CODE, methods=["GET", "POST"])
@CHALLENGED.page()
def code(flow: Flow) -> ResponseReturnValue:
    """Ask for the code of a sign-in or step-up under way (docs/screens.md#4)."""
    is_sign_in = flow.kind == sign_in.MACHINE.kind
    form: CodeForm = SignInCodeForm() if is_sign_in else CodeForm()
    if form.is_sent():
        with ShowErrors(form):
            return _accept(flow, form)
    asked = method.asked(services(), flow)
    view = VIEWS[asked.kind]
    return page(
        "sign_in.code",
        app=_app(),
        form=form,
        state=flow.state,
        method=asked,
        view=view,
        purpose=flow.kind,
        audience="device" if flow.data.get("app") == "music" else "browser",
        delivery=asked.delivery,
        delivery_reason=None
        if asked.delivery in (None, "sent")
        else of_delivery(asked.delivery) or gettext("Try again in a moment, or choose another method."),
        resend_in=asked.resend_in,
        call=_call_view(flow) if view.is_call else None,
    )


def _call_view(flow: Flow) -> CallView | None:
    return call_view(calls.outcome(services(), flow.id, flow.kind), url_for(".call"))


@blueprint.get(paths.SIGN_IN_CALL)
def call() -> ResponseReturnValue:
    """Return the state of the call with the code, for the page's script."""
    flow = CHALLENGED.find()
    if flow is None:
        return redirect(url_for(".identifier"), 303)
    return call_status(calls.outcome(services(), flow.id, flow.kind))


@blueprint.post(paths.SIGN_IN_RESEND)
@CHALLENGED.page()
def resend(flow: Flow) -> ResponseReturnValue:
    """Send another code by the same method."""
    return resend_and_return(lambda: _send_code(flow, None), ".code")


@blueprint.route(paths.SIGN_IN_ANOTHER_WAY, methods=["GET", "POST"])
@CHALLENGED.page()
def another_way(flow: Flow) -> ResponseReturnValue:
    """Offer every verified way to receive a code (docs/screens.md#5), signed for this flow."""
    form = ChoiceForm()
    if form.is_sent():
        with ShowErrors(form):
            flow = _send_code(flow, form.otpDeviceContext.data)
            if flow.data.get("delivery") in (None, "sent"):
                return redirect(url_for(".code"), 303)
            form.message = FormMessage(of_delivery(flow.data["delivery"]))
    offered = method.choices(services(), flow)
    usable = [choice for choice in offered if not choice.is_off]
    likeliest = next((choice for choice in usable if not choice.is_current), offered[0] if offered else None)
    return page(
        "sign_in.another_way",
        app=_app(),
        form=form,
        state=flow.state,
        choices=[_shown(choice, is_checked=choice is likeliest) for choice in offered],
        resend_in=method.asked(services(), flow).resend_in,
        # An app needs no sending: it may be chosen while the wait for another code runs.
        holds="auth-send-code" if all(VIEWS[choice.kind].resend for choice in offered) else None,
        capped=of_delivery("capped")
        if flow.data.get("delivery") == "capped" and not form.message.problem
        else None,
        recovery_url=url_for("recovery.start") if has_page("recovery.start") else None,
    )


@blueprint.post(paths.SIGN_OUT)
def sign_out() -> ResponseReturnValue:
    """End this app's session. Its cookie is invalid at once; the other app's stays."""
    response = flask.make_response(redirect(_next_url(None), 303))
    if music_session.is_music():
        music_session.leave(response)
    elif current_user.is_authenticated:
        sign_in.sign_out(services(), visitor(), current_user.account, current_user.session.id_hash)
        flask.session.clear()
    flask.flash(gettext("You have signed out."))
    return response


def _app() -> str:
    return music_session.APP if music_session.is_music() else "shop"


def _own(key: str) -> str:
    """Return the cookie's key for this app: a sign-in to one app does not disturb the other."""
    return f"{key}_{_app()}"


def _next_url(path: str | None) -> str:
    """Return where a finished sign-in leads: where the visitor wanted to go, else to the app's home."""
    return safe_path(path, url_for("music.home") if music_session.is_music() else url_for("shop.home"))


def _welcome(signed_in: sign_in.SignedIn) -> ResponseReturnValue:
    if not music_session.is_music():
        return auth.welcome(signed_in)
    for key in ("identifier", "return_to", "sign_in"):
        flask.session.pop(_own(key), None)
    response = flask.make_response(redirect(signed_in.return_to, 303))
    music_session.put_session(response, signed_in.token, signed_in.account)
    auth.put_trust(response, signed_in.trust_cookie)
    return response


def _accept(flow: Flow, form: CodeForm) -> ResponseReturnValue:
    if flow.kind == sign_in.MACHINE.kind:
        remember = isinstance(form, SignInCodeForm) and bool(form.rememberDevice.data)
        return _welcome(sign_in.submit_code(services(), visitor(), flow, form.code, remember=remember))
    elevated = step_up.submit_code(services(), visitor(), flow, form.code)
    auth.renew_session(elevated.token, current_user.account)
    return redirect(elevated.return_to, 303)


def _send_code(flow: Flow, choice: str | None) -> Flow:
    send = sign_in.send_code if flow.kind == sign_in.MACHINE.kind else step_up.send_code
    return send(services(), visitor(), flow, choice)


def _shown(choice: method.Choice, *, is_checked: bool) -> dict[str, object]:
    """Return a choice as its page shows it (docs/screens.md#5). Checked is another way than the present one."""
    view = VIEWS[choice.kind]
    label = view.named_choice if view.named_choice and choice.name else view.choice
    off = gettext("Locked after too many incorrect codes.")
    return {
        "value": choice.value,
        "label": str(label) % {"last3": choice.last3, "name": choice.name},
        "icon": view.icon,
        "is_sent": bool(view.resend),
        "checked": is_checked,
        "note": off if choice.is_off else view.note,
    }
