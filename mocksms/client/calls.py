"""What can be asked of a phone, described once for all clients."""

import time
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import httpx

from mocksms.api.paths import API
from mocksms.client.login import login_of, without_login
from mocksms.client.messages import ApiObject, NothingCame, Received
from mocksms.client.steps import Request, Steps, api_call
from mocksms.core.world_names import DEFAULT, account_sid

PATIENCE_SECONDS = 10.0
HTTP_SECONDS = 70.0
C = TypeVar("C")


class PhoneCalls(Generic[C]):
    """What can be asked of one world of a running phone. `C` is what a ringing call is given as."""

    def __init__(self, base_url: str, world: str, smtp_port: int | None) -> None:
        self.address = base_url  # perhaps with a log-in: not to be shown
        self.url = without_login(base_url).rstrip("/")
        self.world = world
        self.smtp_port = smtp_port
        self.awaited_addresses: list[str] = []
        self._given: dict[str, int] = {}
        self._made_world = False

    def _call(self, received: Received) -> C:
        raise NotImplementedError

    def _settings(self) -> dict[str, Any]:
        return {
            "base_url": self.url,
            "headers": {"X-World": self.world},
            "auth": login_of(self.address),
            "timeout": HTTP_SECONDS,
            "trust_env": False,
            "verify": self.url.startswith("https:"),  # to load the certificates takes 30 ms
        }

    @property
    def account_sid(self) -> str:
        """The AccountSid that a sender's SDK must use to send into this world."""
        return account_sid(self.world)

    def mailbox(self, address: str) -> str:
        """Return a mailbox of this world: the address with the world as its plus-tag."""
        local, _, host = address.partition("@")
        return address if self.world == DEFAULT else f"{local}+{self.world}@{host}"

    def keep_world(self) -> None:
        """Keep the world that `with` made: leaving the block does not delete it."""
        self._made_world = False

    # -- reading -----------------------------------------------------------------------------------------------------

    @api_call
    def messages(self, /, **filters: Any) -> Steps[list[Received]]:
        """Return messages, newest first; filters are the API's (`channel`, `to`, `sender`, `q`, `since`, `limit`)."""
        found = (yield _get(f"{API}/messages", filters)).json()["messages"]
        return [Received(fields) for fields in found]

    @api_call
    def message(self, message_id: int) -> Steps[Received]:
        """Return one message with its checks and its raw source."""
        return Received((yield _get(f"{API}/messages/{message_id}", {})).json())

    @api_call
    def eml(self, message_id: int) -> Steps[bytes]:
        """Return a mail as it came, byte for byte."""
        return (yield _get(f"{API}/messages/{message_id}/mail.eml", {})).content

    @api_call
    def last_id(self) -> Steps[int]:
        """Return the id of the newest message, 0 without one: `since` for "from now on"."""
        found = yield from PhoneCalls.messages.steps(self, limit=1)
        return int(found[0].id) if found else 0

    @api_call
    def wait(self, /, timeout: float = PATIENCE_SECONDS, **filters: Any) -> Steps[Received]:
        """Return the newest message that fits, waiting up to `timeout` seconds (at most 60). Raise
        :class:`NothingCame`.
        """
        return (yield from self._wait(timeout, filters))

    def _wait(self, timeout: float, filters: Mapping[str, Any]) -> Steps[Received]:
        self._await(filters.get("to"))
        answer = yield _get(f"{API}/messages/wait", {**filters, "timeout": timeout})
        if answer.status_code == 204:
            there_is = yield from self._there_is(filters.get("to"))
            raise NothingCame(f"no message like {filters} came within {timeout} s; there is: {there_is}")
        return Received(answer.json())

    @api_call
    def sms(self, /, to: str, timeout: float = PATIENCE_SECONDS, **filters: Any) -> Steps[Received]:
        """Return the newest SMS to a number; wait for the first one."""
        return (yield from self._wait(timeout, {"to": to, "channel": "sms", **filters}))

    @api_call
    def mail(self, /, to: str, timeout: float = PATIENCE_SECONDS, **filters: Any) -> Steps[Received]:
        """Return the newest mail to a mailbox; wait for the first one."""
        return (yield from self._wait(timeout, {"to": to, "channel": "mail", **filters}))

    @api_call
    def call(self, /, to: str, timeout: float = PATIENCE_SECONDS, **filters: Any) -> Steps[C]:
        """Return the newest call to a number; wait for the first one."""
        return self._call((yield from self._wait(timeout, {"to": to, "channel": "call", **filters})))

    @api_call
    def code(self, to: str, pattern: str | None = None) -> Steps[str | None]:
        """Return the newest code for a number or mailbox, or None.

        A `pattern` is a regular expression whose group `code`, else its first group, else all of it is the code.
        """
        answer = yield _get(f"{API}/code", {"to": to, "pattern": pattern})
        return answer.text if answer.status_code == 200 else None

    @api_call
    def wait_for_code(
        self,
        to: str,
        timeout: float = PATIENCE_SECONDS,
        since: int | None = None,
        pattern: str | None = None,
    ) -> Steps[str]:
        """Return the newest code for a number or mailbox that was not given before, waiting for it.

        `since` is the id of a message: only codes of newer ones count. `pattern` is as in :meth:`code`. Raise
        :class:`NothingCame`.
        """
        return str((yield from self._found_code(to, timeout, since, pattern=pattern)).code)

    @api_call
    def wait_for_found_code(
        self,
        to: str,
        timeout: float = PATIENCE_SECONDS,
        since: int | None = None,
        new: bool = False,
        pattern: str | None = None,
    ) -> Steps[ApiObject]:
        """Wait as :meth:`wait_for_code`; return `code`, `id` of its message, `code_reason` and `received_at`.

        With `new` only codes count that come from now on.
        """
        return (yield from self._found_code(to, timeout, since, new, pattern))

    def _found_code(
        self, to: str, timeout: float, since: int | None, new: bool = False, pattern: str | None = None
    ) -> Steps[ApiObject]:
        self._await(to)
        after = self._given.get(to, 0) if since is None else since
        deadline = time.monotonic() + timeout
        while True:
            left = round(max(0.0, deadline - time.monotonic()), 3)
            query = {"to": to, "wait": left, "since": after, "new": 1 if new else None, "pattern": pattern}
            asked = {"params": _query(query), "headers": {"Accept": "application/json"}}
            answer = yield Request("GET", f"{API}/code", asked)
            if answer.status_code == 204:
                there_is = yield from self._there_is(to)
                raise NothingCame(f"no new code for {to} within {timeout} s; there is: {there_is}")
            found = ApiObject(answer.json())
            after = int(found.id)
            if since is not None or after not in self._given.values():
                self._given[to] = after
                return found
            # else it was given for the same number in another spelling: wait for a newer one

    def _await(self, to: str | None) -> None:
        """Note what is waited for: the report of a failed test looks for it in other worlds, too."""
        if to and to not in self.awaited_addresses:
            self.awaited_addresses.append(to)

    def _there_is(self, to: str | None) -> Steps[str]:
        newest = yield from PhoneCalls.messages.steps(self, limit=5)
        told = [f"{m.id} {m.channel} to {m.to}: {m.subject or m.body[:60]!r}" for m in newest]
        told = told or [f"nothing in the world {self.world!r}"]
        for world in dict.fromkeys((self.world, DEFAULT)) if to else ():
            asked = _query({"to": to, "verdict": "refused", "limit": 2})
            content = {"params": asked, "headers": {"X-World": world}}
            answer = yield Request("GET", f"{API}/requests", content, may_fail=True)
            found = answer.json()["requests"] if answer.is_success else []
            told += [f"refused in the world {world!r}: {each['status']} {each['reason']}" for each in found]
        return "; ".join(told)

    @api_call
    def requests(self, /, **filters: Any) -> Steps[list[ApiObject]]:
        """Return what senders asked for on the wires, newest first, refused requests too.

        Filters are the API's: `wire`, `to`, `verdict` (accepted or refused), `since`, `limit`. Requests that name no
        world are in the default one.
        """
        found = (yield _get(f"{API}/requests", filters)).json()["requests"]
        return [ApiObject(fields) for fields in found]

    # -- changing ----------------------------------------------------------------------------------------------------

    @api_call
    def delete(self, /, **filters: Any) -> Steps[int]:
        """Delete the messages that fit, all without filters; return how many they were."""
        answer = yield Request("DELETE", f"{API}/messages", {"params": _query(filters)})
        return int(answer.json()["deleted"])

    @api_call
    def reset(self) -> Steps[None]:
        """Empty the world: messages, handsets, authenticators, faults, clock."""
        yield Request("POST", f"{API}/reset")
        self._given.clear()

    @api_call
    def reply(self, handset: str, to: str, body: str) -> Steps[Received]:
        """Send a text typed on a handset."""
        answer = yield Request("POST", f"{API}/replies", {"json": {"from": handset, "to": to, "body": body}})
        return Received(answer.json())

    @api_call
    def set_webhook(self, number: str, url: str) -> Steps[None]:
        """Set where texts typed to a number are posted."""
        yield Request("PUT", f"{API}/numbers/{number}", {"json": {"sms_url": url}})

    @api_call
    def worlds(self) -> Steps[list[dict[str, str]]]:
        """Return the worlds there are: name and account_sid of each."""
        found: list[dict[str, str]] = (yield Request("GET", f"{API}/worlds")).json()["worlds"]
        return found

    @api_call
    def make_world(self) -> Steps[bool]:
        """Make this world and return True, or False when it is there already."""
        return (yield Request("PUT", f"{API}/worlds/{self.world}")).status_code == 201

    @api_call
    def delete_world(self) -> Steps[None]:
        """Delete this world and all in it (the default one can only be emptied)."""
        yield Request("DELETE", f"{API}/worlds/{self.world}")

    @api_call
    def lease_number(self, country: str = "") -> Steps[str]:
        """Return a mobile number of one's own: what is sent to it lands in this world, whatever the AccountSid.

        `country` has two letters, else it is the phone's own. The lease ends with the world.
        """
        wanted = {"kind": "number", **({"country": country} if country else {})}
        return str((yield Request("POST", f"{API}/leases", {"json": wanted})).json()["address"])

    @api_call
    def lease_mailbox(self) -> Steps[str]:
        """Return a mailbox of one's own: what is sent to it lands in this world. The lease ends with the world."""
        return str((yield Request("POST", f"{API}/leases", {"json": {"kind": "mailbox"}})).json()["address"])

    @api_call
    def move_clock(self, offset: float) -> Steps[None]:
        """Set the handsets' clock to real time plus so many seconds."""
        yield Request("PUT", f"{API}/clock", {"json": {"offset": offset}})

    @api_call
    def send(self, /, method: str, path: str, **content: Any) -> Steps[httpx.Response]:
        """Send one request to the phone in this world. Raise :class:`PhoneError` when it is refused."""
        return (yield Request(method, path, content))

    def _enter(self) -> Steps[None]:
        self._made_world = self.world != DEFAULT and (yield from PhoneCalls.make_world.steps(self))

    def _leave(self) -> Steps[None]:
        if self._made_world:
            # 404 when the test deleted it
            yield Request("DELETE", f"{API}/worlds/{self.world}", may_fail=True)


def _get(path: str, filters: Mapping[str, Any]) -> Request:
    return Request("GET", path, {"params": _query(filters)})


def _query(filters: Mapping[str, Any]) -> dict[str, str]:
    return {
        ("from" if name == "sender" else name): str(value)
        for name, value in filters.items()
        if value is not None
    }
