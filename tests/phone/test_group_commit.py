"""Writers who come together share a transaction."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

import mocksms
from mocksms.core.models import Event
from mocksms.core.worlds import World
from mocksms.store import group_commit, tokens
from mocksms.store.engine import Connection
from mocksms.store.group_commit import Work
from tests.assertions import not_empty


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    worlds = mocksms.create_app({"INSTANCE": str(tmp_path)}).extensions["mocksms"]
    yield worlds.get()
    worlds.close()


class Writers:
    """Writers of a world. The first one is inside its work until :meth:`finish`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.used: list[Connection] = []
        self._free = threading.Event()
        self._threads = ThreadPoolExecutor(100)
        self.first = self._threads.submit(world.group_commit.run, self._wait)
        self._until(lambda: len(self.used) == 1)

    def _wait(self, db: Connection, _: list[Event]) -> None:
        self.used.append(db)
        assert self._free.wait(10)

    def _note(self, db: Connection, _: list[Event]) -> None:
        self.used.append(db)

    def _until(self, is_so: Callable[[], bool]) -> None:
        until = time.monotonic() + 10
        while not is_so():
            assert time.monotonic() < until
            time.sleep(0.005)

    def come(self, count: int, work: Work | None = None) -> list[Future[None]]:
        """Let writers queue."""
        before = len(self.world.group_commit._queue)
        come = [self._threads.submit(self.world.group_commit.run, work or self._note) for _ in range(count)]
        self._until(lambda: len(self.world.group_commit._queue) == before + count)
        return come

    def finish(self) -> None:
        """Let the first one end, and wait for all."""
        self._free.set()
        self._threads.shutdown()


def test_writers_who_come_while_a_transaction_runs_join_it(world: World) -> None:
    writers = Writers(world)
    come = writers.come(3)
    assert not any(each.done() for each in come)
    writers.finish()
    assert [each.result() for each in (writers.first, *come)] == [None] * 4
    assert len(writers.used) == 4
    assert all(db is writers.used[0] for db in not_empty(writers.used))


def test_group_has_a_largest_size_and_the_rest_follows(world: World) -> None:
    writers = Writers(world)
    come = writers.come(group_commit.LARGEST_GROUP + 5)
    writers.finish()
    assert all(each.result() is None for each in not_empty(come))
    together = sum(db is writers.used[0] for db in writers.used)
    assert (together, len(writers.used)) == (group_commit.LARGEST_GROUP, group_commit.LARGEST_GROUP + 6)


def test_writer_who_joins_and_fails_fails_alone(world: World) -> None:
    def fails(db: Connection, _: list[Event]) -> None:
        tokens.put(db, {"AC9": "never"})
        raise ZeroDivisionError

    writers = Writers(world)
    ours = writers.come(1, lambda db, _: tokens.put(db, {"AC1": "kept"}))
    failing = writers.come(1, fails)
    writers.finish()
    assert [each.exception() for each in (writers.first, *ours)] == [None, None]
    assert isinstance(failing[0].exception(), ZeroDivisionError)
    with world.store.reading() as db:
        assert (tokens.find(db, "AC1"), tokens.find(db, "AC9")) == ("kept", None)


def test_token_of_a_writer_who_joins_is_written_with_its_message(world: World) -> None:
    writers = Writers(world)
    world.tokens.note("AC7", "joined")
    writers.come(1)
    writers.finish()
    with world.store.reading() as db:
        assert tokens.find(db, "AC7") == "joined"
