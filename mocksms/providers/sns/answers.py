"""SNS's answers and errors as XML, and the parts of a request's form."""

import re
import uuid
from collections.abc import Mapping
from html import escape
from typing import Any

from flask import Response, request

OWN = "/_aws/"
"""Below this are the paths that LocalStack's users know."""
XMLNS = "http://sns.amazonaws.com/doc/2010-03-31/"
_NO_XML = "[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"  # compiled at its first use: that takes 3 ms


class Refused(Exception):
    """A request that SNS refuses; `words` are the provider's text."""

    def __init__(self, code: str, words: str, status: int = 400) -> None:
        super().__init__(code, words)
        self.code = code
        self.words = words
        self.status = status


class Entries(dict[str, str]):
    """A map, written as entries of key and value."""


def invalid(words: str) -> Refused:
    """Return the error about a parameter."""
    return Refused("InvalidParameter", f"Invalid parameter: {words}")


def text(value: object) -> str:
    """Return a value in its XML form."""
    written = str(value).lower() if isinstance(value, bool) else str(value)
    return escape(re.sub(_NO_XML, "\N{REPLACEMENT CHARACTER}", written), quote=False)


def _inner(value: object) -> str:
    if isinstance(value, Entries):
        pairs = value.items()
        return "".join(
            f"<entry><key>{text(key)}</key><value>{text(each)}</value></entry>" for key, each in pairs
        )
    if isinstance(value, Mapping):
        return "".join(f"<{name}>{_inner(each)}</{name}>" for name, each in value.items() if each is not None)
    if isinstance(value, list):
        return "".join(f"<member>{_inner(each)}</member>" for each in value)
    return text(value)


def _xml(body: str, status: int = 200) -> Response:
    return Response(f'<?xml version="1.0"?>\n{body}\n', status, mimetype="text/xml")


def answer(action: str, result: Mapping[str, Any] | None) -> Response:
    """Return the answer to an action; None for one without a result."""
    wrapped = "" if result is None else f"<{action}Result>{_inner(result)}</{action}Result>"
    return _xml(
        f'<{action}Response xmlns="{XMLNS}">{wrapped}'
        f"<ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata></{action}Response>"
    )


def refusal(code: str, words: str, status: int = 400) -> Response:
    """Return an error."""
    side = "Receiver" if status >= 500 else "Sender"
    return _xml(
        f'<ErrorResponse xmlns="{XMLNS}"><Error><Type>{side}</Type><Code>{text(code)}</Code>'
        f"<Message>{text(words)}</Message></Error><RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>",
        status,
    )


def needed(name: str) -> str:
    """Return a required parameter. Raise :class:`Refused`."""
    if not (given := request.form.get(name, "")):
        raise invalid(f"{name} Reason: no value for required parameter")
    return given


def entries(name: str, prefix: str = "") -> dict[str, str]:
    """Return a map of the form."""
    form, found = request.form, {}
    for number in range(1, MOST_PARTS + 1):
        part = f"{prefix}{name}.entry.{number}."
        if (key := form.get(f"{part}key")) is None:
            break
        found[key] = form.get(f"{part}value", "")
    return found


def members(name: str) -> list[str]:
    """Return a list of the form."""
    found: list[str] = []
    while (value := request.form.get(f"{name}.member.{len(found) + 1}")) is not None and len(
        found
    ) < MOST_PARTS:
        found.append(value)
    return found


def message_attributes(prefix: str = "") -> dict[str, dict[str, str]]:
    """Return type and value of each message attribute, by name."""
    form, found = request.form, {}
    for number in range(1, MOST_PARTS + 1):
        part = f"{prefix}MessageAttributes.entry.{number}."
        if not (name := form.get(f"{part}Name", "")):
            break
        value = form.get(f"{part}Value.StringValue") or form.get(f"{part}Value.BinaryValue", "")
        found[name] = {"Type": form.get(f"{part}Value.DataType", ""), "Value": value}
    return found


MOST_PARTS = 100
