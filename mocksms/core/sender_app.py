"""The interface to the app that sent a message: receipts, documents of a call, typed replies.

A provider implements it for its own messages; core and delivery know nothing else of a provider.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from mocksms.core.models import Message

Fields = list[tuple[str, str]]


@dataclass(slots=True)
class AppRequest:
    """A form for the app: `account` says whose token signs it; `fields` go into the query when `method` is GET.

    A `body` is sent instead of the fields; its Content-Type is among the `headers`. Those of `signed` go before.
    """

    url: str
    fields: Fields
    method: str = "POST"
    account: str = ""
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> Self:
        """Return the request that a job stores as JSON."""
        return cls(**{**content, "fields": [(name, value) for name, value in content["fields"]]})


@dataclass(frozen=True, slots=True)
class AppAnswer:
    """An app's answer and the address that it came from; `problem` says why there is no answer."""

    url: str
    status: int = 0
    text: str = ""
    content_type: str = ""
    problem: str = ""

    @property
    def is_good(self) -> bool:
        """Return whether the status is 2xx."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Reply:
    """A text that an app sends back, with the addresses of its media."""

    text: str
    media: tuple[str, ...] = ()


class Interpreter(Protocol):
    """Run the document of an answered call. Its state between two steps is in `call.details["run"]`."""

    def start(self, call: Message) -> None:
        """Begin with the document of the call."""

    def go_on(self, call: Message, now: float) -> None:
        """Speak until keys or a document are needed, or the end; `due_at` is when that is over.

        `now` is the phone's time in Unix seconds.
        """

    def needs(self, call: Message) -> AppRequest | None:
        """Return the request for the next document, or None."""

    def load(self, call: Message, answer: AppAnswer) -> None:
        """Take the answer to the request for a document."""

    def asks_for_keys(self, call: Message) -> bool:
        """Return whether the call waits for keys."""

    def press(self, call: Message, keys: str) -> None:
        """Take pressed keys."""

    def time_is_up(self, call: Message) -> None:
        """Continue without the keys, which were not pressed in time."""


class SenderApp:
    """What the phone sends to the apps of one provider; this one sends nothing.

    `wires` are the names that its messages carry, its own first. `takes_texts` says whether its apps accept texts
    typed on a handset, `account` which account gets texts that answer no message.
    """

    wires: tuple[str, ...] = ("",)
    takes_texts: bool = False
    account: str = ""
    interpreter: Interpreter | None = None

    def receipts(self, message: Message, after: int) -> Sequence[AppRequest]:
        """Return the status receipts for the steps of the message's history from index `after` on."""
        return ()

    def signed(self, request: AppRequest, token: str) -> Mapping[str, str]:
        """Return the headers that prove to the app that a request is from its provider."""
        return {}

    def inbound(self, message: Message, url: str) -> AppRequest | None:
        """Return the request that posts a text typed on a handset to the app's webhook at `url`."""
        return None

    def answers(self, answer: AppAnswer) -> Sequence[Reply]:
        """Return the replies in the app's answer to :meth:`inbound`."""
        return ()

    def follows(self, answer: AppAnswer, request: AppRequest) -> AppRequest | None:
        """Return the request that the app's answer to this one asks for, or None."""
        return None
