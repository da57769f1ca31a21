"""The index of words: large messages are indexed few at a time, and all are found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import mocksms
from mocksms import store
from mocksms.core import inbox
from mocksms.core.models import Filter, Message
from mocksms.core.worlds import World
from mocksms.store.engine import recording
from tests import engines

ME, SHOP = "+819012345678", "Mihon"
LARGE = "確認コードのお知らせ " * 3000  # longer than what is indexed of one


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with engines.database() as url:
        app = mocksms.create_app({"INSTANCE": str(tmp_path), "SMTP_PORT": -1, "DATABASE_URL": url})
        yield app.extensions["mocksms"].get()
        app.extensions["mocksms"].close()


def receive(world: World, body: str) -> Message:
    return inbox.receive(world, Message(inbox.new_sid("SM"), "mail", SHOP, ME, body))


def found(world: World, words: str) -> list[str]:
    return [each.body.split()[0] for each in inbox.search(world, Filter(q=words))]


def indexed_upto(world: World) -> int:
    with world.store.reading() as db:
        return store.search_index.indexed_upto(db)


def commits(world: World, bodies: list[str]) -> int:
    """Return in how many transactions these messages are indexed, one behind the other."""
    last = [receive(world, body).id for body in bodies][-1]
    said: list[str] = []
    with recording.listening(said.append):
        inbox.complete_words(world)
    assert indexed_upto(world) == last
    return said.count("COMMIT")


def test_large_messages_are_indexed_in_more_transactions_than_small_ones(world: World) -> None:
    assert commits(world, [f"small{at} 確認" for at in range(8)]) == 1
    assert commits(world, [f"large{at} {LARGE}" for at in range(8)]) >= 4
    assert found(world, "large お知らせ") == [f"large{at}" for at in reversed(range(8))]
    assert found(world, "small 確") == [f"small{at}" for at in reversed(range(8))]


def test_arrival_that_indexes_the_last_ones_leaves_no_large_one_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store.search_index, "BATCH", 6)
    last = [receive(world, f"{at} {LARGE}").id for at in range(6)][-1]
    assert last % 6 == 0 and indexed_upto(world) == last


def test_arrival_does_not_wait_for_an_index_that_is_made_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at in range(15):
        receive(world, f"{at}")
    with world.store.writing() as db:
        store.search_index.begin_again(db)
    monkeypatch.setattr(store.search_index, "AT_ONCE", 5)
    monkeypatch.setattr(store.search_index, "BATCH", 4)
    assert receive(world, "the next").id % 4 == 0
    assert indexed_upto(world) == 5
    assert found(world, "next") == ["the"]


def test_vocabulary_has_the_words_that_are_found_by_their_beginning(world: World) -> None:
    receive(world, "Mihon: 482913 is your 確認コード")
    assert found(world, "mih 4829 認コ 確") == ["Mihon:"]
    with world.store.reading() as db:
        if db.dialect == "sqlite":
            words = {row[0] for row in db.execute("SELECT word FROM vocabulary")}
            assert words == {"mihon", "482913", "is", "your"}
