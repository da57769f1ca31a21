"""Change name, addresses, number and password, after a fresh step-up (docs/screens.md#7, docs/promises.md#42)."""

from __future__ import annotations

import flask
from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user, login_required

from webapp import paths
from webapp.flows import account_changes as changing
from webapp.pages import auth, guards
from webapp.pages.account import blueprint
from webapp.pages.code_views import ask_code
from webapp.pages.error_messages import ShowErrors
from webapp.pages.flow_pages import flow_pages, resend_and_return
from webapp.pages.forms.account import (
    ChangePasswordForm,
    EmailForm,
    NameForm,
    NumberForm,
    PostalAddressForm,
)
from webapp.pages.forms.base import CodeForm
from webapp.pages.framework.language import LANGUAGES, remember
from webapp.pages.framework.services import services
from webapp.pages.framework.visitor import visitor
from webapp.pages.render import language, page
from webapp.rules import identifiers
from webapp.rules.return_to import safe_path
from webapp.store.flows import Flow

__all__ = ["blueprint"]

UNDER_WAY = flow_pages(
    changing.MACHINE,
    start="account.security",
    lost=_("This step expired or was finished elsewhere. Nothing was changed here."),
)


@blueprint.route(paths.CHANGE_NAME, methods=["GET", "POST"])
@guards.elevated
def change_name() -> ResponseReturnValue:
    """Change the name."""
    form = NameForm(customerName=current_user.account.name)
    if form.is_sent():
        changing.change_name(services(), visitor(), current_user.account, form.customerName.data or "")
        return _done(gettext("Your name was saved."))
    return page("account.change_name", form=form)


@blueprint.route(paths.CHANGE_ADDRESS, methods=["GET", "POST"])
@guards.elevated
def change_address() -> ResponseReturnValue:
    """Change the postal address. A form without any part removes it."""
    before = current_user.account.address
    form = PostalAddressForm.of(before)
    if form.is_sent():
        changing.change_address(services(), visitor(), current_user.account, form.address)
        if form.address:
            return _done(gettext("Your postal address was saved."))
        if before:
            return _done(gettext("Your postal address was removed."))
        return _done(gettext("You don't have a postal address yet."))
    order = form.NAMES if language() == "ja" else ("addressLine1", "addressLine2", "city", *form.NAMES[1::-1])
    return page("account.change_address", form=form, order=order)


@blueprint.post(paths.CHANGE_LANGUAGE)
@login_required
def change_language() -> ResponseReturnValue:
    """Make a language the account's and this browser's, and show the page again."""
    language = request.form.get("lang", "")
    if language not in LANGUAGES:
        abort(400)
    changing.change_language(services(), visitor(), current_user.account, language)
    wanted = safe_path(request.form.get("return_to"), url_for("account.security"))
    response = flask.make_response(redirect(wanted, 303))
    remember(response, language)
    return response


@blueprint.route(paths.CHANGE_EMAIL, methods=["GET", "POST"])
@guards.elevated
def change_email() -> ResponseReturnValue:
    """Take another email address, and send it a code."""
    form = EmailForm()
    if form.is_sent():
        with ShowErrors(form):
            flow = changing.submit_email(
                services(),
                visitor(),
                current_user.account,
                current_user.session.id_hash,
                form.email.data or "",
            )
            guards.keep_flow(flow)
            return redirect(url_for("account.confirm_change"), 303)
    return page("account.change_email", form=form, present=current_user.account.email)


@blueprint.route(paths.CHANGE_PHONE, methods=["GET", "POST"])
@guards.elevated
def change_phone() -> ResponseReturnValue:
    """Take another mobile number, and send it a code."""
    form = NumberForm()
    if form.is_sent():
        with ShowErrors(form):
            flow = changing.submit_phone(
                services(),
                visitor(),
                current_user.account,
                current_user.session.id_hash,
                form.phoneNumber.data or "",
                form.countryCode.data,
            )
            guards.keep_flow(flow)
            return redirect(url_for("account.confirm_change"), 303)
    present = current_user.account.phone
    return page(
        "account.change_phone",
        form=form,
        present=identifiers.shown(present),
    )


@blueprint.route(paths.CHANGE_VERIFY, methods=["GET", "POST"])
@guards.elevated
@UNDER_WAY.page()
def confirm_change(flow: Flow) -> ResponseReturnValue:
    """Take the code that went to the new address or number."""
    form = CodeForm()
    if form.is_sent():
        with ShowErrors(form):
            contact = changing.submit_code(services(), visitor(), flow, form.code)
            is_mail = contact.channel == "mail"
            return _done(
                gettext("Your email address was changed.")
                if is_mail
                else gettext("Your mobile number was changed.")
            )
    return ask_code("account.confirm_change", flow, form, destination=identifiers.shown(flow.data["to"]))


@blueprint.post(paths.CHANGE_RESEND)
@guards.elevated
@UNDER_WAY.page()
def resend_change(flow: Flow) -> ResponseReturnValue:
    """Send another code to the same address or number."""
    return resend_and_return(
        lambda: changing.send_again(services(), visitor(), flow), "account.confirm_change"
    )


@blueprint.route(paths.CHANGE_PASSWORD, methods=["GET", "POST"])
@guards.elevated
def change_password() -> ResponseReturnValue:
    """Take the current password and a new one. Everything else is signed out (docs/promises.md#48)."""
    form = ChangePasswordForm()
    account = current_user.account
    if form.is_sent():
        with ShowErrors(form):
            token = changing.change_password(
                services(),
                visitor(),
                account,
                current_user.session,
                present=form.password.data or "",
                new=form.passwordNew.data or "",
            )
            auth.put_session(token, account)
            return _done(gettext("Your password was changed. All other devices were signed out."))
    return page(
        "account.change_password",
        form=form,
        identifier=identifiers.shown(account.email or account.phone),
    )


def _done(words: str) -> ResponseReturnValue:
    flask.flash(words)
    return redirect(url_for("account.security"), 303)
