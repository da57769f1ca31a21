"""Deletion: what remains is as if the rest had never come, and nobody waits for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

import mocksms
from mocksms import store
from mocksms.core import deletion, inbox
from mocksms.core.faults import Effects
from mocksms.core.models import Filter, Message
from mocksms.core.worlds import World
from mocksms.store import transfer
from mocksms.store.engine import recording
from mocksms.store.engine.errors import Busy
from tests import engines
from tests.assertions import not_empty

NUMBERS = ("+819012345671", "+819012345672", "+819012345673")
PEERS = ("+815012345678", "Mihon")
ANY_OF = {
    "number": Filter(to=NUMBERS[0]), "since": Filter(since=2), "words": Filter(q="blue"), "all": Filter()
}  # fmt: skip


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    with engines.database() as url:
        app = mocksms.create_app({"INSTANCE": str(tmp_path), "SMTP_PORT": -1, "DATABASE_URL": url})
        yield app
        app.extensions["mocksms"].close()


@pytest.fixture
def world(app: Flask) -> World:
    found: World = app.extensions["mocksms"].get()
    return found


def _fill(world: World, count: int = 18) -> list[Message]:
    """Let texts and mails arrive, in several conversations, some read, some with a code."""
    kept = []
    for at in range(count):
        is_mail = at % 5 == 4
        to = "hanako@example.com" if is_mail else NUMBERS[at % 3]
        body = f"{'blue' if at % 2 else 'red'} {'482913 is your code' if at % 3 else 'hello'} 確認{at}"
        message = Message(
            inbox.new_sid("SM"),
            "mail" if is_mail else "sms",
            "a@b.example" if is_mail else PEERS[at % 2],
            to,
            body,
        )
        kept.append(inbox.receive(world, message, raw=b"source" if is_mail else None))
    inbox.mark_read(world, *kept[::4])
    return kept


def _seen(world: World) -> dict[str, Any]:
    """Return what pages and API show, without the ids of events."""
    addresses = [*NUMBERS, "hanako@example.com"]
    channels = ("sms", "mail")
    return {
        "messages": [each.body for each in inbox.search(world, Filter(), 100)],
        "found": {q: [each.body for each in inbox.search(world, Filter(q=q), 100)] for q in ("blue", "確認", "h")},
        "handsets": [(each.address, each.unread, each.total, each.last and each.last.body)
                     for each in inbox.handsets(world)],
        "threads": [(each.peer, each.unread, each.total, each.last and each.last.body)
                    for address in addresses for channel in channels
                    for each in inbox.threads(world, address, channel)],
        "unread": [inbox.unread(world, address) for address in addresses],
    }  # fmt: skip


def _remaining(world: World, kept: list[Message]) -> dict[str, Any]:
    """Return the same from the messages alone."""
    now = {each.id: each for each in inbox.search(world, Filter(), 100)}
    left = [now[each.id] for each in reversed(kept) if each.id in now]

    def summed(key: Any) -> dict[Any, tuple[int, int, str]]:
        groups: dict[Any, list[Message]] = {}
        for each in left:
            groups.setdefault(key(each), []).append(each)
        return {k: (sum(m.read_at is None for m in g), len(g), g[0].body) for k, g in groups.items()}

    threads = summed(lambda each: (each.handset, each.channel, each.peer))
    addresses = [*NUMBERS, "hanako@example.com"]
    per_place = [(address, channel) for address in addresses for channel in ("sms", "mail")]
    return {
        "messages": [each.body for each in left],
        "found": {
            q: [each.body for each in left if any(word.startswith(q) for word in each.body.split())]
            for q in ("blue", "確認", "h")
        },
        "handsets": [(address, *rest) for address, rest in summed(lambda each: each.handset).items()],
        "threads": [(k[2], *rest) for place in per_place for k, rest in threads.items() if k[:2] == place],
        "unread": [
            {channel: sum(rest[0] for k, rest in threads.items() if k[:2] == (address, channel))
             for channel in ("sms", "mail") if any(k[:2] == (address, channel) for k in threads)}
            for address in addresses
        ],
    }  # fmt: skip


@pytest.mark.parametrize("wanted", ANY_OF.values(), ids=ANY_OF.keys())
def test_deletion_leaves_the_rest_as_it_was(
    world: World, wanted: Filter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deletion, "AT_FIRST", 4)
    monkeypatch.setattr(store.search_index, "AT_ONCE", 5)
    kept = _fill(world)
    inbox.complete_words(world)
    expected = {each.sid for each in inbox.search(world, wanted, 100)}
    assert deletion.delete(world, wanted) == len(expected)
    assert {each.sid for each in kept} - expected == {each.sid for each in inbox.search(world, Filter(), 100)}
    assert _seen(world) == _remaining(world, kept)
    sources = {each.sid: inbox.raw(world, each.sid) for each in kept if each.channel == "mail"}
    assert sources == {sid: None if sid in expected else b"source" for sid in sources}
    inbox.receive(world, Message(inbox.new_sid("SM"), "sms", PEERS[0], NUMBERS[0], "blue again"))
    assert inbox.search(world, Filter(q="blue again"), 1)[0].body == "blue again"


def test_deletion_of_everything_keeps_what_is_held_back(world: World) -> None:
    _fill(world, 3)
    mail = Message(inbox.new_sid("EM"), "mail", "a@b.example", "hanako@example.com", "later")
    inbox.receive(world, mail, raw=b"source", effects=Effects(delay=60))
    assert deletion.delete(world, Filter()) == 3
    assert inbox.search(world, Filter()) == [] == inbox.handsets(world)
    assert inbox.raw(world, mail.sid) == b"source"
    inbox.deliver_held(world, mail.sid)
    assert [each.body for each in inbox.search(world, Filter())] == ["later"]


def test_deletion_of_everything_costs_the_same_for_any_number(world: World) -> None:
    assert _statements(world, 3, Filter()) == _statements(world, 12, Filter())


def test_deletion_of_everything_gives_the_lock_back_after_the_index(world: World) -> None:
    _fill(world, 3)
    inbox.complete_words(world)
    said: list[str] = []
    with recording.listening(said.append):
        assert deletion.delete(world, Filter()) == 3
    emptied = next(
        at for at, sql in enumerate(said) if "search" in sql and ("DELETE" in sql or "delete" in sql)
    )
    assert "COMMIT" in said[emptied : said.index("DELETE FROM messages")]


def test_deletion_of_everything_forgets_words_that_were_indexed_meanwhile(world: World) -> None:
    _fill(world, 3)
    with world.store.writing() as db:
        store.search_index.begin_again(db)
    inbox.complete_words(world)
    with world.store.writing() as db:
        assert store.deletion.all_arrived(db, Filter()) == 3
        has_blue = {"sqlite": "search MATCH 'blue'", "postgresql": "words @@ CAST('blue' AS tsquery)"}[
            db.dialect
        ]
        assert db.execute(f"SELECT count(*) FROM search WHERE {has_blue}").fetchone()[0] == 0


def test_deletion_gives_the_lock_back_between_slices(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deletion, "AT_FIRST", 4)
    monkeypatch.setattr(deletion, "AT_MOST", 4)
    _fill(world, 12)
    inbox.receive(world, Message(inbox.new_sid("SM"), "sms", PEERS[0], "+819012345679", "stays"))
    said: list[str] = []
    with recording.listening(said.append):
        assert deletion.delete(world, Filter(since=1)) == 12
    assert sum(sql == "COMMIT" for sql in said) >= 12 / 4


def test_deletion_of_one_handset_counts_few_others_and_not_under_the_lock(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(world, 30)
    inbox.receive(world, Message(inbox.new_sid("SM"), "sms", PEERS[0], "+819012345679", "goes"))
    counted: list[tuple[bool, int]] = []
    count = store.reading.count

    def noted(*arguments: Any) -> int:
        counted.append((world.store.is_writing(), count(*arguments)))
        return counted[-1][1]

    monkeypatch.setattr(store.reading, "count", noted)
    assert deletion.delete(world, Filter(handset="+819012345679")) == 1
    assert sorted(counted) == [(False, 1), (False, 3)], "enough to know that others are more"


@pytest.mark.parametrize("done", [0, 2])
def test_deletion_that_is_interrupted_says_what_is_done(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch, done: int
) -> None:
    monkeypatch.setattr(deletion, "AT_FIRST", 4)
    monkeypatch.setattr(deletion, "AT_MOST", 4)
    monkeypatch.setattr(deletion, "SLICE_SECONDS", 60)  # on a slow machine too each slice is of four
    _fill(world, 18)
    remove, slices = store.deletion.remove, iter(range(100))

    def refused(*arguments: Any) -> None:
        if next(slices) == done:
            raise Busy("another process holds the world")
        remove(*arguments)

    monkeypatch.setattr(store.deletion, "remove", refused)
    answer = app.test_client().delete("/api/v1/messages?since=1")
    assert answer.status_code == 503 and answer.headers["Retry-After"] == "1"
    left = len(inbox.search(world, Filter(), 100))
    assert left == 18 - 4 * done
    said = f"{4 * done} messages were deleted; repeat" if done else "Nothing was changed"
    assert said in answer.get_json()["detail"]
    assert app.test_client().delete("/api/v1/messages?since=1").get_json() == {"deleted": left - 1}


def test_deletion_spares_what_arrives_between_slices(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deletion, "AT_FIRST", 4)
    monkeypatch.setattr(deletion, "AT_MOST", 4)
    late: list[str] = []

    def arrives(_: float) -> None:
        late.append(f"late {len(late)}")
        inbox.receive(world, Message(inbox.new_sid("SM"), "sms", PEERS[0], NUMBERS[0], late[-1]))

    _fill(world, 12)
    monkeypatch.setattr(deletion, "time", SimpleNamespace(monotonic=time.monotonic, sleep=arrives))
    assert deletion.delete(world, Filter(since=1)) == 11
    assert [each.body for each in inbox.search(world, Filter(since=1), 100)] == not_empty(late)[::-1]


def test_index_that_is_made_again_after_a_copy_is_whole(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store.search_index, "AT_ONCE", 5)
    _fill(world)
    transfer.index_again(world.store)
    with world.store.reading() as db:
        assert store.search_index.indexed_upto(db) == store.reading.last_message(db)


def _statements(world: World, count: int, wanted: Filter) -> int:
    _fill(world, count)
    said: list[tuple[int, str]] = []
    with recording.listening(lambda sql: said.append((threading.get_ident(), sql))):
        assert deletion.delete(world, wanted) == count
    return sum(thread == threading.get_ident() for thread, _ in said)  # not the phone's own looks


def _stamp(world: World) -> str:
    with world.store.reading() as db:
        return store.conditions.stamp(db)


def test_each_deletion_is_news_for_open_pages(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_800_000_000.0)  # a coarse clock: all within one tick
    stamps = [_stamp(world)]
    for message in not_empty(_fill(world, 2)):
        assert deletion.delete_one(world, message.sid)
        stamps.append(_stamp(world))
    assert len(set(stamps)) == 3


@pytest.mark.parametrize("wanted", [Filter(), Filter(to=NUMBERS[0])], ids=["all", "number"])
def test_deletion_of_nothing_writes_nothing(world: World, wanted: Filter) -> None:
    before, said = _stamp(world), list[str]()
    with recording.listening(said.append):
        assert deletion.delete(world, wanted) == 0
    assert not [sql for sql in not_empty(said) if not sql.startswith("SELECT")]
    assert _stamp(world) == before
