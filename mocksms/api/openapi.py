"""The description of the tester API (OpenAPI 3.1), served at /api/v1/openapi.json."""

from mocksms.api import openapi_operations as operations
from mocksms.api.openapi_schemas import (
    CHANNEL,
    TEXT,
    VERDICT,
    WHOLE,
    WORLD_NAME,
    Schema,
    an_object,
    ref,
    schemas,
)
from mocksms.api.paths import API
from mocksms.core.codes.pattern import LONGEST


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
        "schema": WORLD_NAME,
        "description": "The world, which must exist; default: default",
    },
    _query("world", WORLD_NAME, "The world, if no header can be sent"),
]
_FILTERS = [
    _query("channel", CHANNEL, "Only this channel"),
    _query("to", TEXT, "Only to this number or mailbox, in any usual spelling"),
    _query("from", TEXT, "Only from this number or mailbox"),
    _query("q", TEXT, "Only with these words (full text)"),
    _query("since", WHOLE, "Only newer than the message with this id"),
]
_PATTERN = _query(
    "pattern",
    {"type": "string", "maxLength": LONGEST},
    "A regular expression that finds the code instead: its group `code`, else group 1, else all of it",
)
_ID = _path("id", WHOLE)
_PROBLEM = {"description": "Refused", "content": {"application/problem+json": {"schema": ref("Problem")}}}
_PASSWORD = {
    "type": "http",
    "scheme": "basic",
    "description": "From the network: MOCKSMS_PASSWORD, any user name",
}
_NO_CONTENT = {"description": "Done, or nothing there"}
_DELETED = _json(an_object({"deleted": WHOLE}), "Number of deleted ones")


def _call(
    summary: str, answers: Schema, parameters: list[Schema] | None = None, body: Schema | None = None
) -> Schema:
    described: Schema = {
        "summary": summary,
        "parameters": [*_WORLD, *(parameters or [])],
        # 400: no HTTP; 404: no such world; 409: too many worlds, or a `since` of another world; 410: the world was
        # deleted meanwhile; 421: another host's name; 503: the database cannot be written.
        "responses": {
            **dict.fromkeys(("400", "404", "409", "410", "421", "422", "503"), _PROBLEM),
            **answers,
        },
    }
    if body is not None:
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
        described["responses"] |= {"413": _PROBLEM, "415": _PROBLEM}
    return described


def _message_paths() -> Schema:
    page = an_object(
        {"messages": {"type": "array", "items": ref("Message")}, "next": {"type": ["string", "null"]}}
    )
    one = an_object({"raw": {"type": ["string", "null"]}})
    limit = _query(
        "limit", {"type": "integer", "minimum": 1, "maximum": 1000}, "Messages per page (default 50)"
    )
    cursor = _query("cursor", {**WHOLE, "minimum": 1}, "`next` of the page before")
    seconds = {"type": "number", "minimum": 0, "maximum": 60}
    found = {"code": TEXT, "id": WHOLE, "code_reason": {"type": ["string", "null"]}, "received_at": TEXT}
    code = {
        "description": "The code",
        "content": {"text/plain": {"schema": TEXT}, "application/json": {"schema": an_object(found)}},
    }
    due = {"type": ["string", "null"], "format": "date-time", "description": "By the world's clock"}
    missing = an_object(
        {"messages": {"type": "array", "items": {"allOf": [ref("Message"), an_object({"due_at": due})]}}}
    )
    none = an_object({"to": TEXT, "seconds": {"type": "number"}})
    eml = {"description": "Its source, byte for byte", "content": {"message/rfc822": {"schema": TEXT}}}
    row = an_object({"number": WHOLE, "name": TEXT, "type": TEXT, "size": WHOLE, "url": TEXT})
    files = an_object({"attachments": {"type": "array", "items": row}})
    file = {"description": "Its bytes, with its own media type", "content": {"*/*": {"schema": TEXT}}}
    # In OpenAPI 3.1 the schema of a stream describes each event of it.
    an_event = {"type": "object", "properties": dict.fromkeys(("id", "event", "data"), TEXT)}
    stamp = _query("conditions", TEXT, "The stamp of the last event conditions: a newer one is sent at once")
    stream = {
        "description": "Events: message, status, call; restart (the id was ahead of all events), deleted (the world);"
        " conditions (clock or faults changed, messages were deleted, or the world was reset; it has no id)",
        "content": {"text/event-stream": {"schema": an_event}},
    }
    return {
        "/messages": {
            "get": _call(
                "Messages, newest first", {"200": _json(page, "A page")}, [*_FILTERS, limit, cursor]
            ),
            "delete": _call("Delete messages that match; all without filters", {"200": _DELETED}, _FILTERS),
        },
        "/messages/{id}": {
            "get": _call(
                "One message with its checks and its source",
                {"200": _json({"allOf": [ref("CheckedMessage"), one]}, "The message"), "404": _PROBLEM},
                [_ID],
            )
        },
        "/messages/{id}/mail.eml": {
            "get": _call("The source of a mail", {"200": eml, "404": _PROBLEM}, [_ID]),
        },
        "/messages/{id}/attachments": {
            "get": _call(
                "The attachments of a mail", {"200": _json(files, "In their order"), "404": _PROBLEM}, [_ID]
            ),
        },
        "/messages/{id}/attachments/{number}": {
            "get": _call("An attachment", {"200": file, "404": _PROBLEM}, [_ID, _path("number", WHOLE)]),
        },
        "/messages/wait": {
            "get": _call(
                "Wait for a message",
                {"200": _json(ref("CheckedMessage"), "The newest that matches"), "204": _NO_CONTENT},
                [*_FILTERS, _query("timeout", seconds, "Seconds to wait (default 30)"), _PATTERN],
            )
        },
        "/messages/not-arrived": {
            "get": _call(
                "Messages on no handset: undelivered, scheduled or delayed",
                {"200": _json(missing, "Newest first")},
                _FILTERS[1:2],
            )
        },
        "/messages/expect-none": {
            "get": _call(
                "Wait, and check that nothing comes and nothing is held back until then",
                {"200": _json(none, "Nothing"), "409": _PROBLEM},
                [
                    *[each for each in _FILTERS if each["name"] != "to"],
                    _query("to", {"type": "string", "minLength": 1}, "The number or mailbox", True),
                    _query("seconds", seconds, "Seconds by the world's clock (default 0)"),
                ],
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
                    _query("new", {"const": "1"}, "Only a code that arrives from now on"),
                    _query("none", {"const": "404"}, "404 instead of 204 when there is none, for curl -f"),
                    _PATTERN,
                ],
            )
        },
        "/events": {"get": _call("Stream events (server-sent events)", {"200": stream}, [*_FILTERS, stamp])},
    }


def _wire_paths() -> Schema:
    page = an_object(
        {"requests": {"type": "array", "items": ref("Request")}, "next": {"type": ["string", "null"]}}
    )
    parameters = [
        _query("wire", TEXT, "Only of this provider, as messages name it"),
        _query("to", TEXT, "Only for this number or mailbox, in any usual spelling"),
        _query("verdict", VERDICT, "Only accepted or only refused ones"),
        _query("since", WHOLE, "Only newer than the request with this id"),
        _query("limit", {"type": "integer", "minimum": 1, "maximum": 1000}, "Requests per page (default 50)"),
        _query("cursor", {**WHOLE, "minimum": 1}, "`next` of the page before"),
    ]
    words = "Senders' requests, refused ones included, newest first; those without a world are in default"
    return {"/requests": {"get": _call(words, {"200": _json(page, "A page")}, parameters)}}


def _authenticator_paths() -> Schema:
    entries = an_object({"authenticators": {"type": "array", "items": ref("Authenticator")}})
    name = {"type": "string", "maxLength": 120}
    named = {"handset": {"type": "string", "maxLength": 40}, "name": name, "issuer": name}
    keys = {"key": "base32, or", "uri": "an `otpauth://totp/` address, or", "picture": "its QR code, base64"}
    body = {
        "oneOf": [
            an_object(
                {how: {"type": "string", "pattern": r"\S", "description": words}, **named},
                [how],
                additionalProperties=False,
            )
            for how, words in keys.items()
        ]
    }
    found = an_object({"code": TEXT, "seconds_left": {"type": "number"}})
    code = {
        "description": "The code",
        "content": {"text/plain": {"schema": TEXT}, "application/json": {"schema": found}},
    }
    fresh = _query(
        "fresh",
        {"type": "number", "minimum": 0, "maximum": 300},
        "Wait up to 30 seconds for a code that is valid for this long and was not returned before",
    )
    return {
        "/authenticators": {
            "get": _call("The accounts of the authenticators", {"200": _json(entries, "All, oldest first")}),
            "post": _call("Add an account", {"201": _json(ref("Authenticator"), "The account")}, body=body),
        },
        "/authenticators/{id}": {"delete": _call("Remove an account", {"204": _NO_CONTENT}, [_ID])},
        "/authenticators/{id}/code": {
            "get": _call(
                "The code of an account by the world's clock", {"200": code, "204": _NO_CONTENT}, [_ID, fresh]
            )
        },
    }


def _control_paths() -> Schema:
    digits = an_object({"digits": {"type": "string", "pattern": "^[0-9*#]{1,32}$"}})
    number = {"type": "string", "pattern": r"^\+[1-9][0-9]{6,14}$"}
    text = {"type": "string", "pattern": r"\S", "maxLength": 1600}
    side = {"type": "string", "pattern": r"\S", "maxLength": 40}
    called = {"200": _json(ref("Message"), "The call"), "404": _PROBLEM, "409": _PROBLEM}
    rules = an_object({"faults": {"type": "array", "items": ref("Fault")}})
    worlds = an_object({"worlds": {"type": "array", "items": ref("World")}})
    url = an_object({"sms_url": {"type": "string", "maxLength": 2000}})
    clock = an_object({"offset": {"type": "number", "minimum": -315360000, "maximum": 315360000}})
    name = _path("name", WORLD_NAME)
    leases = an_object({"leases": {"type": "array", "items": ref("Lease")}})
    lease = an_object(
        {
            "kind": {"type": "string", "enum": ["number", "mailbox"]},
            "country": {"type": "string", "pattern": "^[A-Za-z]{2}$"},
            "world": WORLD_NAME,
        },
        ["kind"],
        additionalProperties=False,
    )
    calls = {
        f"/calls/{{id}}/{action}": {
            "post": _call(words, called, [_ID], digits if action == "digits" else None)
        }
        for action, words in (
            ("answer", "Answer a ringing call"),
            ("decline", "Decline a ringing call"),
            ("hangup", "End a call"),
            ("digits", "Press keys"),
        )
    }
    return {
        **calls,
        "/replies": {
            "post": _call(
                "Send a text typed on a handset",
                {"201": _json(ref("Message"), "The text")},
                body=an_object({"from": number, "to": side, "body": text}),
            )
        },
        "/numbers/{number}": {
            "put": _call(
                "Set the webhook for texts typed to a number",
                {"200": _json({}, "Set")},
                [_path("number", number)],
                url,
            )
        },
        "/faults": {
            "get": _call("The faults that are set", {"200": _json(rules, "All")}),
            "post": _call("Set a fault", {"201": _json(ref("Fault"), "The rule")}, body=ref("FaultRule")),
            "delete": _call("Clear all faults", {"200": _DELETED}),
        },
        "/faults/{id}": {"delete": _call("Clear one fault", {"204": _NO_CONTENT, "404": _PROBLEM}, [_ID])},
        "/worlds": {"get": _call("All worlds", {"200": _json(worlds, "All")})},
        "/worlds/{name}": {
            "get": _call("One world", {"200": _json(ref("World"), "The world")}, [name]),
            "put": _call(
                "Make a world",
                {
                    "201": _json(ref("World"), "The new world"),
                    "200": _json(ref("World"), "The existing world"),
                },
                [name],
            ),
            "delete": _call("Delete a world", {"204": _NO_CONTENT, "404": _PROBLEM, "409": _PROBLEM}, [name]),
        },
        "/leases": {
            "get": _call("The leases of this world", {"200": _json(leases, "All, oldest first")}),
            "post": _call(
                "Lease a number or mailbox: what is sent to it arrives in this world, whatever the AccountSid",
                {"201": _json(ref("Lease"), "The lease; it ends with its world")},
                body=lease,
            ),
            "delete": _call("End all leases of this world", {"200": _DELETED}),
        },
        "/leases/{id}": {"delete": _call("End one lease", {"204": _NO_CONTENT}, [_ID])},
        "/reset": {"post": _call("Reset this world", {"204": _NO_CONTENT})},
        "/clock": {
            "get": _call("The phone's clock", {"200": _json(ref("Clock"), "The clock")}),
            "put": _call("Move the clock", {"200": _json(ref("Clock"), "The clock")}, body=clock),
        },
    }


def description() -> Schema:
    """Return the whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Mock phone for testers",
            "version": "1",
            "description": "Read and wait for messages, and make messages fail.",
        },
        "servers": [{"url": API}],
        "paths": operations.named(
            {**_message_paths(), **_wire_paths(), **_authenticator_paths(), **_control_paths()}
        ),
        "components": {
            "headers": operations.HEADERS,
            "schemas": schemas(),
            "securitySchemes": {"password": _PASSWORD},
        },
        "security": [{}, {"password": []}],
    }
