"""The schemas of the tester API's description, and helpers to write them."""

from typing import Any, get_args

from mocksms.core import faults
from mocksms.store.requests import ChosenBy

Schema = dict[str, Any]
WHOLE = {"type": "integer", "minimum": 0, "maximum": 10**18 - 1}
TEXT = {"type": "string"}
CHANNEL = {"type": "string", "enum": ["sms", "call", "mail"]}
VERDICT = {"type": "string", "enum": ["accepted", "refused"]}
WORLD_NAME = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"}


def ref(name: str) -> Schema:
    """Return a reference to one of the schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def an_object(properties: Schema, required: list[str] | None = None, **more: Any) -> Schema:
    """Return an object with these members, all required unless `required` names some."""
    return {"type": "object", "properties": properties, "required": required or list(properties), **more}


def _fault_rule(what: str) -> Schema:
    side = {"type": "string", "maxLength": 320}
    properties: Schema = {
        "what": {"const": what},
        "channel": CHANNEL,
        "to": side,
        "from": side,
        "share": {"type": "number", "minimum": 0, "maximum": 1},
        "times": {"type": "integer", "minimum": 1, "maximum": 10**6},
    }
    if what in faults.NUMBERS:
        name, low, high, default = faults.NUMBERS[what]
        kind = "number" if name == "seconds" else "integer"
        properties[name] = {"type": kind, "minimum": low, "maximum": high, "default": default}
    return an_object(properties, ["what"], additionalProperties=False)


def _details() -> Schema:
    flag, seconds, texts = {"type": "boolean"}, {"type": "number"}, {"type": "array", "items": TEXT}
    known: dict[str, tuple[Schema, str]] = {
        "code_reason": (TEXT, "Why this number is the code"),
        "duplicate_of": (TEXT, "`sid` of the message that a fault duplicated"),
        "from": (TEXT, "Mail: the sender as the header names it"),
        "envelope_from": (TEXT, "Mail: the sender of the envelope"),
        "attachments": (
            {"type": "array", "items": {"type": "object"}},
            "Mail: name, type and size of each file",
        ),
        "cut": (flag, "Mail: too long to be read to its end; the source is whole"),
        "text": (
            an_object({key: {"type": ["string", "null"]} for key in ("part", "declared", "used")}),
            "Mail: its text's part and character set",
        ),
        "media": (texts, "SMS: addresses of pictures and files"),
        "messaging_service_sid": (TEXT, "SMS: the service that sent it"),
        "status_callback": (TEXT, "Where the app wants to hear of the status"),
        "topic": (TEXT, "SMS: the topic that it was published to"),
        "attributes": ({"type": "object"}, "SMS: the sender's attributes"),
        "ring_seconds": (seconds, "Call: how long it rings"),
        "answered_at": (seconds, "Call: Unix seconds"),
        "ended_at": (seconds, "Call: Unix seconds"),
        "answered_by": (TEXT, "Call: human, or machine_start for the voicemail"),
        "pressed": (TEXT, "Call: the keys pressed"),
        "spoken": ({"type": "array", "items": {"type": "object"}}, "Call: what was said"),
    }
    properties = {name: {**schema, "description": words} for name, (schema, words) in known.items()}
    words = "What only its channel and provider have. Members are there where they apply; others may be"
    return {"type": "object", "description": words, "properties": properties}


def schemas() -> Schema:
    """Return the schemas by name."""
    nullable = {"type": ["string", "null"]}
    message = an_object(
        {
            "id": {"type": "integer"},
            "sid": TEXT,
            "channel": CHANNEL,
            "world": TEXT,
            "wire": TEXT,
            "direction": {"type": "string", "enum": ["in", "out"]},
            "from": TEXT,
            "to": TEXT,
            "subject": TEXT,
            "body": TEXT,
            "html": TEXT,
            "received_at": {"type": "string", "format": "date-time"},
            "read_at": nullable,
            "code": nullable,
            "code_reason": nullable,
            "links": {"type": "array", "items": TEXT},
            "status": TEXT,
            "error_code": {"type": ["integer", "null"]},
            "history": {"type": "array", "items": an_object({"status": TEXT, "at": TEXT})},
            "segments": {"type": "integer"},
            "details": _details(),
        }
    )
    check = an_object(
        {
            "name": {"enum": ["encoding", "parts", "origin_bound", "same_code", "link", "language"]},
            "ok": {
                "type": ["boolean", "null"],
                "description": "false: needs attention; null: neither good nor bad",
            },
            "text": TEXT,
            "details": {
                "type": "object",
                "description": "What the check found, by its name: `parts` has `parts`, `used` and `room`, `link` has"
                " `url`, `host` and `problems`, and so on",
            },
        }
    )
    fault = an_object(
        {
            "id": WHOLE,
            "what": TEXT,
            "channel": TEXT,
            "to": TEXT,
            "from": TEXT,
            "share": {"type": "number"},
            "times": {"type": ["integer", "null"]},
            "used": WHOLE,
            "code": {"type": "integer"},
            "status": {"type": "integer"},
            "seconds": {"type": "number"},
        },
        ["id", "what", "channel", "to", "from", "share", "times", "used"],
    )
    problem = an_object(
        {
            "type": TEXT,
            "title": TEXT,
            "status": {"type": "integer"},
            "detail": TEXT,
            "errors": {"type": "array", "items": an_object({"field": TEXT, "detail": TEXT})},
        },
        ["type", "title", "status"],
    )
    return {
        "Message": message,
        "Check": check,
        "CheckedMessage": {
            "allOf": [ref("Message"), an_object({"checks": {"type": "array", "items": ref("Check")}})]
        },
        "Fault": fault,
        "FaultRule": {"oneOf": [_fault_rule(what) for what in get_args(faults.What)]},
        "Problem": problem,
        "Lease": an_object(
            {
                "id": WHOLE,
                "kind": TEXT,
                "address": TEXT,
                "country": TEXT,
                "world": TEXT,
                "made_at": {"type": "string", "format": "date-time"},
            }
        ),
        "Authenticator": an_object(
            {
                "id": WHOLE,
                "handset": TEXT,
                "issuer": TEXT,
                "name": TEXT,
                "digits": {"type": "integer"},
                "period": {"type": "integer"},
                "algorithm": TEXT,
            }
        ),
        "World": an_object({"name": TEXT, "account_sid": TEXT}),
        "Request": an_object(
            {
                "id": WHOLE,
                "at": {"type": "string", "format": "date-time"},
                "world": TEXT,
                "chosen_by": {"type": "string", "enum": list(get_args(ChosenBy))},
                "wire": {"type": "string", "description": "The provider; empty for an unknown path"},
                "method": TEXT,
                "path": TEXT,
                "to": TEXT,
                "verdict": VERDICT,
                "status": {"type": "integer", "description": "The HTTP or SMTP code"},
                "reason": {"type": "string", "description": "Why it was refused, or is in the default world"},
                "sid": nullable,
                "message": {"type": ["integer", "null"], "description": "The id of the resulting message"},
                "headers": {"type": "object", "additionalProperties": TEXT},
                "body": TEXT,
                "answer": TEXT,
            }
        ),
        "Clock": an_object({"now": {"type": "string", "format": "date-time"}, "offset": {"type": "number"}}),
    }
