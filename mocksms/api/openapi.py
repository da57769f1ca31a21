"""The description of the tester API (OpenAPI 3.1), as served at /api/v1/openapi.json."""

from typing import Any, get_args

from mocksms.api.paths import API
from mocksms.core import faults

Schema = dict[str, Any]
_WHOLE = {"type": "integer", "minimum": 0, "maximum": 10**18 - 1}
_TEXT = {"type": "string"}
_CHANNEL = {"type": "string", "enum": ["sms", "call", "mail"]}
_WORLD_NAME = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(properties: Schema, required: list[str] | None = None, **more: Any) -> Schema:
    return {"type": "object", "properties": properties, "required": required or list(properties), **more}


def _json(schema: Schema, words: str) -> Schema:
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def _query(name: str, schema: Schema, words: str, required: bool = False) -> Schema:
    return {"name": name, "in": "query", "schema": schema, "description": words, "required": required}


def _path(name: str, schema: Schema) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": schema}


_WORLD = [
    {
        "name": "X-World",
        "in": "header",
        "schema": _WORLD_NAME,
        "description": "The world, which must exist; default: default",
    },
    _query("world", _WORLD_NAME, "The world, where no header can be sent"),
]
_FILTERS = [
    _query("channel", _CHANNEL, "Only this channel"),
    _query("to", _TEXT, "Only to this number or mailbox, written as people write it"),
    _query("from", _TEXT, "Only from this number or mailbox"),
    _query("q", _TEXT, "Only with these words (full text)"),
    _query("since", _WHOLE, "Only newer than the message with this id"),
]
_ID = _path("id", _WHOLE)
_PROBLEM = {"description": "Refused", "content": {"application/problem+json": {"schema": _ref("Problem")}}}
_NO_CONTENT = {"description": "Done, or nothing there"}
_DELETED = _json(_object({"deleted": _WHOLE}), "How many were deleted")


def _call(
    summary: str, answers: Schema, parameters: list[Schema] | None = None, body: Schema | None = None
) -> Schema:
    described: Schema = {
        "summary": summary,
        "parameters": [*_WORLD, *(parameters or [])],
        # 400: no HTTP; 404: no such world; 409: too many worlds; 410: the world was deleted meanwhile;
        # 421: another host's name; 503: the database cannot be written.
        "responses": {
            **dict.fromkeys(("400", "404", "409", "410", "421", "422", "503"), _PROBLEM),
            **answers,
        },
    }
    if body is not None:
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
        described["responses"] |= {"413": _PROBLEM, "415": _PROBLEM}
    return described


def _fault_rule(what: str) -> Schema:
    side = {"type": "string", "maxLength": 320}
    properties: Schema = {
        "what": {"const": what},
        "channel": _CHANNEL,
        "to": side,
        "from": side,
        "share": {"type": "number", "minimum": 0, "maximum": 1},
        "times": {"type": "integer", "minimum": 1, "maximum": 10**6},
    }
    if what in faults.NUMBERS:
        name, low, high, default = faults.NUMBERS[what]
        kind = "number" if name == "seconds" else "integer"
        properties[name] = {"type": kind, "minimum": low, "maximum": high, "default": default}
    return _object(properties, ["what"], additionalProperties=False)


def _schemas() -> Schema:
    nullable = {"type": ["string", "null"]}
    message = _object(
        {
            "id": {"type": "integer"},
            "sid": _TEXT,
            "channel": _CHANNEL,
            "world": _TEXT,
            "wire": _TEXT,
            "direction": {"type": "string", "enum": ["in", "out"]},
            "from": _TEXT,
            "to": _TEXT,
            "subject": _TEXT,
            "body": _TEXT,
            "html": _TEXT,
            "received_at": {"type": "string", "format": "date-time"},
            "read_at": nullable,
            "code": nullable,
            "code_reason": nullable,
            "links": {"type": "array", "items": _TEXT},
            "status": _TEXT,
            "error_code": {"type": ["integer", "null"]},
            "history": {"type": "array", "items": _object({"status": _TEXT, "at": _TEXT})},
            "segments": {"type": "integer"},
            "details": {"type": "object"},
        }
    )
    fault = _object(
        {
            "id": _WHOLE,
            "what": _TEXT,
            "channel": _TEXT,
            "to": _TEXT,
            "from": _TEXT,
            "share": {"type": "number"},
            "times": {"type": ["integer", "null"]},
            "used": _WHOLE,
            "code": {"type": "integer"},
            "status": {"type": "integer"},
            "seconds": {"type": "number"},
        },
        ["id", "what", "channel", "to", "from", "share", "times", "used"],
    )
    problem = _object(
        {
            "type": _TEXT,
            "title": _TEXT,
            "status": {"type": "integer"},
            "detail": _TEXT,
            "errors": {"type": "array", "items": _object({"field": _TEXT, "detail": _TEXT})},
        },
        ["type", "title", "status"],
    )
    return {
        "Message": message,
        "Fault": fault,
        "FaultRule": {"oneOf": [_fault_rule(what) for what in get_args(faults.What)]},
        "Problem": problem,
        "Lease": _object(
            {
                "id": _WHOLE,
                "kind": _TEXT,
                "address": _TEXT,
                "country": _TEXT,
                "world": _TEXT,
                "made_at": {"type": "string", "format": "date-time"},
            }
        ),
        "World": _object({"name": _TEXT, "account_sid": _TEXT}),
        "Clock": _object({"now": {"type": "string", "format": "date-time"}, "offset": {"type": "number"}}),
    }


def _message_paths() -> Schema:
    page = _object(
        {"messages": {"type": "array", "items": _ref("Message")}, "next": {"type": ["string", "null"]}}
    )
    one = _object({"raw": {"type": ["string", "null"]}})
    limit = _query("limit", {"type": "integer", "minimum": 1, "maximum": 1000}, "Messages a page, else 50")
    cursor = _query("cursor", {**_WHOLE, "minimum": 1}, "`next` of the page before")
    seconds = {"type": "number", "minimum": 0, "maximum": 60}
    code = {"description": "The code", "content": {"text/plain": {"schema": _TEXT}}}
    stream = {
        "description": "Events: message, status, call; restart (the id was ahead of all events), deleted (the world)",
        "content": {"text/event-stream": {"schema": _TEXT}},
    }
    return {
        "/messages": {
            "get": _call(
                "Messages, newest first", {"200": _json(page, "A page")}, [*_FILTERS, limit, cursor]
            ),
            "delete": _call("Delete those that match, else all", {"200": _DELETED}, _FILTERS),
        },
        "/messages/{id}": {
            "get": _call(
                "One message with its raw source",
                {"200": _json({"allOf": [_ref("Message"), one]}, "The message"), "404": _PROBLEM},
                [_ID],
            )
        },
        "/messages/wait": {
            "get": _call(
                "Wait for a message",
                {"200": _json(_ref("Message"), "The newest that fits"), "204": _NO_CONTENT},
                [*_FILTERS, _query("timeout", seconds, "Seconds to wait, else 30")],
            )
        },
        "/code": {
            "get": _call(
                "The newest one-time code",
                {"200": code, "204": _NO_CONTENT},
                [
                    *[each for each in _FILTERS if each["name"] != "to"],
                    _query("to", {"type": "string", "minLength": 1}, "The number or mailbox", True),
                    _query("wait", seconds, "Seconds to wait for one"),
                ],
            )
        },
        "/events": {"get": _call("Follow what happens (server-sent events)", {"200": stream}, _FILTERS)},
    }


def _control_paths() -> Schema:
    digits = _object({"digits": {"type": "string", "pattern": "^[0-9*#]{1,32}$"}})
    number = {"type": "string", "pattern": r"^\+[1-9][0-9]{6,14}$"}
    text = {"type": "string", "pattern": r"\S", "maxLength": 1600}
    side = {"type": "string", "pattern": r"\S", "maxLength": 40}
    called = {"200": _json(_ref("Message"), "The call"), "404": _PROBLEM, "409": _PROBLEM}
    rules = _object({"faults": {"type": "array", "items": _ref("Fault")}})
    worlds = _object({"worlds": {"type": "array", "items": _ref("World")}})
    url = _object({"sms_url": {"type": "string", "maxLength": 2000}})
    clock = _object({"offset": {"type": "number", "minimum": -315360000, "maximum": 315360000}})
    name = _path("name", _WORLD_NAME)
    leases = _object({"leases": {"type": "array", "items": _ref("Lease")}})
    lease = _object(
        {
            "kind": {"type": "string", "enum": ["number", "mailbox"]},
            "country": {"type": "string", "pattern": "^[A-Za-z]{2}$"},
            "world": _WORLD_NAME,
        },
        ["kind"],
        additionalProperties=False,
    )
    calls = {
        f"/calls/{{id}}/{action}": {
            "post": _call(words, called, [_ID], digits if action == "digits" else None)
        }
        for action, words in (
            ("answer", "Take a ringing call"),
            ("decline", "Refuse a ringing call"),
            ("hangup", "End a call"),
            ("digits", "Press keys"),
        )
    }
    return {
        **calls,
        "/replies": {
            "post": _call(
                "A text typed on a handset",
                {"201": _json(_ref("Message"), "The text")},
                body=_object({"from": number, "to": side, "body": text}),
            )
        },
        "/numbers/{number}": {
            "put": _call(
                "Where texts typed to a number go", {"200": _json({}, "Set")}, [_path("number", number)], url
            )
        },
        "/faults": {
            "get": _call("The faults asked for", {"200": _json(rules, "All")}),
            "post": _call(
                "Ask for a fault", {"201": _json(_ref("Fault"), "The rule")}, body=_ref("FaultRule")
            ),
            "delete": _call("Lift all faults", {"200": _DELETED}),
        },
        "/faults/{id}": {"delete": _call("Lift one fault", {"204": _NO_CONTENT, "404": _PROBLEM}, [_ID])},
        "/worlds": {"get": _call("The worlds there are", {"200": _json(worlds, "All")})},
        "/worlds/{name}": {
            "get": _call("One world", {"200": _json(_ref("World"), "The world")}, [name]),
            "put": _call(
                "Make a world",
                {"201": _json(_ref("World"), "The new world"), "200": _json(_ref("World"), "It was there")},
                [name],
            ),
            "delete": _call("Delete a world", {"204": _NO_CONTENT, "404": _PROBLEM, "409": _PROBLEM}, [name]),
        },
        "/leases": {
            "get": _call("The leases of this world", {"200": _json(leases, "All, oldest first")}),
            "post": _call(
                "Lease a number or mailbox: what is sent to it lands in this world, whatever the AccountSid",
                {"201": _json(_ref("Lease"), "The lease; it ends with its world")},
                body=lease,
            ),
            "delete": _call("End all leases of this world", {"200": _DELETED}),
        },
        "/leases/{id}": {"delete": _call("End one lease", {"204": _NO_CONTENT}, [_ID])},
        "/reset": {"post": _call("Empty this world", {"204": _NO_CONTENT})},
        "/clock": {
            "get": _call("The handsets' clock", {"200": _json(_ref("Clock"), "The clock")}),
            "put": _call("Move the clock", {"200": _json(_ref("Clock"), "The clock")}, body=clock),
        },
    }


def description() -> Schema:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "The mock phone, for testers",
            "version": "1",
            "description": "Read what arrived on the phone, wait for it, make it fail.",
        },
        "servers": [{"url": API}],
        "paths": {**_message_paths(), **_control_paths()},
        "components": {"schemas": _schemas()},
    }
