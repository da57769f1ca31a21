"""The page that asks people from the network for the tools' password."""

from __future__ import annotations

import flask
from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from webapp import paths
from webapp.pages.fields import PasswordField, StringField
from webapp.pages.forms.base import Form, filled
from webapp.pages.render import page
from webapp.rules.return_to import safe_path
from webapp.sandbox import access
from webapp.sandbox.world_middleware import LOG_IN, blueprint


class LogInForm(Form):
    """The password of the tools, and the page to go to after it."""

    password = PasswordField(validators=[filled(_("Enter the password of the sandbox tools."))])
    next = StringField()


@blueprint.route(paths.TOOLS_LOG_IN, methods=["GET", "POST"])
def log_in() -> ResponseReturnValue:
    """Show the form; keep the browser logged in that sends the right password."""
    form = LogInForm()
    if form.is_sent():
        try:
            is_right = access.is_password(form.password.data or "")
        except access.TooManyGuesses as held:
            return _wait(form, held)
        if is_right:
            access.keep_log_in()
            return flask.redirect(safe_path(form.next.data, url_for("sandbox.stage")), 303)
        form.refuse("password", gettext("That isn't the password of the sandbox tools. Try again."))
    return page(LOG_IN, form=form, next=form.next.data or "", by_password=access.asks_password())


@blueprint.errorhandler(access.LogInNeeded)
def ask_for_log_in(needed: access.LogInNeeded) -> ResponseReturnValue | access.LogInNeeded:
    """Show browsers the form in place of the page; programs get the error."""
    if "text/html" not in request.headers.get("Accept", ""):
        return needed
    shown = request.full_path if request.method == "GET" else ""
    form = LogInForm(formdata=None)
    return page(LOG_IN, form=form, http_status=needed.code, next=shown, by_password=access.asks_password())


@blueprint.errorhandler(access.TooManyGuesses)
def ask_to_wait(held: access.TooManyGuesses) -> ResponseReturnValue | access.TooManyGuesses:
    """Show browsers the form in place of the page; programs get the error."""
    return _wait(LogInForm(formdata=None), held) if "text/html" in request.headers.get("Accept", "") else held


def _wait(form: LogInForm, held: access.TooManyGuesses) -> ResponseReturnValue:
    form.refuse(
        "password",
        gettext("Too many incorrect passwords were entered from your network. Wait before you try again."),
    )
    response = flask.make_response(
        page(LOG_IN, form=form, http_status=held.code, next=form.next.data or "", by_password=True)
    )
    response.headers["Retry-After"] = str(held.retry_after)
    return response
