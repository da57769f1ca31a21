"""Parts of a phone's client: faults, calls and accounts of the authenticator app."""

from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import httpx

from mocksms.api.paths import API
from mocksms.client.base import get
from mocksms.client.messages import ApiObject, Received
from mocksms.client.steps import AsyncRunner, BlockingRunner, Request, Steps, api_call, api_property

if TYPE_CHECKING:
    from mocksms.client.phones import AsyncPhone, Phone

D = TypeVar("D")


class _Part:
    """A part of a phone's client, which sends through it."""

    def __init__(self, phone: Any) -> None:
        self._phone = phone


class _WaitingPart(_Part, BlockingRunner):
    def _answer(self, ask: Request) -> httpx.Response:
        answer: httpx.Response = self._phone._answer(ask)
        return answer


class _AwaitedPart(_Part, AsyncRunner):
    async def _answer(self, ask: Request) -> httpx.Response:
        answer: httpx.Response = await self._phone._answer(ask)
        return answer


class _FaultCalls:
    """The faults of a phone's world."""

    @api_call
    def add(self, /, what: str, times: int | None = None, **rule: Any) -> Steps[int]:
        """Set a fault and return its id.

        `what` is reject, undelivered (with `code`), delay, slow (`seconds`), duplicate, drop, http_status (`status`),
        hang_up or smtp_code (`code`). `channel`, `to`, `sender` and `share` choose the messages; `times=1` means the
        next one only.
        """
        body = {"from" if name == "sender" else name: value for name, value in rule.items()}
        if times is not None:
            body["times"] = times
        answer = yield Request("POST", f"{API}/faults", {"json": {"what": what, **body}})
        return int(answer.json()["id"])

    @api_call
    def all(self) -> Steps[list[dict[str, Any]]]:
        """Return the faults that are set."""
        found: list[dict[str, Any]] = (yield Request("GET", f"{API}/faults")).json()["faults"]
        return found

    @api_call
    def clear(self) -> Steps[None]:
        """Clear all faults."""
        yield Request("DELETE", f"{API}/faults")


class Faults(_FaultCalls, _WaitingPart):
    """The faults of a phone's world."""


class AsyncFaults(_FaultCalls, _AwaitedPart):
    """The faults of a phone's world; each call is awaited."""


class _CallCalls(Generic[D]):
    """A call on a handset; `D` is its own class, because `Self` doesn't work through a descriptor."""

    received: Received

    @property
    def id(self) -> int:
        """Return the id of its message."""
        return int(self.received.id)

    def _drive(self, action: str, **body: str) -> Steps[D]:
        answer = yield Request("POST", f"{API}/calls/{self.id}/{action}", {"json": body})
        self.received = Received(answer.json())
        return cast(D, self)

    @api_call
    def answer(self) -> Steps[D]:
        """Answer the call."""
        return (yield from self._drive("answer"))

    @api_call
    def decline(self) -> Steps[D]:
        """Decline the call: the caller gets busy."""
        return (yield from self._drive("decline"))

    @api_call
    def hangup(self) -> Steps[D]:
        """Hang up."""
        return (yield from self._drive("hangup"))

    @api_call
    def digits(self, pressed: str) -> Steps[D]:
        """Press keys."""
        return (yield from self._drive("digits", digits=pressed))

    def _now(self) -> Steps[dict[str, Any]]:
        fields: dict[str, Any] = (yield Request("GET", f"{API}/messages/{self.id}")).json()
        return fields

    @api_property
    def status(self) -> Steps[str]:
        """Return the provider's current status of the call."""
        return str((yield from self._now())["status"])

    @api_property
    def transcript(self) -> Steps[str]:
        """Return the words so far."""
        return str((yield from self._now())["body"])


class Call(_CallCalls["Call"], _WaitingPart):
    """A call on a handset, to answer, decline or control."""

    def __init__(self, phone: "Phone", received: Received) -> None:
        super().__init__(phone)
        self.received = received


class AsyncCall(_CallCalls["AsyncCall"], _AwaitedPart):
    """A call on a handset, to answer, decline or control; each call and property is awaited."""

    def __init__(self, phone: "AsyncPhone", received: Received) -> None:
        super().__init__(phone)
        self.received = received


class _AuthenticatorCalls:
    """An account of the world's authenticator app (RFC 6238)."""

    entry: ApiObject

    @property
    def id(self) -> int:
        """Return the id of the account."""
        return int(self.entry.id)

    @api_call
    def code(self) -> Steps[str]:
        """Return the current code by the world's clock."""
        return (yield get(f"{API}/authenticators/{self.id}/code", {})).text

    @api_call
    def fresh_code(self, seconds: float = 5.0) -> Steps[str]:
        """Return a code that was not returned before and stays valid for `seconds`; wait for it."""
        while True:
            asked = {"fresh": seconds}
            answer = yield get(f"{API}/authenticators/{self.id}/code", asked, waits=True)
            if answer.status_code != 204:  # a long period is over one request's time
                return answer.text

    @api_call
    def remove(self) -> Steps[None]:
        """Remove the account from the app."""
        yield Request("DELETE", f"{API}/authenticators/{self.id}")


class Authenticator(_AuthenticatorCalls, _WaitingPart):
    """An account of the world's authenticator app."""

    def __init__(self, phone: "Phone", entry: ApiObject) -> None:
        super().__init__(phone)
        self.entry = entry


class AsyncAuthenticator(_AuthenticatorCalls, _AwaitedPart):
    """An account of the world's authenticator app; each call is awaited."""

    def __init__(self, phone: "AsyncPhone", entry: ApiObject) -> None:
        super().__init__(phone)
        self.entry = entry
