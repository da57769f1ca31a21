"""The page that asks people from the network for the phone's password."""

import time
from urllib.parse import urlsplit

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import get_timezone
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from mocksms.api import access
from mocksms.api.middleware import log_in_needed, settings, too_many_guesses
from mocksms.handset import language
from mocksms.handset._blueprint import asks_for_page, blueprint
from mocksms.handset.forms import LogInForm


@blueprint.route("/log-in", methods=["GET", "POST"])
def log_in() -> BaseResponse | tuple[str, int]:
    """Show the form; keep the browser logged in that sends the right password."""
    form = LogInForm()
    if form.validate_on_submit():
        try:
            is_right = access.is_password(settings(), form.password.data or "")
        except access.TooManyGuesses as error:
            return _wait(form, error)
        if is_right:
            access.keep_log_in(settings())
            return redirect(_own_path(form.next.data or ""), 303)
        form.password.errors = [_("That isn't the phone's password. Try again.")]
    return _page(form), 422 if form.errors else 200


@blueprint.errorhandler(access.LogInNeeded)  # before its handler of all exceptions
@blueprint.app_errorhandler(access.LogInNeeded)
def ask_for_log_in(error: access.LogInNeeded) -> BaseResponse | tuple[str, int]:
    """Show browsers the form in place of the page; programs get the error."""
    if not asks_for_page():
        return log_in_needed(error)
    form = LogInForm(formdata=None)
    form.next.data = _asked_path() if request.method == "GET" else "/"
    return _page(form, error.by_password), error.status


@blueprint.errorhandler(access.TooManyGuesses)
@blueprint.app_errorhandler(access.TooManyGuesses)
def ask_to_wait(error: access.TooManyGuesses) -> BaseResponse:
    """Show browsers the form in place of the page; programs get the error."""
    if not asks_for_page():
        return too_many_guesses(error)
    return _wait(LogInForm(formdata=None), error)


def _wait(form: LogInForm, error: access.TooManyGuesses) -> BaseResponse:
    form.password.errors = [
        _("Too many incorrect passwords were entered from your network. Wait before you try again.")
    ]
    response = make_response(_page(form), error.status)
    response.headers["Retry-After"] = str(error.wait)
    return response


def _page(form: LogInForm, by_password: bool = True) -> str:
    return render_template(
        "phone/handset/log_in.html", form=form, by_password=by_password, language=language.choose(),
        theme=language.theme(), phone_now=time.time(), time_zone=str(get_timezone()), events_url="",
        clock_url="", world_name="",
    )  # fmt: skip


def _asked_path() -> str:
    return request.full_path if request.query_string else request.path  # else full_path ends with ?


def _own_path(target: str) -> str:
    """Return a path of this phone; the list of phones for any other address."""
    parts = urlsplit(target.replace("\\", "/"))
    is_own = not parts.scheme and not parts.netloc and target.startswith("/")
    return target if is_own and target.isprintable() else url_for("handset.desk")
