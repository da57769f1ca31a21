"""The operations of the tester API: their names, and the headers of their answers."""

from mocksms.api.openapi_schemas import Schema
from mocksms.api.paths import VERSION_HEADER

NAMES = {
    "GET /messages": "listMessages",
    "DELETE /messages": "deleteMessages",
    "GET /messages/{id}": "getMessage",
    "GET /messages/{id}/mail.eml": "getMailSource",
    "GET /messages/{id}/attachments": "listAttachments",
    "GET /messages/{id}/attachments/{number}": "getAttachment",
    "GET /messages/wait": "waitForMessage",
    "GET /messages/not-arrived": "listNotArrived",
    "GET /messages/expect-none": "expectNone",
    "GET /code": "getCode",
    "GET /events": "streamEvents",
    "GET /requests": "listRequests",
    "GET /authenticators": "listAuthenticators",
    "POST /authenticators": "addAuthenticator",
    "DELETE /authenticators/{id}": "removeAuthenticator",
    "GET /authenticators/{id}/code": "getAuthenticatorCode",
    "POST /calls/{id}/answer": "answerCall",
    "POST /calls/{id}/decline": "declineCall",
    "POST /calls/{id}/hangup": "hangUpCall",
    "POST /calls/{id}/digits": "pressDigits",
    "POST /replies": "sendReply",
    "PUT /numbers/{number}": "setNumberWebhook",
    "GET /faults": "listFaults",
    "POST /faults": "setFault",
    "DELETE /faults": "clearFaults",
    "DELETE /faults/{id}": "clearFault",
    "GET /worlds": "listWorlds",
    "GET /worlds/{name}": "getWorld",
    "PUT /worlds/{name}": "makeWorld",
    "DELETE /worlds/{name}": "deleteWorld",
    "GET /leases": "listLeases",
    "POST /leases": "leaseAddress",
    "DELETE /leases": "endLeases",
    "DELETE /leases/{id}": "endLease",
    "POST /reset": "resetWorld",
    "GET /clock": "getClock",
    "PUT /clock": "moveClock",
}


def _header(words: str, schema: Schema, required: bool = True) -> Schema:
    return {"description": words, "required": required, "schema": schema}


HEADERS = {
    "X-Request-Id": _header("The id of this request in the phone's log", {"type": "string"}),
    VERSION_HEADER: _header("The version of this API: a phone answers", {"type": "string"}),
    "Retry-After": _header(
        "Seconds after which to try again", {"type": "string", "pattern": "^[0-9]+$"}, False
    ),
    "X-Message-Id": _header("The id of the code's message", {"type": "string", "pattern": "^[0-9]+$"}),
    "X-Seconds-Left": _header(
        "Seconds for which the code is valid", {"type": "string", "pattern": "^[0-9.]+$"}
    ),
}
_ALWAYS = ("X-Request-Id", VERSION_HEADER)
_SOMETIMES = {
    ("getCode", "200"): "X-Message-Id",
    ("getAuthenticatorCode", "200"): "X-Seconds-Left",
}


def named(paths: Schema) -> Schema:
    """Return the paths with the name of each operation, and the headers of each answer."""
    return {
        path: {method: _complete(NAMES[f"{method.upper()} {path}"], call) for method, call in calls.items()}
        for path, calls in paths.items()
    }


def _complete(name: str, call: Schema) -> Schema:
    answers = {
        status: {**answer, "headers": {each: _ref(each) for each in _headers(name, status)}}
        for status, answer in call["responses"].items()
    }
    return {"operationId": name, **call, "responses": answers}


def _headers(name: str, status: str) -> list[str]:
    own = "Retry-After" if status == "503" else _SOMETIMES.get((name, status))
    return [*_ALWAYS, *([own] if own else [])]


def _ref(header: str) -> Schema:
    return {"$ref": f"#/components/headers/{header}"}
