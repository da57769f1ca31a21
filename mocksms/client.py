"""A client of the phone's tester API, over the network or straight into an app in the same process."""

import html as entities
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import httpx

from mocksms.api.paths import API
from mocksms.core.world_names import DEFAULT, account_sid

if TYPE_CHECKING:
    from flask import Flask

PATIENCE_SECONDS = 10.0
_ANCHOR = re.compile(r"""<a\b[^>]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')[^>]*>(.*?)</a>""", re.I | re.S)


class NothingCame(AssertionError):
    """No message that fits came in time, or it holds no such link; the text tells what there was."""


class PhoneError(RuntimeError):
    """The phone refused a request; the text is its own."""


@dataclass(frozen=True, slots=True)
class Told:
    """Something as the phone's API tells it; every member of the API is an attribute, `from` is `sender`."""

    fields: Mapping[str, Any]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.fields["from" if name == "sender" else name]
        except KeyError:
            raise AttributeError(name) from None


class Received(Told):
    """A message."""

    __slots__ = ()

    def link(self, text: str = "") -> str:
        """The first address whose link text, or else which itself, contains `text`; in a mail without
        HTML, the address that follows `text`. Raises :class:`NothingCame`."""
        for found in _ANCHOR.finditer(self.fields["html"]):
            words = re.sub(r"\s+", " ", entities.unescape(re.sub(r"<[^>]+>", "", found[3]))).strip()
            if text in words:
                return entities.unescape(found[1] or found[2])
        for address in self.fields["links"]:
            if text in address:
                return str(address)
        before, found_text, after = self.fields["body"].partition(text)
        for address in self.fields["links"] if found_text else ():
            if address in after:
                return str(address)
        raise NothingCame(f"no link {text!r} in {self.fields['subject'] or before!r}: {self.fields['links']}")


class Faults:
    """The faults of a phone's world."""

    def __init__(self, phone: "Phone") -> None:
        self._phone = phone

    def add(self, what: str, times: int | None = None, **rule: Any) -> int:
        """Asks for a fault and gives its id: `what` is reject, undelivered (with `code`), delay, slow (`seconds`),
        duplicate, drop, http_status (`status`), hang_up or smtp_code (`code`); `channel`, `to`, `sender` and `share`
        choose the messages, `times=1` means the next one only.
        """
        body = {"from" if name == "sender" else name: value for name, value in rule.items()}
        if times is not None:
            body["times"] = times
        return int(self._phone.send("POST", f"{API}/faults", json={"what": what, **body}).json()["id"])

    def all(self) -> list[dict[str, Any]]:
        """The faults that were asked for."""
        found: list[dict[str, Any]] = self._phone.send("GET", f"{API}/faults").json()["faults"]
        return found

    def clear(self) -> None:
        """Lifts all faults."""
        self._phone.send("DELETE", f"{API}/faults")


class Call:
    """A call on a handset, to be driven."""

    def __init__(self, phone: "Phone", received: Received) -> None:
        self._phone = phone
        self.id = int(received.id)
        self.received = received

    def _drive(self, action: str, **body: str) -> Self:
        answer = self._phone.send("POST", f"{API}/calls/{self.id}/{action}", json=body)
        self.received = Received(answer.json())
        return self

    def answer(self) -> Self:
        """Takes the call."""
        return self._drive("answer")

    def decline(self) -> Self:
        """Refuses the call: the caller hears busy."""
        return self._drive("decline")

    def hangup(self) -> Self:
        """Ends the call."""
        return self._drive("hangup")

    def digits(self, pressed: str) -> Self:
        """Presses keys."""
        return self._drive("digits", digits=pressed)

    @property
    def status(self) -> str:
        """The provider's status of the call, as of now."""
        return str(self._phone.message(self.id).status)

    @property
    def transcript(self) -> str:
        """The words heard so far."""
        return str(self._phone.message(self.id).body)


class Phone:
    """One world of a running phone. Only one thread at a time may use it.

    `with Phone(url, "w1") as phone:` makes the world and deletes it at the end. A world that was there before stays.
    """

    def __init__(
        self,
        base_url: str,
        world: str = DEFAULT,
        smtp_port: int | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """`base_url` is the phone's address; `transport` replaces the network (see :meth:`in_process`)."""
        self.url = base_url.rstrip("/")
        self.world = world
        self.smtp_port = smtp_port
        self.transport = transport
        self._http = httpx.Client(
            base_url=self.url, headers={"X-World": world}, timeout=70.0, transport=transport, trust_env=False
        )
        self._given: dict[str, int] = {}
        self._made_world = False
        self.faults = Faults(self)

    @classmethod
    def in_process(cls, app: "Flask", world: str = DEFAULT, smtp_port: int | None = None) -> Self:
        """A client of an app in this process, without a socket."""
        return cls("http://localhost", world, smtp_port, httpx.WSGITransport(app=app))

    @property
    def account_sid(self) -> str:
        """The AccountSid that a sender's SDK must use to send into this world."""
        return account_sid(self.world)

    def mailbox(self, address: str) -> str:
        """A mailbox of this world: the address with the world as its plus-tag."""
        local, _, host = address.partition("@")
        return address if self.world == DEFAULT else f"{local}+{self.world}@{host}"

    # -- reading
    # ----------------------------------------------------------------------------------------------

    def messages(self, **filters: Any) -> list[Received]:
        """Messages, newest first; filters are the API's (`channel`, `to`, `sender`, `q`, `since`,
        `limit`).
        """
        found = self._get(f"{API}/messages", filters).json()["messages"]
        return [Received(fields) for fields in found]

    def message(self, message_id: int) -> Received:
        """Return one message with its checks and its raw source."""
        return Received(self._get(f"{API}/messages/{message_id}", {}).json())

    def eml(self, message_id: int) -> bytes:
        """Return a mail as it came, byte for byte."""
        return self._get(f"{API}/messages/{message_id}/mail.eml", {}).content

    def last_id(self) -> int:
        """The id of the newest message, 0 without one: `since` for "from now on"."""
        found = self.messages(limit=1)
        return int(found[0].id) if found else 0

    def wait(self, timeout: float = PATIENCE_SECONDS, **filters: Any) -> Received:
        """The newest message that fits, waiting up to `timeout` seconds (at most 60). Raises
        :class:`NothingCame`.
        """
        answer = self._get(f"{API}/messages/wait", {**filters, "timeout": timeout})
        if answer.status_code == 204:
            raise NothingCame(
                f"no message like {filters} came within {timeout} s; there is: {self._there_is()}"
            )
        return Received(answer.json())

    def sms(self, to: str, timeout: float = PATIENCE_SECONDS, **filters: Any) -> Received:
        """The newest SMS to a number; waits for the first one."""
        return self.wait(timeout, to=to, channel="sms", **filters)

    def mail(self, to: str, timeout: float = PATIENCE_SECONDS, **filters: Any) -> Received:
        """The newest mail to a mailbox; waits for the first one."""
        return self.wait(timeout, to=to, channel="mail", **filters)

    def call(self, to: str, timeout: float = PATIENCE_SECONDS, **filters: Any) -> Call:
        """The newest call to a number; waits for the first one."""
        return Call(self, self.wait(timeout, to=to, channel="call", **filters))

    def code(self, to: str) -> str | None:
        """The newest code for a number or mailbox, or None."""
        answer = self._get(f"{API}/code", {"to": to})
        return answer.text if answer.status_code == 200 else None

    def wait_for_code(self, to: str, timeout: float = PATIENCE_SECONDS, since: int | None = None) -> str:
        """Return the newest code for a number or mailbox that was not given before, waiting for it.

        `since` is the id of a message: only codes of newer ones count. Raises :class:`NothingCame`.
        """
        after = self._given.get(to, 0) if since is None else since
        deadline = time.monotonic() + timeout
        while True:
            left = round(max(0.0, deadline - time.monotonic()), 3)
            answer = self._get(f"{API}/code", {"to": to, "wait": left, "since": after})
            if answer.status_code == 204:
                raise NothingCame(f"no new code for {to} within {timeout} s; there is: {self._there_is()}")
            after = int(answer.headers["X-Message-Id"])
            if since is not None or after not in self._given.values():
                self._given[to] = after
                return answer.text
            # else it was given for the same number in another spelling: wait for a newer one

    def _there_is(self) -> str:
        return (
            "; ".join(
                f"{m.id} {m.channel} to {m.to}: {m.subject or m.body[:60]!r}" for m in self.messages(limit=5)
            )
            or f"nothing in the world {self.world!r}"
        )

    def requests(self, **filters: Any) -> list[Told]:
        """Return what senders asked for on the wires, newest first, refused requests too.

        Filters are the API's: `wire`, `to`, `verdict` (accepted or refused), `since`, `limit`. Requests that name no
        world are in the default one.
        """
        found = self._get(f"{API}/requests", filters).json()["requests"]
        return [Told(fields) for fields in found]

    # -- changing
    # ---------------------------------------------------------------------------------------------

    def delete(self, **filters: Any) -> int:
        """Deletes the messages that fit, all without filters; returns how many they were."""
        return int(self.send("DELETE", f"{API}/messages", params=_query(filters)).json()["deleted"])

    def reset(self) -> None:
        """Empties the world: messages, handsets, authenticators, faults, clock."""
        self.send("POST", f"{API}/reset")
        self._given.clear()

    def reply(self, handset: str, to: str, body: str) -> Received:
        """Sends a text typed on a handset."""
        answer = self.send("POST", f"{API}/replies", json={"from": handset, "to": to, "body": body})
        return Received(answer.json())

    def set_webhook(self, number: str, url: str) -> None:
        """Sets where texts typed to a number are posted."""
        self.send("PUT", f"{API}/numbers/{number}", json={"sms_url": url})

    def worlds(self) -> list[dict[str, str]]:
        """Return the worlds there are: name and account_sid of each."""
        found: list[dict[str, str]] = self.send("GET", f"{API}/worlds").json()["worlds"]
        return found

    def make_world(self) -> bool:
        """Make this world and return True, or False when it is there already."""
        return self.send("PUT", f"{API}/worlds/{self.world}").status_code == 201

    def delete_world(self) -> None:
        """Delete this world and all in it (the default one can only be emptied)."""
        self.send("DELETE", f"{API}/worlds/{self.world}")

    def lease_number(self, country: str = "") -> str:
        """Return a mobile number of one's own: what is sent to it lands in this world, whatever the AccountSid.

        `country` has two letters, else it is the phone's own. The lease ends with the world.
        """
        return self._lease({"kind": "number", **({"country": country} if country else {})})

    def lease_mailbox(self) -> str:
        """Return a mailbox of one's own: what is sent to it lands in this world. The lease ends with the world."""
        return self._lease({"kind": "mailbox"})

    def _lease(self, wanted: dict[str, str]) -> str:
        return str(self.send("POST", f"{API}/leases", json=wanted).json()["address"])

    def move_clock(self, offset: float) -> None:
        """Sets the handsets' clock to real time plus so many seconds."""
        self.send("PUT", f"{API}/clock", json={"offset": offset})

    # -- the wire
    # ---------------------------------------------------------------------------------------------

    def _get(self, path: str, filters: Mapping[str, Any]) -> httpx.Response:
        return self.send("GET", path, params=_query(filters))

    def send(self, method: str, path: str, **content: Any) -> httpx.Response:
        """One request to the phone in this world. Raises :class:`PhoneError` when it is refused."""
        answer = self._http.request(method, path, **content)
        if answer.is_error:
            raise PhoneError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        self._made_world = self.world != DEFAULT and self.make_world()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._made_world:
                self._http.delete(f"{API}/worlds/{self.world}")  # 404 when the test deleted it
        finally:
            self.close()


def _query(filters: Mapping[str, Any]) -> dict[str, str]:
    return {
        ("from" if name == "sender" else name): str(value)
        for name, value in filters.items()
        if value is not None
    }
