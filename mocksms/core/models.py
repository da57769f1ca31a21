"""The phone's data, as plain values."""

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

Channel = Literal["sms", "call", "mail"]
Kind = Literal["mobile", "landline", "mailbox"]


@dataclass(slots=True)
class Message:
    """One SMS, call or mail. Times are Unix seconds UTC by the phone's clock.

    `id` grows with each arrival in a world, so that messages, status changes and calls share one order; it is
    negative while a message is held back. `sid` is the provider's id. `direction` is "in" for what a handset
    received, "out" for what was typed on it; `handset` is the handset's own number or mailbox, `peer` the other side.
    `history` lists (status, time). `details` holds what is specific to one provider.
    """

    sid: str
    channel: Channel
    sender: str
    recipient: str
    body: str = ""
    subject: str = ""
    html: str = ""
    wire: str = ""
    direction: Literal["in", "out"] = "in"
    account: str = ""
    code: str | None = None
    links: tuple[str, ...] = ()
    status: str = "delivered"
    error_code: int | None = None
    segments: int = 1
    created_at: float = 0.0
    received_at: float = 0.0
    updated_at: float = 0.0
    due_at: float | None = None
    read_at: float | None = None
    history: list[tuple[str, float]] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)
    id: int = 0

    @property
    def handset(self) -> str:
        """Return the number or mailbox whose handset shows this message."""
        return self.recipient if self.direction == "in" else self.sender

    @property
    def peer(self) -> str:
        """Return the other side of the conversation."""
        return self.sender if self.direction == "in" else self.recipient

    @property
    def wants_receipts(self) -> bool:
        """Return whether the app asked for status receipts; providers keep its address in
        `details["status_callback"]`.
        """
        return bool(self.details.get("status_callback"))

    @property
    def is_text_of_html(self) -> bool:
        """Return whether the body of a mail was made from its HTML."""
        return bool(self.details.get("text", {}).get("part") == "text/html")

    @property
    def attachments(self) -> list[dict[str, Any]]:
        """Return name, type and size (bytes) of each attachment of a mail or medium of an MMS."""
        found: list[dict[str, Any]] = self.details.get("attachments", [])
        return found


class Handset(NamedTuple):
    """A number or mailbox that received something, with its last message (None when that was deleted)."""

    address: str
    kind: Kind
    unread: int
    total: int
    last: Message | None


class Thread(NamedTuple):
    """All messages of one channel between a handset and one peer."""

    handset: str
    peer: str
    channel: Channel
    unread: int
    total: int
    last: Message | None


@dataclass(slots=True)
class Event:
    """An event: a message arrived, or a status or a call changed.

    Last-Event-ID resumes from its id. `text` caches its form in the stream, shared by all listeners.
    """

    id: int
    at: float
    kind: Literal["message", "status", "call"]
    message: Message
    detail: str = ""
    text: bytes = b""


class Filter(NamedTuple):
    """A tester's filter of the inbox; None or "" matches any. `handset` is for full-text searches."""

    channel: str = ""
    to: str = ""
    sender: str = ""
    wire: str = ""
    handset: str = ""
    q: str = ""
    since: int | None = None
    has_code: bool = False

    def matches(self, message: Message) -> bool:
        """Return whether the message matches, except for full-text words, which only the database can check."""
        return (
            (not self.to or message.recipient == self.to)
            and (not self.channel or message.channel == self.channel)
            and (not self.sender or message.sender == self.sender)
            and (not self.wire or message.wire == self.wire)
            and (not self.handset or message.handset == self.handset)
            and (self.since is None or message.id > self.since)
            and (not self.has_code or message.code is not None)
        )


class Sent(NamedTuple):
    """A sender's filter of what it sent; None or "" matches any. `after` and `until` bound the time (Unix seconds)."""

    channel: Channel
    to: str = ""
    sender: str = ""
    status: str = ""
    account: str = ""
    after: float | None = None
    until: float | None = None


@dataclass(slots=True)
class Verification:
    """A code that the Verify API sends and checks. `sends` lists (channel, time, attempt id) of each sending."""

    sid: str
    service: str
    account: str
    recipient: str
    channel: str
    code: str
    status: str = "pending"
    wrong: int = 0
    sends: list[tuple[str, float, str]] = field(default_factory=list)
    created_at: float = 0.0
    updated_at: float = 0.0
