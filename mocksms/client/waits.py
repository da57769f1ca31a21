"""Waits of clients: for messages, for codes, and for nothing to come. A wait of any length is made of short ones."""

from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

from mocksms.api.paths import API
from mocksms.client.base import PhoneWorld, get, query
from mocksms.client.messages import ApiObject, NothingCame, Received, SomethingCame
from mocksms.client.steps import PhoneError, Request, Steps, api_call
from mocksms.core.world_names import DEFAULT

PATIENCE_SECONDS = 10.0
POLL_SECONDS = 30.0
"""The longest single request: proxies end those that take a minute. The phone counts it, so no test's clock matters."""
C = TypeVar("C")


def polls(seconds: float) -> Iterator[float]:
    """Split a wait into the seconds of single requests, at least one."""
    while seconds > POLL_SECONDS:
        yield POLL_SECONDS
        seconds -= POLL_SECONDS
    yield max(0.0, round(seconds, 3))


class Waits(PhoneWorld, Generic[C]):
    """The waits of a client. `C` is the class of a ringing call."""

    def _call(self, received: Received) -> C:
        raise NotImplementedError

    @api_call
    def wait(self, /, timeout: float = PATIENCE_SECONDS, **filters: Any) -> Steps[Received]:
        """Return the newest message that matches, waiting up to `timeout` seconds. Raise :class:`NothingCame`."""
        return (yield from self._wait(timeout, filters))

    def _wait(self, timeout: float, filters: Mapping[str, Any]) -> Steps[Received]:
        self._await(filters.get("to"))
        for seconds in polls(timeout):
            answer = yield get(f"{API}/messages/wait", {**filters, "timeout": seconds}, waits=seconds > 0)
            if answer.status_code != 204:
                return Received(answer.json())
        there_is = yield from self._there_is(filters.get("to"))
        raise NothingCame(f"no message like {filters} came within {timeout} s; there is: {there_is}")

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
        answer = yield get(f"{API}/code", {"to": to, "pattern": pattern})
        return answer.text if answer.status_code == 200 else None

    @api_call
    def wait_for_code(
        self,
        to: str,
        timeout: float = PATIENCE_SECONDS,
        since: int | None = None,
        pattern: str | None = None,
        new: bool = False,
    ) -> Steps[str]:
        """Return the newest code for a number or mailbox that was not returned before; wait for it.

        `since` is the id of a message: only codes of newer ones count; with `new` only those that arrive from now on.
        `pattern` is as in :meth:`code`. Raise :class:`NothingCame`.
        """
        return str((yield from self._found_code(to, timeout, since, new, pattern)).code)

    @api_call
    def wait_for_found_code(
        self,
        to: str,
        timeout: float = PATIENCE_SECONDS,
        since: int | None = None,
        new: bool = False,
        pattern: str | None = None,
    ) -> Steps[ApiObject]:
        """Wait like :meth:`wait_for_code`. Return `code`, `id` of its message, `code_reason` and `received_at`.

        With `new`, only codes that arrive from now on count.
        """
        return (yield from self._found_code(to, timeout, since, new, pattern))

    def _found_code(
        self, to: str, timeout: float, since: int | None, new: bool = False, pattern: str | None = None
    ) -> Steps[ApiObject]:
        self._await(to)
        after = self._given.get(to, 0) if since is None else since
        if new:
            after = max(after, (yield from PhoneWorld.last_id.steps(self)))
        for seconds in polls(timeout):
            while (found := (yield from self._code_after(after, to, seconds, pattern))) is not None:
                after = int(found.id)
                if since is not None or after not in self._given.values():
                    self._given[to] = after
                    return found
                # else it was given for the same number in another spelling: wait for a newer one
        there_is = yield from self._there_is(to)
        raise NothingCame(f"no new code for {to} within {timeout} s; there is: {there_is}")

    def _code_after(
        self, after: int, to: str, seconds: float, pattern: str | None
    ) -> Steps[ApiObject | None]:
        asked = query({"to": to, "wait": seconds, "since": after, "pattern": pattern})
        content = {"params": asked, "headers": {"Accept": "application/json"}}
        answer = yield Request("GET", f"{API}/code", content, waits=seconds > 0)
        return None if answer.status_code == 204 else ApiObject(answer.json())

    @api_call
    def expect_nothing(self, to: str, seconds: float = 1.0, since: int | None = None) -> Steps[None]:
        """Wait for `seconds` of the world's clock. Raise :class:`SomethingCame` if a message to `to` came, or is held
        back until then.

        A message doesn't count if this client was given its code, or if it is not newer than `since`.
        """
        after = self._given.get(to, 0) if since is None else since
        for each in polls(seconds):
            asked = {"to": to, "seconds": each, "since": after}
            try:
                yield get(f"{API}/messages/expect-none", asked, waits=each > 0)
            except PhoneError as refused:
                if refused.problem.get("title") not in SomethingCame.TITLES:
                    raise
                raise SomethingCame(str(refused.problem["detail"])) from None

    def _await(self, to: str | None) -> None:
        """Record what is waited for: the report of a failed test looks for it in other worlds too."""
        if to and to not in self.awaited_addresses:
            self.awaited_addresses.append(to)

    def _there_is(self, to: str | None) -> Steps[str]:
        newest = yield from PhoneWorld.messages.steps(self, limit=5)
        told = [f"{m.id} {m.channel} to {m.to}: {m.subject or m.body[:60]!r}" for m in newest]
        told = told or [f"nothing in the world {self.world!r}"]
        for world in dict.fromkeys((self.world, DEFAULT)) if to else ():
            asked = query({"to": to, "verdict": "refused", "limit": 2})
            content = {"params": asked, "headers": {"X-World": world}}
            answer = yield Request("GET", f"{API}/requests", content, may_fail=True)
            found = answer.json()["requests"] if answer.is_success else []
            told += [f"refused in the world {world!r}: {each['status']} {each['reason']}" for each in found]
        return "; ".join(told)
