"""The description of the tools' API (OpenAPI 3.1), made from its routes, served at ``/sandbox/api/openapi.json``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, jsonify
from werkzeug.routing import Rule

from webapp import paths
from webapp.sandbox import api
from webapp.sandbox.described import (
    COUNT,
    NUMBER,
    TEXT,
    TEXTS,
    WORLD_NAME,
    Description,
    Schema,
    a_list,
    an_object,
    description_of,
    means,
    or_null,
    ref,
)

_AUTOMATIC = frozenset({"HEAD", "OPTIONS"})
_ERRORS = {
    400: "The request can't be read",
    401: "A request from the network needs WEBAPP_TOOLS_PASSWORD",
    403: "Sent by a page of another site, or from the network past the proxy that logs people in",
    404: "No such world or thing, or the tools don't answer to this address",
    409: "Not possible in this state",
    410: "The world was deleted meanwhile",
    422: "A parameter or member of the body is wrong; `field` names it",
    429: "The address sent too many wrong log-ins; wait, then try again",
    502: "The phone can't be reached, or a state couldn't be prepared",
    503: "The database is busy or full; try again",
}
_BODY_ERRORS = {413: "The body is too large", 415: "The body has another media type"}
_PASSWORD = {
    "type": "http",
    "scheme": "basic",
    "description": "From the network: WEBAPP_TOOLS_PASSWORD, any user name",
}
_WORLD = [
    {
        "name": "X-World",
        "in": "header",
        "schema": WORLD_NAME,
        "description": "The world, which must exist; default: default",
    },
    {
        "name": "world",
        "in": "query",
        "schema": WORLD_NAME,
        "description": "The world, if no header can be sent",
    },
]
HEADERS = {
    "X-Request-Id": {
        "description": "The id of this request in the site's log",
        "required": True,
        "schema": TEXT,
    }
}
_RETRY = {
    "Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer", "minimum": 1}},
}
_TO_RETRY = (429, 503)


def description(app: Flask) -> Schema:
    """Return the whole document."""
    calls: dict[str, Schema] = {}
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith(f"{api.blueprint.name}.") and rule.rule != paths.API_DESCRIPTION:
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix(paths.API))
            calls[path] = {**calls.get(path, {}), **_calls(app, rule)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "The site's tools",
            "version": "1",
            "description": "Worlds, personas, faults, clock and records of a site in sandbox mode.",
        },
        "servers": [{"url": paths.API}],
        "paths": dict(sorted(calls.items())),
        "components": {
            "schemas": _schemas(),
            "headers": HEADERS | _RETRY,
            "securitySchemes": {"password": _PASSWORD},
        },
        "security": [{}, {"password": []}],
    }


def _calls(app: Flask, rule: Rule) -> Schema:
    view = app.view_functions[rule.endpoint]
    told = description_of(view)
    first, *others = sorted((rule.methods or set()) - _AUTOMATIC, reverse=True)  # PUT before POST
    names = {first: told.name, **{method: f"{told.name}By{method.capitalize()}" for method in others}}
    summary = (view.__doc__ or "").partition("\n")[0].replace("``", "`")
    return {method.lower(): _call(name, method, summary, told, rule) for method, name in names.items()}


def _call(name: str, method: str, summary: str, told: Description, rule: Rule) -> Schema:
    errors = _ERRORS | ({} if method == "GET" else _BODY_ERRORS)
    answers = {
        str(status): _answer(
            words, ref("Problem"), api.PROBLEM, [*HEADERS, *(_RETRY if status in _TO_RETRY else ())]
        )
        for status, words in errors.items()
    }
    for status, schema in told.answers.items():
        answers[str(status)] = _answer(HTTPStatus(status).phrase, schema)
    call: Schema = {
        "operationId": name,
        "summary": summary,
        "parameters": [
            *_WORLD,
            *(
                {"name": each, "in": "path", "required": True, "schema": told.path.get(each, TEXT)}
                for each in sorted(rule.arguments)
            ),
            *(
                {"name": each, "in": "query", "schema": TEXT, "description": words}
                for each, words in told.query.items()
            ),
        ],
        "responses": answers,
    }
    if told.body:
        call["requestBody"] = {"required": True, "content": {"application/json": {"schema": told.body}}}
    elif told.pictures:
        call["requestBody"] = {"required": True, "content": {each: {} for each in told.pictures}}
    return call


def _answer(
    words: str, schema: Schema | None, kind: str = "application/json", headers: Iterable[str] = HEADERS
) -> Schema:
    content = {} if schema is None else {"content": {kind: {"schema": schema}}}
    return {
        "description": words,
        "headers": {each: {"$ref": f"#/components/headers/{each}"} for each in headers},
        **content,
    }


def _schemas() -> Schema:
    time = {"type": "string", "format": "date-time"}
    world: dict[str, Any] = {
        "name": TEXT,
        "accounts": COUNT,
        "steps": means("Recorded steps", COUNT),
        "offset": means("Seconds that its clock is ahead", NUMBER),
        "size": means("Bytes on disk", COUNT),
        "url": means("The site in this world", TEXT),
        "phone_url": means("The phone in this world", TEXT),
    }
    persona = {
        "name": TEXT, "called": TEXT, "email": or_null(TEXT), "phone": or_null(TEXT), "password": TEXT,
        "secret": means("The key of the authenticator app", or_null(TEXT)),
        "state": means("What the account is in, in a sentence", TEXT),
        "starts": means("Flow and state of each page that it starts on", a_list(a_list(TEXT))),
        "passkey": means("The credential of its passkey, if it has one", {"type": "object"}),
    }  # fmt: skip
    at_page = {
        "lands": means("The path of its page", TEXT),
        "cookies": means("For a client that keeps none", TEXTS),
    }
    last = {
        "field": or_null(TEXT), "value": or_null(TEXT), "press": TEXT, "fields": {"type": "object"},
        "files": a_list(TEXT), "action": or_null(TEXT),
    }  # fmt: skip
    step = {
        "id": COUNT, "at": time, "walk": means("The recording", TEXT), "kind": TEXT, "name": TEXT, "text": TEXT,
        "data": means("What its kind has: status and path of a page, members of a message", {"type": "object"}),
        "message": means("The phone's message", {"type": "object"}), "picture": means("Its address", TEXT),
        "is_lost": means("Sent, but not on the phone", {"type": "boolean"}),
    }  # fmt: skip
    return {
        "Problem": an_object(
            {
                "type": TEXT,
                "title": TEXT,
                "status": {"type": "integer"},
                "detail": TEXT,
                "field": means("The wrong parameter or member", TEXT),
                "request_id": TEXT,
            },
            ["title", "status", "detail"],
        ),
        "World": an_object(world),
        "WorldAndPhone": an_object(world | {"phone": means("ok, or why the phone did not follow", TEXT)}),
        "Clock": an_object(
            {
                "now": time,
                "local": means("In the site's time zone", TEXT),
                "offset": means("Seconds ahead of real time", NUMBER),
                "phone": an_object({"answers": {"type": "boolean"}, "offset": or_null(NUMBER)}),
            }
        ),
        "Fault": an_object(
            {
                "id": means("Clears it", TEXT),
                "fault": means("Its key, or empty for a rule of the phone's", TEXT),
                "words": TEXT,
                "channel": TEXT,
                "to": TEXT,
                "left": means("How often it still works; null: until it is cleared", or_null(COUNT)),
                "used": means("How often it worked; null: not counted", or_null(COUNT)),
            }
        ),
        "Persona": an_object(persona, [name for name in persona if name != "passkey"]),
        "MadePersona": an_object(
            {**persona, "world": TEXT, **at_page},
            [*(name for name in persona if name != "passkey"), "world", *at_page],
        ),
        "Refusal": an_object(
            {
                "name": TEXT,
                "refusal": or_null(TEXT),
                "persona": TEXT,
                "flow": TEXT,
                "text": TEXTS,
                "last": or_null(ref("LastStep")),
            }
        ),
        "LastStep": means("What the user does to see it", an_object(last)),
        "ReachedRefusal": an_object({"name": TEXT, **at_page, "last": or_null(ref("LastStep"))}),
        "Step": an_object(step, [name for name in step if name not in ("message", "picture", "is_lost")]),
    }


@api.blueprint.get(paths.API_DESCRIPTION)
def openapi() -> Response:
    """Return the description of this API."""
    return jsonify(description(current_app))
