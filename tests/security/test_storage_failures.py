"""A full disk or a locked database: a clear page, and nothing half-written (docs/promises.md#67)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress

import psycopg
import pytest

from tests import engines
from tests.actors import Person, key_on
from tests.app_fixture import World
from tests.form_client import Browser
from tests.security.tools import all_rows, is_signed_in, rows, sends, texts, to_mid_step
from webapp.flows import maintenance
from webapp.store import events
from webapp.store.engine import Unreachable

SERVER_PATIENCE = 0.1
"""Seconds for a lock of PostgreSQL: a statement takes some milliseconds by itself."""
Failure = Callable[[World], AbstractContextManager[None]]


def on_server(world: World) -> bool:
    """Return whether the site keeps its rows in PostgreSQL."""
    return bool(world.services.config.database_url)


@contextmanager
def locked(world: World) -> Iterator[None]:
    """Another process holds the write lock, longer than anyone waits."""
    store = world.services.store
    with engines.another(world.services.config) as other:
        patience, store.patience_seconds = (
            store.patience_seconds,
            SERVER_PATIENCE if on_server(world) else 0.001,
        )
        store.close()  # the next connections have the new patience
        try:
            with other.open().writing():
                yield
        finally:
            store.patience_seconds = patience
            store.close()


@contextmanager
def full(world: World) -> Iterator[None]:
    """The disk takes no further page."""
    with full_server(world) if on_server(world) else full_file(world):
        yield


@contextmanager
def full_server(world: World) -> Iterator[None]:
    """The server fails as with a full disk, in the middle of a transaction."""
    with psycopg.connect(world.services.config.database_url, autocommit=True) as db:
        db.execute(f"SET search_path TO {world.services.store.place}".encode())
        db.execute(
            "CREATE FUNCTION is_full() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = 'disk_full'; END $$"
        )
        db.execute("CREATE TRIGGER is_full BEFORE INSERT ON sessions EXECUTE FUNCTION is_full()")
        try:
            yield
        finally:
            db.execute("DROP TRIGGER is_full ON sessions")
            db.execute("DROP FUNCTION is_full()")


@contextmanager
def full_file(world: World) -> Iterator[None]:
    """SQLite's file may not grow."""
    store = world.services.store
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("CREATE TABLE ballast (bytes BLOB)")
    limit = f"max_page_count = {other.execute('PRAGMA page_count').fetchone()[0]}"
    other.execute(f"PRAGMA {limit}")
    with suppress(sqlite3.OperationalError):
        while True:  # fill what is left in the pages there are
            other.execute("INSERT INTO ballast VALUES (zeroblob(100))")
    pragmas, store.pragmas = store.pragmas, (*store.pragmas, limit)
    store.close()  # the next connections have the limit
    try:
        yield
    finally:
        store.pragmas = pragmas
        store.close()
        other.execute("PRAGMA max_page_count = 1073741823")
        other.execute("DROP TABLE ballast")
        other.close()


@pytest.fixture(params=[locked, full])
def failure(request: pytest.FixtureRequest) -> Failure:
    """Both ways in which nothing can be written."""
    chosen: Failure = request.param
    return chosen


def snapshot(world: World) -> list[tuple[str, dict[str, object]]]:
    return [(table, row) for table, row in all_rows(world) if table != "ballast"]


def fails_clearly(browser: Browser, path: str, **fields: str) -> None:
    """A POST that cannot be written answers with the 503 page."""
    answer = sends(browser, path, **fields)
    assert answer.status_code == 503, answer.status_code
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["X-Request-Id"] in answer.text
    assert '<main id="main"' in answer.text, "the plain page instead of the site's own"
    for word in ("Traceback", "sqlite", "psycopg", "OperationalError", "advisory"):
        assert word not in answer.text


def test_sign_in_fails_whole_s67(world: World, hanako: Person, failure: Failure) -> None:
    """A full disk may have room for some rows more: whatever fits, each sign-in is whole or not at all."""
    done = 0
    people = [hanako.elsewhere() for _ in range(40)]
    with failure(world):
        for person in people:
            person.gives_name()
            answer = sends(person.browser, "/ap/signin?step=password", password=person.password)
            if answer.status_code == 503:
                break
            done += 1
        assert answer.status_code == 503
    assert len(rows(world, "sessions")) == done
    assert [row["kind"] for row in rows(world, "events")].count("sign_in.done") == done
    hanako.signs_in()
    assert is_signed_in(hanako.browser)


def test_code_that_could_not_be_written_is_still_good_s67(world: World, jiro: Person) -> None:
    to_mid_step(world)
    jiro.gives_password()
    before, code = snapshot(world), jiro.app_code()
    with locked(world):
        fails_clearly(jiro.browser, "/ap/mfa", otpCode=code)
        assert not is_signed_in(jiro.browser)
    assert snapshot(world) == before
    assert jiro.gives_code(code).name == "shop.home"


def test_turning_on_fails_whole_s67(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.secret = key_on(hanako.begins_set_up())
    hanako.browser.submit(otpCode=hanako.app_code())
    before = snapshot(world)
    with locked(world):
        fails_clearly(hanako.browser, "/a/settings/approval/setup/howto", rememberDevice="y")
    assert snapshot(world) == before
    assert hanako.finishes_set_up().state == "on"


def test_approval_request_that_cannot_be_kept_sends_nothing_s67(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.browser.get("/account/security")
    before = snapshot(world)
    with locked(world):
        fails_clearly(hanako.browser, "/ap/cvf/confirm")
    assert snapshot(world) == before
    assert texts(world) == []


def test_pages_can_be_read_while_another_writes_s67(world: World, hanako: Person) -> None:
    hanako.signs_in()
    with locked(world):
        for path in ("/", "/account", "/account/security", "/ap/signin"):
            assert hanako.browser.get(path).status == 200


def test_page_comes_though_the_session_cannot_be_looked_up_s67(
    world: World, hanako: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanako.signs_in()

    def broken() -> None:
        raise Unreachable("disk I/O error")

    monkeypatch.setattr(type(world.services.store), "reading", lambda self: broken())
    answer = hanako.browser.raw("GET", "/account")
    assert answer.status_code == 503
    assert '<main id="main"' in answer.text


@contextmanager
def locked_after(world: World, awaited: str) -> Iterator[None]:
    """As soon as the site has committed an event of this kind, somebody else holds the write lock."""
    lock = ExitStack()

    def on_event(_sender: object, kind: str, **_rest: object) -> None:
        if kind == awaited:
            world.services.store.after_commit(lambda: lock.enter_context(locked(world)))

    with lock, events.added.connected_to(on_event):
        yield


def test_change_is_not_called_undone_though_its_notice_must_wait_s67(world: World, hanako: Person) -> None:
    """The password is changed by then, and so is the session's id: the browser must get the new one."""
    hanako.signs_in()
    hanako.opens_settings()
    hanako.browser.get("/account/security/password")
    fields = {"password": hanako.password, "passwordNew": "tulip-harbour-9-tea"}
    with locked_after(world, "password.changed"):
        answer = sends(hanako.browser, "/account/security/password", **fields)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account/security")
    assert is_signed_in(hanako.browser)
    assert "パスワード" not in texts(world, hanako.email, "mail")[0].subject
    with world.site.extensions["nidankai_dispatcher"].awaited():
        maintenance.keep_up(world.services)
    assert "パスワード" in texts(world, hanako.email, "mail")[0].subject
