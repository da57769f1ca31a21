"""The "Details" section of a message: how it was read, why this code, and its checks."""

import json
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from babel import Locale
from flask import render_template
from flask_babel import get_locale, get_timezone
from flask_babel import gettext as _
from markupsafe import Markup, escape

from mocksms.core import checks
from mocksms.core.checks import Check
from mocksms.core.models import Message
from mocksms.handset import code_reasons, template_filters


class Row(NamedTuple):
    """A fact with its label."""

    label: str
    text: str


class Line(NamedTuple):
    """A check as the section shows it."""

    name: str
    ok: bool | None
    text: Markup


class Details(NamedTuple):
    """Facts and checks of one message."""

    rows: list[Row]
    lines: list[Line]

    @property
    def warnings(self) -> int:
        """Return how many checks need attention."""
        return sum(line.ok is False for line in self.lines)


class _Text(NamedTuple):
    """What decides how a text looks in its conversation."""

    id: int
    direction: Literal["in", "out"]
    status: str
    sender: str
    recipient: str
    body: str
    code: str | None
    links: tuple[str, ...]
    segments: int
    received_at: float
    details: str


def bubble(message: Message) -> Markup:
    """Return a text of a conversation with its details, in the page's language and time zone."""
    text = _Text(
        message.id, message.direction, message.status, message.sender, message.recipient, message.body, message.code,
        message.links, message.segments, message.received_at, json.dumps(message.details),
    )  # fmt: skip
    return _bubble(str(get_locale()), str(get_timezone()), text)


@lru_cache(maxsize=512)
def _bubble(_locale: str, _zone: str, text: _Text) -> Markup:
    """Return a text, cached: a conversation shows forty, and is fetched again at each event."""
    message = Message(**{"sid": "", "channel": "sms", **text._asdict(), "details": json.loads(text.details)})
    page = render_template("phone/components/bubble.html", message=message)
    return Markup(page.strip())  # noqa: S704 - a template's output


def fold(message: Message) -> Markup:
    """Return the section for a message, in the page's language."""
    return _render(message)


def _render(message: Message) -> Markup:
    page = render_template("phone/components/details.html", seen=of(message), message_id=message.id)
    return Markup(page)  # noqa: S704 - a template's output


def of(message: Message) -> Details:
    """Return the details of a message."""
    lines = [Line(check.name, check.ok, _translated(check)) for check in checks.of(message)]
    return Details([*_code(message), *_mail(message)], lines)


def _code(message: Message) -> list[Row]:
    if message.direction == "out":
        return []
    rows = [Row(_("Code"), message.code or _("None found"))]
    if reason := message.details.get("code_reason"):
        rows.append(Row(_("Reason"), code_reasons.translated(str(reason))))
    return rows


def _mail(message: Message) -> list[Row]:
    if message.channel != "mail":
        return []
    rows = []
    if read := message.details.get("text"):
        rows += [
            Row(_("Part shown as text"), read["part"]),
            Row(_("Character set declared"), read["declared"] or _("None")),
            Row(_("Character set used"), read["used"]),
        ]
    files = ", ".join(_file(each) for each in message.attachments)
    rows.append(Row(_("Attachments"), files or _("None")))
    rows.append(Row(_("Sent from (envelope)"), message.details.get("envelope_from") or _("None")))
    return rows


def _file(each: dict[str, Any]) -> str:
    return f"{each['name']} ({each['type']}, {template_filters.size(int(each['size']))})"


def _translated(check: Check) -> Markup:
    """Return a check's sentence in the page's language; quoted text keeps its own language and direction."""
    details = {name: _quoted(value) for name, value in check.details.items() if isinstance(value, str | int)}
    if check.name == "language":
        details["name"] = Locale.parse(check.details["language"]).get_display_name(get_locale()) or ""
    return escape(_(check.sentence)) % details


def _quoted(value: str | int) -> Markup | str | int:
    if isinstance(value, int) or value.isascii():
        return value
    return Markup('<bdi lang="{}">{}</bdi>').format(template_filters.text_language(value), value)
