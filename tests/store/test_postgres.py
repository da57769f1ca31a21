"""The PostgreSQL engine only, and a part of the contract. `make check ONLY=postgres` runs all of it."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from queue import Queue
from typing import Any, NoReturn
from urllib.parse import urlsplit

import psycopg
import pytest

from tests import postgres_server
from tests.postgres_fixtures import address, postgres  # noqa: F401
from tests.store.conftest import MIGRATIONS, add, engine_of, names
from tests.store.test_engine_transactions import (  # noqa: F401
    test_actions_run_after_the_commit_in_order,
    test_broken_constraint_is_a_conflict_and_ends_the_block,
    test_values_come_back_as_they_went_in,
    test_what_a_writer_read_does_not_change_before_it_commits,
)
from tests.store.test_engine_worlds import (  # noqa: F401
    test_dropped_world_is_gone_for_whoever_holds_it_open,
    test_replacing_rows_that_fails_ends_the_block,
    test_restore_puts_back_all_rows_for_everybody,
    test_rows_are_replaced_but_in_some_tables_in_one_transaction,
)
from webapp.store.engine import (
    DEFAULT,
    Damaged,
    Engine,
    Migration,
    Migrations,
    Store,
    Unfit,
    UnknownWorld,
    Unreachable,
    conversion,
    engine_at,
    postgres_news,
    postgres_patience,
)
from webapp.store.engine.postgres import PostgresStore
from webapp.store.engine.postgres_dialect import for_psycopg, in_postgres
from webapp.store.engine.transfer import Worlds

pytestmark = pytest.mark.xdist_group("postgres")  # one server for all


def test_connections_are_shared_by_worlds_and_find_the_tables_of_each(engine: Engine) -> None:
    """A statement that was prepared in one world is not answered from there in another."""
    for name in ("one", "two"):
        engine.make(name)
        with engine.open(name).writing() as db:
            add(db, name)
    for _ in range(7):
        assert names(engine.open("one")) == ["one"]
        assert names(engine.open("two")) == ["two"]


def test_news_of_one_process_is_heard_by_the_others_only(
    engine: Engine,
    another: Callable[..., Engine],
    postgres: str,  # noqa: F811
) -> None:
    heard: Queue[tuple[str, int]] = Queue()
    own: Queue[tuple[str, int]] = Queue()
    other = another()
    for each, news in ((engine, own), (other, heard)):
        each.listen(lambda name, number, news=news: news.put((name, number)))  # type: ignore[misc]
        assert news.get(timeout=10) == ("", 0), "what was announced before is not known"
    for number in (7, 8):
        engine.announce("default", number)
        assert heard.get(timeout=10) == ("default", number)
    other.announce("default", 9)
    assert own.get(timeout=10) == ("default", 9)
    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute(
            "SELECT pg_notify('nidankai_contract', text) FROM unnest(ARRAY['', 'x', ':', 'a:b']) AS text"
        )
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'nidankai%news'"
        )
    assert (heard.get(timeout=10), own.get(timeout=10)) == (("", 0), ("", 0))
    engine.announce("default", 10)
    assert heard.get(timeout=10) == ("default", 10)


def test_news_outlives_a_process_without_a_free_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_news, "PAUSE_SECONDS", 0.01)
    tries: Queue[None] = Queue()

    def connect() -> NoReturn:
        tries.put(None)
        raise OSError(errno.EMFILE, "Too many open files")

    news = postgres_news.News(connect, "any")
    news.announce("default", 1)
    for _ in range(3):
        tries.get(timeout=10)
    news.close()


def test_lost_connections_are_replaced(store: Store, postgres: str) -> None:  # noqa: F811
    """Whoever holds a lost connection is told to come again, and the next one finds a new one."""
    with ThreadPoolExecutor(4) as pool:
        meet = threading.Barrier(4)

        def read(_: int) -> None:
            with store.reading() as db:
                meet.wait()
                db.execute("SELECT 1").fetchone()

        list(pool.map(read, range(4)))
    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'nidankai%'"
        )
    with pytest.raises(Unreachable):
        names(store)
    assert names(store) == []


def test_database_with_other_defaults_keeps_and_copies_the_same_values(
    engine: Engine,
    address: str,  # noqa: F811
    tmp_path: Path,
) -> None:
    """The owner of a server, a database or a role may have set them."""
    defaults = {
        "bytea_output": "escape",
        "client_encoding": "LATIN1",
        "extra_float_digits": "0",
        "standard_conforming_strings": "off",
        "default_transaction_isolation": "'repeatable read'",
    }
    name = urlsplit(address).path.strip("/")
    with psycopg.connect(address, autocommit=True) as server:
        for setting, value in defaults.items():
            server.execute(f"ALTER DATABASE {name} SET {setting} = {value}".encode())
    kept = ("\u3042\\", 1795300000.123457, b"\\x\0\xff")
    with engine.open().writing() as db:
        db.execute("INSERT INTO things (name, at, content) VALUES (?, ?, ?)", kept)
        level = db.execute("SELECT current_setting('transaction_isolation')").fetchone()[0]
        row = db.execute("SELECT name, at, content FROM things").fetchone()
    assert level == "read committed" and tuple(row) == kept
    files = engine_of("", tmp_path)
    content = conversion.to_sqlite(engine.open().copy(), MIGRATIONS, files.blank())
    files.make("copied", content)
    with files.open("copied").reading() as db:
        assert tuple(db.execute("SELECT name, at, content FROM things").fetchone()) == kept
    files.close()


def test_copy_of_an_earlier_version_is_migrated(engine: Engine, another: Callable[..., Engine]) -> None:
    with engine.open().writing() as db:
        add(db, "one")
    copy = engine.open().copy()
    more = Migration("more", ("ALTER TABLE things ADD COLUMN colour TEXT NOT NULL DEFAULT 'none'",))
    later = another(Migrations("contract", (*MIGRATIONS.steps, more)))
    later.make("copied", copy)
    later.open().restore(copy)
    for name in ("copied", "default"):
        with later.open(name).reading() as db:
            assert [tuple(row) for row in db.execute("SELECT name, colour FROM things")] == [("one", "none")]
    with pytest.raises(Damaged):
        engine.open().restore(later.open().copy())
    assert names(engine.open()) == ["one"]


def test_world_is_held_longer_than_a_node_may_hang(engine: Engine) -> None:
    """A backup copies both apps' worlds meanwhile."""
    limit = "SELECT current_setting('idle_in_transaction_session_timeout')"
    with Worlds(engine, MIGRATIONS).held(DEFAULT), engine.open().writing() as db:
        assert db.execute(limit).fetchone()[0] == "0"
    with engine.open().writing() as db:
        assert db.execute(limit).fetchone()[0] == "10s"


TOO_MANY = b"SSCHWERWIEGEND\0VFATAL\0C53300\0Mtut mir leid, schon zu viele Verbindungen\0\0"
"""The fields of a server's error in German (protocol-error-fields of PostgreSQL's documentation)."""


@contextmanager
def server_that_says(answer: bytes) -> Iterator[str]:
    """Yield the address of a server that takes connections and answers each with the same."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):  # the listener is closed
                while True:
                    others.append(listener.accept()[0])
                    others[-1].sendall(answer)

        others: list[socket.socket] = []
        threading.Thread(target=serve, daemon=True).start()
        yield f"postgresql://127.0.0.1:{listener.getsockname()[1]}/any?sslmode=disable&gssencmode=disable"
        listener.shutdown(socket.SHUT_RDWR)
        for each in others:
            each.close()


_connect = psycopg.connect


def _connect_to(url: str, _: str, **options: Any) -> Any:
    return _connect(url, **options)


@pytest.mark.parametrize(
    ("answer", "is_given_up"),
    [
        (b"E" + (4 + len(TOO_MANY)).to_bytes(4) + TOO_MANY, False),
        (b"", True),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", True),
    ],
    ids=["too many clients", "nothing", "another server"],
)
def test_statement_is_given_up_only_if_the_server_hangs(
    store: Store, monkeypatch: pytest.MonkeyPatch, answer: bytes, is_given_up: bool
) -> None:
    slow = "SELECT 1 FROM (SELECT pg_sleep(0.3)) AS slept"
    monkeypatch.setattr(postgres_patience, "SILENT_SECONDS", 0.0)
    monkeypatch.setattr(postgres_patience, "CONNECT_SECONDS", 2)  # libpq takes no less
    with store.reading() as db:
        assert len(db.execute(slow).fetchall()) == 1, "the server takes others"
    with server_that_says(answer) as url, store.reading() as db:
        monkeypatch.setattr(psycopg, "connect", partial(_connect_to, url))
        if is_given_up:
            with pytest.raises(Unreachable):
                db.execute(slow)
        else:
            assert len(db.execute(slow).fetchall()) == 1, "it says so itself"
        monkeypatch.undo()
    assert names(store) == []


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "EUC_JP", "LATIN1"])
def test_database_that_does_not_keep_texts_as_utf_8_is_refused(
    postgres: str,  # noqa: F811
    tmp_path: Path,
    encoding: str,
) -> None:
    """SQL_ASCII counts bytes, others lack characters."""
    with postgres_server.database(postgres, encoding) as url:
        engine = engine_of(url, tmp_path)
        told = rf"encoding {encoding}, not UTF8\. .*: createdb --template=template0 --encoding=UTF8 --locale=C NAME"
        for _ in range(2):
            with pytest.raises(Unfit, match=told):
                engine.open()
        engine.close()
        with psycopg.connect(url) as db:
            assert db.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'contract'").fetchone() is None


def test_large_copy_is_known_to_the_planner_at_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it takes the index of another column: a conversation took seven times as long."""
    store = engine.open()
    with store.writing() as db:
        db.executemany("INSERT INTO things (name) VALUES (?)", [(f"thing {n}",) for n in range(300)])
    copy = store.copy()
    known = "SELECT reltuples FROM pg_class WHERE oid = 'things'::regclass"
    for least, rows in ((len(copy), -1), (100, 300)):
        monkeypatch.setattr("webapp.store.engine.postgres_schema.LARGE", least)
        store.restore(copy)
        with store.reading() as db:
            assert db.execute(known).fetchone()[0] == rows


def test_what_is_no_copy_changes_nothing(store: Store) -> None:
    with store.writing() as db:
        add(db, "one")
    for wrong in (b"", b"SQLite format 3\0", b'{"app": "another", "steps": []}\n'):
        with pytest.raises(Damaged):
            store.restore(wrong)
    assert names(store) == ["one"]


def test_texts_are_compared_character_by_character(store: Store) -> None:
    with store.writing() as db:
        for name in ("b", "B", "あ", "a"):
            add(db, name)
    with store.reading() as db:
        assert [row[0] for row in db.execute("SELECT name FROM things ORDER BY name")] == [
            "B",
            "a",
            "b",
            "あ",
        ]


def test_sums_and_truth_values_are_numbers(store: Store) -> None:
    with store.writing() as db:
        for name, large in (("one", 2**62), ("two", True)):
            db.execute("INSERT INTO things (name, large) VALUES (?, ?)", (name, large))
        row = db.execute("SELECT sum(large), count(*) FROM things WHERE large > ?", (False,)).fetchone()
    assert tuple(row) == (2**62 + 1, 2)


def test_statements_keep_their_strings_and_signs() -> None:
    asked = "SELECT ?, '?%', a % 2 FROM b WHERE c LIKE '%:' || ?"
    assert for_psycopg(asked) == "SELECT %s, '?%%', a %% 2 FROM b WHERE c LIKE '%%:' || %s"
    assert in_postgres("INSERT INTO a SELECT 'TEXT'") == "INSERT INTO a SELECT 'TEXT'"


def test_server_that_is_not_there_is_unreachable(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.store.engine.postgres_worlds.PATIENCE_SECONDS", 0.2)
    engine = engine_at(f"postgresql:///none?host={tmp_path}", tmp_path, MIGRATIONS, tmp_path)  # type: ignore[arg-type]
    with pytest.raises(Unreachable):
        engine.open()
    engine.close()


def test_world_that_is_dropped_while_it_is_opened_is_unknown(
    engine: Engine, another: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.make("short")
    other = another()
    migrate = PostgresStore.migrate

    def later(store: PostgresStore) -> None:
        other.drop("short")
        migrate(store)

    monkeypatch.setattr(PostgresStore, "migrate", later)
    with pytest.raises(UnknownWorld):
        engine.open("short")
