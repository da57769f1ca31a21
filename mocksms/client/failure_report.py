"""The report of a failed test's world: what arrived, what didn't and why, and where it went instead."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from mocksms.api.paths import API
from mocksms.client.messages import ApiObject, Received
from mocksms.client.phones import Phone
from mocksms.client.steps import PhoneError
from mocksms.core.world_names import DEFAULT, account_sid
from mocksms.shared.own_files import own_folder

MOST_LINES = 10
MOST_WORLDS = 50
MARGIN_SECONDS = 1.0
OTHER_TEST = re.compile(r"t[0-9a-f]{16}")
"""The names of worlds that the pytest plugin makes."""
_ACCOUNT = re.compile(r"\bAC[0-9a-f]{32}\b", re.I)
_WHY = {
    "header": "its header X-World names it",
    "lease": "the address is leased to it",
    "tag": "the plus-tag of the address names it",
    "query": "its query names it",
}


class FailureReport:
    """The events in a client's world, and for how long: `seconds` of real time."""

    def __init__(self, phone: Phone, seconds: float) -> None:
        self._phone = phone
        self._seconds = seconds

    def text(self) -> str:
        """Return the report, or that the phone doesn't answer."""
        try:
            return "\n".join(self._lines())
        except (httpx.HTTPError, PhoneError, ValueError, KeyError) as problem:
            return f"the phone at {self._phone.url} can't be asked: {problem}"

    def write(self, folder: Path) -> None:
        """Write the report, the messages, the requests and the source of each mail as files."""
        own_folder(folder)
        _keep(folder / "report.txt", self.text().encode() + b"\n")
        try:
            messages = self._phone.messages(limit=1000)
            _write(folder / "messages.json", messages + self._not_arrived())
            _write(folder / "requests.json", self._phone.requests(limit=1000))
            for mail in messages:
                if mail.channel == "mail":
                    _keep(folder / f"mail-{mail.id}.eml", self._phone.eml(mail.id))
        except (httpx.HTTPError, PhoneError, ValueError):
            return  # report.txt says why

    def _lines(self) -> Iterator[str]:
        phone = self._phone
        messages, missing = phone.messages(limit=MOST_LINES), self._not_arrived()
        yield f"world {phone.world} of the phone at {phone.url}"
        if messages:
            yield "arrived, newest first:"
            yield from (f"  {_message(each)}" for each in messages)
        else:
            yield "nothing arrived"
        if missing:
            yield "did not arrive:"
            yield from (f"  {_message(each)}: {_state(each)}" for each in missing[:MOST_LINES])
        if found := phone.faults.all():
            yield f"faults that are set: {'; '.join(_fault(each) for each in found)}"
        began = self._began()
        refused = phone.requests(verdict="refused", limit=MOST_LINES)
        elsewhere = [] if messages else list(self._elsewhere(began))
        if phone.world != DEFAULT:
            refused += self._since(DEFAULT, began, verdict="refused")
        if refused:
            yield "refused:"
            yield from (f"  {_request(each)}: {each.status} {each.reason}" for each in refused[:MOST_LINES])
        if elsewhere:
            yield "arrived in other worlds meanwhile:"
            yield from (f"  {_request(each)}, since {_why(each)}" for each in elsewhere[:MOST_LINES])
            yield (
                f"this world's AccountSid is {phone.account_sid}, a mailbox of it {phone.mailbox('name@example.com')};"
                " for an app that knows no world: lease_number(), lease_mailbox()"
            )

    def _not_arrived(self) -> list[Received]:
        answer = self._phone.send("GET", f"{API}/messages/not-arrived")
        return [Received(fields) for fields in answer.json()["messages"]]

    def _began(self) -> str:
        """Return when this world's time began, in real time of the phone's computer."""
        clock = self._phone.send("GET", f"{API}/clock").json()
        return _earlier(clock["now"], clock["offset"] + self._seconds + MARGIN_SECONDS)

    def _elsewhere(self, began: str) -> Iterator[ApiObject]:
        """Yield what was accepted in other worlds; from another test's world only what this one waited for."""
        names = [each["name"] for each in self._phone.worlds() if each["name"] != self._phone.world]
        for name in sorted(names, key=lambda each: (each != DEFAULT, OTHER_TEST.fullmatch(each) is not None))[
            :MOST_WORLDS
        ]:
            if OTHER_TEST.fullmatch(name) is None:
                yield from self._since(name, began, verdict="accepted")
            else:
                for to in self._phone.awaited_addresses:
                    yield from self._since(name, began, verdict="accepted", to=to)

    def _since(self, world: str, began: str, **filters: Any) -> list[ApiObject]:
        with closing(self._phone.beside(world)) as other:
            try:
                found = other.requests(limit=MOST_LINES, **filters)
            except PhoneError:  # deleted meanwhile, or what the test asked for is no address
                return []
        return [each for each in found if each.at >= began]


def _earlier(moment: str, seconds: float) -> str:
    then = datetime.fromisoformat(moment) - timedelta(seconds=seconds)
    return then.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _write(path: Path, found: Sequence[ApiObject]) -> None:
    told = json.dumps([dict(each.fields) for each in found], ensure_ascii=False, indent=1)
    _keep(path, told.encode() + b"\n")


def _keep(path: Path, content: bytes) -> None:
    """Write a file that its owner alone can read: it holds codes."""
    path.touch(0o600)
    path.write_bytes(content)


def _short(text: str, longest: int = 100) -> str:
    words = " ".join(text.split())
    return words if len(words) <= longest else f"{words[: longest - 1]}…"


def _message(found: Received) -> str:
    code = f" (code {found.code})" if found.code else ""
    return f"{found.channel} from {found.sender} to {found.to}: {_short(found.subject or found.body)!r}{code}"


def _state(found: Received) -> str:
    state = found.status if found.error_code is None else f"{found.status}, error {found.error_code}"
    return f"{state}, due at {found.due_at}" if found.due_at else state


def _fault(found: dict[str, Any]) -> str:
    chosen = [f"{name} {found[name]}" for name in ("channel", "to", "from") if found[name]]
    left = "" if found["times"] is None else f", {found['times']} times left"
    return " ".join([found["what"], *chosen]) + left


def _request(found: ApiObject) -> str:
    to = f" to {found.to}" if found.to else ""
    return f"{found.world}: {found.wire or 'no provider'}{to}, {found.method} {_short(found.path)}"


def _why(found: ApiObject) -> str:
    """Return why a request went to its world."""
    named = _ACCOUNT.search(found.path)
    if named and named[0] == account_sid(found.world):
        return f"AccountSid {named[0]} is {found.world}'s"
    if named and found.chosen_by == "default":
        return f"AccountSid {named[0]} is no world's, so {found.world}'s"
    if found.chosen_by == "credentials":
        return f"its credentials are {found.world}'s"
    return _WHY.get(found.chosen_by, "it names no world")
