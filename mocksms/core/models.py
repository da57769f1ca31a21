"""The things the phone keeps, as plain values."""

from dataclasses import dataclass, field
from typing import Any, Literal

Channel = Literal["sms", "call", "mail"]
Kind = Literal["mobile", "landline", "mailbox"]


@dataclass(slots=True)
class Message:
    """One SMS, call or mail. Times are unix seconds UTC by the phone's clock.

    `id` grows with each arrival in a world and orders messages, status changes and calls on one line; it
    is negative while a message is held back. `sid` is the id on the wire it came by. `direction` is "in"
    for what a handset received, "out" for what was typed on it; `handset` is the handset's own number or
    mailbox, `peer` the other side. `history` lists (status, time). `details` holds what belongs to one
    wire only.
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
        """The number or mailbox whose handset shows this message."""
        return self.recipient if self.direction == "in" else self.sender

    @property
    def peer(self) -> str:
        """The other side of the conversation."""
        return self.sender if self.direction == "in" else self.recipient

    @property
    def wants_receipts(self) -> bool:
        """Whether the app gave an address for status receipts; providers keep it in `details["status_callback"]`."""
        return bool(self.details.get("status_callback"))

    @property
    def is_text_of_html(self) -> bool:
        """Whether the body of a mail was read from its HTML."""
        return bool(self.details.get("text", {}).get("part") == "text/html")

    @property
    def attachments(self) -> list[dict[str, Any]]:
        """Name, type and size (bytes) of each attachment of a mail or medium of an MMS."""
        found: list[dict[str, Any]] = self.details.get("attachments", [])
        return found


@dataclass(slots=True, frozen=True)
class Handset:
    """A number or mailbox that received something, with its last message (None when that was deleted)."""

    address: str
    kind: Kind
    unread: int
    total: int
    last: Message | None


@dataclass(slots=True, frozen=True)
class Thread:
    """All messages of one channel between a handset and one peer."""

    handset: str
    peer: str
    channel: Channel
    unread: int
    total: int
    last: Message | None


@dataclass(slots=True)
class Event:
    """Something that happened: a message came, a status or a call changed. Its id is what Last-Event-ID
    resumes from. `text` keeps how the stream tells it, written once for all who listen.
    """

    id: int
    at: float
    kind: Literal["message", "status", "call"]
    message: Message
    detail: str = ""
    text: str = ""


@dataclass(slots=True, frozen=True)
class Filter:
    """What a tester may ask of the inbox; None or "" means any. `handset` is for searches by words."""

    channel: str = ""
    to: str = ""
    sender: str = ""
    wire: str = ""
    handset: str = ""
    q: str = ""
    since: int | None = None
    has_code: bool = False

    def matches(self, message: Message) -> bool:
        """Whether the message fits, full-text words aside (those only the database can tell)."""
        return (
            (not self.to or message.recipient == self.to)
            and (not self.channel or message.channel == self.channel)
            and (not self.sender or message.sender == self.sender)
            and (not self.wire or message.wire == self.wire)
            and (not self.handset or message.handset == self.handset)
            and (self.since is None or message.id > self.since)
            and (not self.has_code or message.code is not None)
        )


@dataclass(slots=True, frozen=True)
class Sent:
    """What a sender may ask of what it sent; None or "" means any. `after` and `until` bound the time
    (unix seconds).
    """

    channel: Channel
    to: str = ""
    sender: str = ""
    status: str = ""
    account: str = ""
    after: float | None = None
    until: float | None = None


@dataclass(slots=True)
class Verification:
    """A code that the Verify wire sends and checks. `sends` lists (channel, time, attempt id) of each sending."""

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
