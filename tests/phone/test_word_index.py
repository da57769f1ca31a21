"""The index of words: large messages are indexed few at a time, and all are found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import mocksms
from mocksms import store
from mocksms.core import deletion, inbox
from mocksms.core.models import Filter, Message
from mocksms.core.worlds import World
from mocksms.delivery import retention
from mocksms.store.engine import recording
from tests import engines, more
from tests.assertions import not_empty

ME, SHOP = "+819012345678", "Mihon"
LARGE = "確認コードのお知らせ " * 3000  # longer than what is indexed of one

ODD = {
    "NUL": "\0", "control": "\x1c\x85\u2028", "noncharacters": "\uffff\U0010ffff\ufdd0", "replacement": "\ufffd",
    "marks": "e" + "\u0301" * 40, "joined": "\u200d\ufeff\u202e", "folded": "ß İ ﬃ ｶﾞ",
    "long": "確認" * 2000 + "\0" + LARGE,
}  # fmt: skip


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
    assert indexed_upto(world) == 10, "twice as many as arrived, and no more"
    assert found(world, "next") == ["the"]


def test_vocabulary_has_the_words_that_are_found_by_their_beginning(world: World) -> None:
    receive(world, "Mihon: 482913 is your 確認コード")
    assert found(world, "mih 4829 認コ 確") == ["Mihon:"]
    with world.store.reading() as db:
        if db.dialect == "sqlite":
            words = {row[0] for row in db.execute("SELECT word FROM vocabulary")}
            assert words == {"mihon", "482913", "is", "your"}


def test_index_that_was_begun_again_is_whole_after_some_arrivals(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at in range(23):
        receive(world, f"{at}")
    with world.store.writing() as db:
        store.search_index.begin_again(db)
    monkeypatch.setattr(store.search_index, "BATCH", 4)
    monkeypatch.setattr(store.search_index, "CHARACTERS_AT_ONCE", 1)  # one message in a transaction
    missing = []
    for at in range(24, 45):
        last = receive(world, f"{at}").id
        if last % 4 == 0:
            missing.append(last - indexed_upto(world))
    assert missing == [16, 12, 8, 4, 0, 0]


def test_arrivals_index_though_an_event_follows_each(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store.search_index, "BATCH", 4)
    for at in range(8):
        message = receive(world, f"{at}")
        inbox.redact(world, message.sid)
    assert message.id % 4 and indexed_upto(world) == message.id


class Counting:
    """A connection that counts the bodies that its statements read."""

    def __init__(self, db: store.Connection) -> None:
        self.statements = self.bodies = 0
        self._db = db

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)

    def execute(self, sql: str, parameters: Any = ()) -> Any:
        """Run a statement, one that reads bodies twice."""
        if "body" in sql:
            self.statements += 1
            self.bodies += len(self._db.execute(sql, parameters).fetchall())
        return self._db.execute(sql, parameters)


@pytest.mark.parametrize(("body", "at_most"), [(LARGE, 4), ("small", 1)], ids=["large", "small"])
def test_transaction_reads_few_bodies_that_it_does_not_index(world: World, body: str, at_most: int) -> None:
    last = [receive(world, body).id for _ in range(30)][-1]
    with world.store.writing() as db:
        counting: Any = Counting(db)
        done, _ = store.search_index.fill(counting, last)
    assert done <= counting.bodies <= at_most * done < 31
    assert counting.statements <= 3


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
def test_odd_characters_leave_the_index_sound(world: World, odd: str) -> None:
    first, *_ = [receive(world, f"odd{at} {odd[:5000]} behind\n誰とも {odd}") for at in range(4)]
    for at in range(2):
        receive(world, f"plain{at} text")
    assert found(world, "behind") == found(world, "誰とも") == ["odd3", "odd2", "odd1", "odd0"]
    inbox.redact(world, first.sid)
    assert found(world, "behind") == ["odd3", "odd2", "odd1"]
    world.settings = replace(world.settings, keep_messages=4)
    assert retention.prune(world) == 2
    assert found(world, "behind") == ["odd3", "odd2"]
    assert deletion.delete_one(world, inbox.search(world, Filter(q="odd3"))[0].sid)
    assert deletion.delete(world, Filter(q="behind")) == 1
    assert found(world, "plain") == ["plain1", "plain0"]
    assert deletion.delete(world, Filter(q="text")) == 2
    assert_empty(world)


@more.examples(40, 400)
def test_what_is_taken_out_of_the_index_is_what_was_put_in(world: World, examples: int) -> None:
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st

    pieces = st.sampled_from(["code", "確認", "Z_1 é", *ODD.values()][:-1]) | st.text(
        st.characters(exclude_categories=["Cs"]), max_size=5
    )
    texts = st.lists(pieces, max_size=9).map("".join)

    @settings(deadline=None, max_examples=examples, database=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(texts, texts, texts, texts), min_size=1, max_size=3))
    def check(drawn: list[tuple[str, str, str, str]]) -> None:
        kept = [
            inbox.receive(world, Message(inbox.new_sid("EM"), "mail", sender, ME, body, subject))
            for sender, subject, body, _ in drawn
        ]
        inbox.complete_words(world)
        for message, (*_, later) in zip(kept, drawn, strict=True):
            change_body(world, message, later)
        for message in not_empty(kept):
            assert deletion.delete_one(world, message.sid)
        assert_empty(world)

    check()


def change_body(world: World, message: Message, body: str) -> None:
    def alter(changed: Message) -> bool:
        changed.body = body
        return True

    inbox.change(world, message.id, alter)


def assert_empty(world: World) -> None:
    """Check that the index holds no word, and counts none."""
    with world.store.writing() as db:
        if db.dialect == "postgresql":
            assert db.execute("SELECT count(*) FROM search").fetchone()[0] == 0
            return
        db.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.left_over USING fts5vocab(main, search, row)")
        assert db.execute("SELECT term FROM temp.left_over").fetchall() == []
        # The record with this id counts rows and each column's words (https://www.sqlite.org/fts5.html).
        assert not any(db.execute("SELECT block FROM search_data WHERE id = 1").fetchone()[0])
