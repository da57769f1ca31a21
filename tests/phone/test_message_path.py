"""A message's path through the phone: how many modules it passes, and how often it returns to one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from flask import Flask

import mocksms
from mocksms.core import inbox, intake, request_log, worlds
from mocksms.core.codes import finder
from mocksms.core.models import Message
from mocksms.testing import Phone
from tests import cpu
from tests.meta.test_phone_rooms import LEAVES

HOME = Path(mocksms.__file__).parent
ME = "+819012345678"
ACCOUNT = "AC" + "0" * 32
MOST_STAYS = 12
MOST_RETURNS = 5
MOST_MODULES = (
    22  # of a whole request: each works on it, hands it to another room, or (api.access) lets it in
)


class Way:
    """Records the modules of the phone that calls lead into; values and pure functions are no place to stay in."""

    def __init__(self) -> None:
        self.modules: list[str] = []
        self._frames: list[FrameType] = []
        self._alone = cpu.no_collection()

    def _note(self, frame: FrameType, event: str, _argument: object) -> None:
        path = Path(frame.f_code.co_filename)
        if event != "call" or not path.is_relative_to(HOME) or any(frame is known for known in self._frames):
            return
        self._frames.append(frame)  # kept: a generator that goes on is not called again
        module = ".".join(path.relative_to(HOME).with_suffix("").parts)
        if not module.startswith(PURE):
            self.modules.append(module)

    def __enter__(self) -> Way:
        self._alone.__enter__()
        sys.setprofile(self._note)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)
        self._alone.__exit__(None, None, None)

    def stays(self, by_room: bool) -> list[str]:
        """Return the rooms, or modules, in the order they were entered."""
        places = [module.partition(".")[0] if by_room else module for module in self.modules]
        return [place for at, place in enumerate(places) if at == 0 or places[at - 1] != place]


# The engine is what a driver was: the same for both apps, and it knows neither. flask_app is what Flask's own classes
# were: it knows nothing of the phone.
PURE = (*LEAVES, "core.codes", "core.segments", "store.engine", "api.flask_app")


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    # Once a second, a request also reads which addresses are leased and which worlds there are.
    monkeypatch.setattr(worlds, "FRESH_SECONDS", 3600)
    app = mocksms.create_app({"INSTANCE": str(tmp_path)})
    finder.find("482913 is your code")  # the first one loads all words
    yield app
    app.extensions["mocksms"].close()


def _is_short(stays: list[str], most: int = MOST_STAYS) -> bool:
    return len(stays) <= most and len(stays) - len(set(stays)) <= MOST_RETURNS


def test_way_of_a_request_is_short(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    # The first request noted after a pause also starts the job that writes the notes.
    monkeypatch.setattr(request_log, "FLUSH_SECONDS", 3600)
    form = {"To": ME, "From": "+15005550006", "Body": "Your code is 482913"}
    request: dict[str, Any] = {"data": form, "auth": (ACCOUNT, "any")}
    path, client = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", app.test_client()
    client.post(path, **request)  # the first one opens the world
    with Way() as way:
        assert client.post(path, **request).status_code == 201
    assert Phone.in_process(app).code(ME) == "482913"
    stays = way.stays(by_room=True)
    assert {"api", "providers", "core", "store", "delivery"} <= set(stays)
    assert _is_short(stays), " ".join(stays)
    stays = way.stays(by_room=False)
    assert {"core.intake", "core.request_log", "store.messages"} <= set(stays)
    assert _is_short(stays, MOST_MODULES), stays


def test_way_of_a_message_through_the_modules_is_short(app: Flask) -> None:
    world = app.extensions["mocksms"].get()
    message = Message(inbox.new_sid("SM"), "sms", "+15005550006", ME, "482913 is your code", wire="twilio")
    arrival = intake.meet(world, "sms", ME, message.sender)
    with Way() as way:
        arrival.keep(message)
    stays = way.stays(by_room=False)
    assert {"core.inbox", "store.messages", "events.hub"} <= set(stays)
    assert _is_short(stays), " ".join(stays)
