"""``/sandbox/api``: the tools for programs. JSON in, JSON out, errors as ``application/problem+json`` (RFC 9457).

Testers' calls carry no CSRF token. Instead a body must be JSON, which no other site's form can send, and `access`
refuses what another site's page asks for.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request
from werkzeug.exceptions import UnsupportedMediaType

from webapp import paths
from webapp.sandbox import access, world_middleware
from webapp.sandbox.phone import PhoneRefused, PhoneUnreachable
from webapp.sandbox.worlds import BadWorld

PROBLEM = "application/problem+json"
blueprint = Blueprint("sandbox_api", __name__)
blueprint.before_request(world_middleware.guard)
PICTURES = {"sandbox_api.add_picture": ("image/png", "image/webp")}
"""What a call takes besides JSON: types that no form of another site can have."""


class InvalidBody(Exception):
    """A call can't be done: ``text`` says why, ``field`` names the part of the body."""

    def __init__(self, text: str, field: str = "", status: int = HTTPStatus.UNPROCESSABLE_ENTITY) -> None:
        super().__init__(text)
        self.text = text
        self.field = field
        self.status = status


@blueprint.before_request
def guard() -> None:
    """Refuse a body that another site's form could send."""
    access.require_json(*PICTURES.get(request.endpoint or "", ()))


def install(app: Flask) -> None:
    """Add the calls, free of the CSRF token that pages carry."""
    app.extensions["csrf"].exempt(blueprint)
    app.register_blueprint(blueprint)


def body() -> dict[str, Any]:
    """Return the request's JSON object. Raises InvalidBody."""
    if request.content_length in (None, 0) and not request.content_type:
        return {}
    found = request.get_json(silent=True)
    if not isinstance(found, dict):
        raise InvalidBody("The body must be a JSON object")
    return found


def no_world(name: str, nearest: tuple[str, ...]) -> str:
    """Return a text: no world has this name, which ones are like it, and what to do."""
    if not name:
        return "The world's name is empty: is a variable unset? Leave it out for the default world"
    alike = f" Names like it: {', '.join(nearest)}." if nearest else ""
    return f"There is no world {name!r}.{alike} PUT {paths.API_WORLDS}/NAME makes one"


def problem(status: int, text: str, field: str = "") -> tuple[Response, int]:
    """Return an error as JSON."""
    told = jsonify(
        title=HTTPStatus(status).phrase,
        status=int(status),
        detail=text,
        **({"field": field} if field else {}),
    )
    told.mimetype = PROBLEM
    return told, status


@blueprint.errorhandler(UnsupportedMediaType)
def _on_other_body(_error: UnsupportedMediaType) -> tuple[Response, int]:
    return problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be JSON")


@blueprint.errorhandler(access.LogInNeeded)
def _on_missing_log_in(error: access.LogInNeeded) -> tuple[Response, int]:
    if not access.asks_password():
        return problem(error.code, "Requests from the network need the log-in of the site's proxy")
    answer, status = problem(error.code, "Requests from the network need WEBAPP_TOOLS_PASSWORD (HTTP Basic)")
    answer.headers["WWW-Authenticate"] = access.CHALLENGE.to_header()
    return answer, status


@blueprint.errorhandler(access.TooManyGuesses)
def _on_many_guesses(error: access.TooManyGuesses) -> tuple[Response, int]:
    answer, status = problem(error.code, "Too many wrong log-ins; wait, then try again")
    answer.headers["Retry-After"] = str(error.retry_after)
    return answer, status


@blueprint.errorhandler(InvalidBody)
def _on_invalid_body(error: InvalidBody) -> tuple[Response, int]:
    return problem(error.status, error.text, error.field)


@blueprint.errorhandler(world_middleware.LostWorld)
def _on_lost_world(error: world_middleware.LostWorld) -> tuple[Response, int]:
    return problem(error.code, no_world(error.world, error.nearest), "world")


@blueprint.errorhandler(BadWorld)
def _on_bad_world(error: BadWorld) -> tuple[Response, int]:
    texts = {
        "name": "A world's name is 1 to 64 of A-Z a-z 0-9 _ . - and begins with a letter or digit",
        "many": "There are too many worlds; delete some",
    }
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, texts[error.reason], "name")


@blueprint.errorhandler(PhoneUnreachable)
def _on_unreachable_phone(error: PhoneUnreachable) -> tuple[Response, int]:
    return problem(HTTPStatus.BAD_GATEWAY, f"The phone can't be reached: {error}")


@blueprint.errorhandler(PhoneRefused)
def _on_refusing_phone(error: PhoneRefused) -> tuple[Response, int]:
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"The phone rejected this: {error}")
