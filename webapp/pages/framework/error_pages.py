"""Error pages: what went wrong, in the visitor's language, with the request's id and the next step."""

from __future__ import annotations

import errno
import logging
import math
from html import escape
from typing import NamedTuple

from flask import Flask, Response, current_app, g, jsonify, render_template, request
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from webapp import paths
from webapp.errors import (
    DeliveryFailed,
    LinkExpired,
    LinkTampered,
    Refusal,
    SendCapReached,
    StaleFlow,
    Throttled,
)
from webapp.pages.framework.durations import duration
from webapp.pages.framework.request_log import request_id
from webapp.pages.framework.services import services
from webapp.pages.framework.shown_refusals import show
from webapp.store.engine import Unavailable

LOG = logging.getLogger("webapp.problems")
BUSY_RETRY_SECONDS = 5
_ON_OUR_SIDE = 500


class Problem(NamedTuple):
    """The texts of an error page. ``retry_after`` is in whole seconds, ``again`` the path of the page to open again."""

    status: int
    title: str
    text: str
    retry_after: int | None = None
    again: str | None = None


_TEXTS = {
    400: (lazy_gettext("We couldn't read that request"), lazy_gettext("Go back and try again.")),
    401: (lazy_gettext("Sign in to continue"), lazy_gettext("You need to sign in to view this page.")),
    403: (
        lazy_gettext("Not allowed"),
        lazy_gettext("You don't have permission to view this page. Sign in with another account."),
    ),
    404: (
        lazy_gettext("Page not found"),
        lazy_gettext("The address may be misspelled, or the page is no longer there."),
    ),
    405: (
        lazy_gettext("This address can't be opened directly"),
        lazy_gettext("Go to the home page and use the links there."),
    ),
    410: (
        lazy_gettext("This page has expired"),
        lazy_gettext(
            "It was open too long, has already been used, or belongs to another browser. Start again."
        ),
    ),
    413: (lazy_gettext("Too large"), lazy_gettext("That upload is too large. Send a smaller file.")),
    429: (lazy_gettext("Too many attempts"), lazy_gettext("Wait a moment, then try again.")),
    500: (
        lazy_gettext("Something went wrong on our side"),
        lazy_gettext("Nothing was changed. Please try again. If it happens again, tell us the number below."),
    ),
    503: (
        lazy_gettext("We can't do this right now"),
        lazy_gettext("Nothing was changed. Please try again in a moment."),
    ),
}


def install(app: Flask) -> None:
    """Turn every exception that leaves a page into an error page, or into a JSON problem for JSON clients."""
    app.register_error_handler(HTTPException, _on_http)
    app.register_error_handler(Refusal, _on_refusal)
    app.register_error_handler(DeliveryFailed, _on_delivery)
    app.register_error_handler(Unavailable, _on_database)
    app.register_error_handler(OSError, _on_disk)


def _on_http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.get_response()
    status = error.code or _ON_OUR_SIDE
    if isinstance(error, CSRFError):
        return _answer(
            Problem(
                status,
                gettext("Send the form again"),
                gettext(
                    "This form expired, or you signed in or out in another tab, or "
                    "cookies are off. Nothing was changed. Reload the page and send it "
                    "again."
                ),
                again=_same_page(),
            )
        )
    if request_ctx.url_adapter is None:
        return _answer(
            Problem(
                status,
                gettext("Unknown host"),
                gettext(
                    "This site isn't available at this address. Check the address, "
                    "or ask the person who runs it."
                ),
            )
        )
    # The tools' API answers in English, as its other errors.
    answer = _answer(Problem(status, error.name, error.description or "") if is_api() else _problem(status))
    if error.code == 405 and getattr(error, "valid_methods", None):
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # type: ignore[attr-defined]
    return answer


def _same_page() -> str | None:
    """Return the address of the form's page, if the form was sent to the same address."""
    rule = request.url_rule
    if rule is None or "GET" not in (rule.methods or ()):
        return None
    return request.script_root + request.full_path.rstrip("?")


def _on_refusal(error: Refusal) -> ResponseReturnValue:
    show(error)
    match error:
        case Throttled():
            return _answer(_problem(429, max(1, math.ceil(error.retry_after_seconds))))
        case SendCapReached():
            return _answer(
                Problem(
                    429,
                    gettext("Too many attempts"),
                    gettext(
                        "You've requested too many codes today. Try again in %(send_cap_seconds)s.",
                        send_cap_seconds=duration(services().config.send_cap_seconds),
                    ),
                )
            )
        case StaleFlow() | LinkExpired():
            return _answer(_problem(410))
        case LinkTampered():
            return _answer(_problem(404))
    return _answer(_problem(400))


def _on_delivery(error: DeliveryFailed) -> ResponseReturnValue:
    show(error)
    LOG.warning("not delivered: %s %s", error, request_id())
    return _answer(
        Problem(
            503,
            gettext("We couldn't send the message"),
            gettext("Nothing was changed. Please try again in a moment, or choose another method."),
            BUSY_RETRY_SECONDS,
        )
    )


def _on_database(error: Unavailable) -> ResponseReturnValue:
    LOG.error("database: %s %s", error, request_id())
    return _answer(_problem(503, BUSY_RETRY_SECONDS))


def _on_disk(error: OSError) -> ResponseReturnValue:
    if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE):
        raise error
    LOG.error("disk: %s %s", errno.errorcode[error.errno], request_id())
    return _answer(_problem(503, BUSY_RETRY_SECONDS))


def _problem(status: int, retry_after: int | None = None) -> Problem:
    nearest = status if status in _TEXTS else (_ON_OUR_SIDE if status >= _ON_OUR_SIDE else 400)
    title, text = _TEXTS[nearest]
    return Problem(status, str(title), str(text), retry_after)


def _answer(problem: Problem) -> Response:
    g.problem_status = problem.status  # from here on nothing asks the database for the account
    if wants_json():
        response = jsonify(
            type="about:blank",
            title=problem.title,
            status=problem.status,
            detail=problem.text,
            request_id=request_id(),
        )
        response.mimetype = "application/problem+json"
    else:
        response = current_app.make_response(_page(problem))
    response.status_code = problem.status
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def is_api() -> bool:
    """Return whether the request is for the tools' API."""
    return request.path.startswith(f"{paths.API}/")


def wants_json() -> bool:
    """Return whether a program asks, which gets JSON instead of a page."""
    accepted = request.accept_mimetypes
    is_program = paths.is_poll(request.path) or is_api()
    return is_program or accepted["application/json"] > accepted["text/html"]


def _page(problem: Problem) -> str:
    """Return the error page. If its template fails too, return plain HTML."""
    context = {
        "status": problem.status,
        "title": problem.title,
        "text": problem.text,
        "request_id": request_id(),
        "retry_after": problem.retry_after,
        "again": problem.again,
    }
    if request_ctx.url_adapter is None:  # a host we don't answer to: links of the page stay relative
        request_ctx.url_adapter = current_app.url_map.bind("localhost", script_name=request.script_root)
    try:
        if problem.status < _ON_OUR_SIDE:
            return render_template("site/problems/problem.html", **context)
        # Past the context processors: one of them looks up the account in what may be the broken database.
        template = current_app.jinja_env.get_template("site/problems/problem.html")
        return template.render(current_user=AnonymousUserMixin(), request=request, g=g, **context)
    except Exception:
        LOG.exception("no error page %s", request_id())
        return _plain(problem)


def _plain(problem: Problem) -> str:
    title, text = escape(problem.title), escape(problem.text)
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{title} | Mihon</title></head>'
        f"<body><main><h1>{title}</h1><p>{text}</p><p>{problem.status} {request_id()}</p></main>"
        "</body></html>"
    )
