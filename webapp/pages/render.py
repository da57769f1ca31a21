"""Render a page: its template is named after its endpoint."""

from __future__ import annotations

from typing import Any

from flask import current_app, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from webapp.pages.forms.base import NO_MESSAGE, Form


def page(
    endpoint: str,
    *,
    form: Form | None = None,
    state: str = "",
    http_status: int | None = None,
    **context: Any,
) -> ResponseReturnValue:
    """Return the page of ``endpoint`` (``sign_in.code`` is ``site/sign_in/code.html``), with the errors of ``form``.

    A page with errors answers 200 like any other form, or 429 with Retry-After while a wait runs.
    """
    message = form.message if form is not None else NO_MESSAGE
    answer = make_response(
        render_template(
            f"site/{endpoint.replace('.', '/')}.html",
            form=form,
            problem=message.problem,
            retry_after=message.retry_after,
            page_state=state,
            **context,
        )
    )
    answer.status_code = http_status or (429 if message.retry_after else 200)
    if message.retry_after:
        answer.headers["Retry-After"] = str(message.retry_after)
    return answer


def changed_since(stamp: str) -> ResponseReturnValue:
    """Answer a page's poll: ``changed`` if ``stamp`` is no longer that of the page (``seen``), else ``pending``."""
    return jsonify(status="pending" if request.args.get("seen") == stamp else "changed")


def has_page(endpoint: str) -> bool:
    """Return whether the site has this page: templates link only to existing ones."""
    return endpoint in current_app.view_functions


def language() -> str:
    """Return the page's language, ``ja`` or ``en``."""
    return str(get_locale())


def is_post() -> bool:
    """Return whether this request wants to change something."""
    return request.method == "POST"
