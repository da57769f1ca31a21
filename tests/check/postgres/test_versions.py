"""A later version changes the tables while a node of the version before writes and reads beside it."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from mocksms.store.engine import Engine, Migration, Migrations, Only, Store, engine_at
from mocksms.store.migrations import MIGRATIONS
from tests.check.postgres.browser import sign_in
from tests.check.postgres.nodes import ME, Node, cluster, started
from tests.meta.sources import ROOT
from tests.postgres_fixtures import address, postgres  # noqa: F401

EXPAND = (
    Migration(
        "n001_columns",
        (
            "ALTER TABLE messages ADD COLUMN colour TEXT NOT NULL DEFAULT 'none'",
            "ALTER TABLE messages ADD COLUMN content TEXT",  # the new name of body
            "ALTER TABLE messages ADD COLUMN sender_start TEXT",  # sender, split
            "ALTER TABLE messages ADD COLUMN sender_end TEXT",
        ),
    ),
    Migration(
        "n002_both_ways",
        (
            Only(
                "postgresql",
                """CREATE FUNCTION keep_both() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF NEW.content IS NULL OR (TG_OP = 'UPDATE' AND NEW.body <> OLD.body) THEN
                        NEW.content = NEW.body;
                    ELSE
                        NEW.body = NEW.content;
                    END IF;
                    IF NEW.sender_end IS NULL OR (TG_OP = 'UPDATE' AND NEW.sender <> OLD.sender) THEN
                        NEW.sender_start = substr(NEW.sender, 1, 3);
                        NEW.sender_end = substr(NEW.sender, 4);
                    ELSE
                        NEW.sender = NEW.sender_start || NEW.sender_end;
                    END IF;
                    RETURN NEW;
                END $$""",
            ),
            Only(
                "postgresql",
                "CREATE TRIGGER keep_both BEFORE INSERT OR UPDATE ON messages"
                " FOR EACH ROW EXECUTE FUNCTION keep_both()",
            ),
        ),
    ),
    Migration("n003_rows", ("UPDATE messages SET content = body WHERE content IS NULL",)),
)
CONTRACT = Migration(
    "n004_one_way",
    (
        Only("postgresql", "DROP TRIGGER keep_both ON messages"),
        Only("postgresql", "DROP FUNCTION keep_both()"),
        "ALTER TABLE messages DROP COLUMN body",
        "ALTER TABLE messages DROP COLUMN sender",
    ),
)


@contextmanager
def version(address: str, folder: Path, *steps: Migration) -> Iterator[Engine]:  # noqa: F811
    """Lend the engine of the version with these further steps."""
    migrations = Migrations(MIGRATIONS.app, (*MIGRATIONS.steps, *steps))
    engine = engine_at(address, folder / "worlds", migrations, folder / "default.db")
    try:
        yield engine
    finally:
        engine.close()


def contents(store: Store) -> dict[str, tuple[str, str, str]]:
    """Return what the later version reads: content, colour and the sender's parts."""
    with store.reading() as db:
        rows = db.execute(
            "SELECT content, colour, sender_start, sender_end FROM messages ORDER BY id"
        ).fetchall()
    return {row[0]: tuple(row)[1:] for row in rows}


def send_until(node: Node, is_over: Event) -> int:
    """Send and read without a pause, through the version before, until it is over. Return how many were sent."""
    count = 0
    while not is_over.is_set():
        count += 1
        assert node.send(f"beside {count}").status_code == 201
        found = node.http.get(f"{node.url}/api/v1/messages?limit=5").raise_for_status().json()["messages"]
        assert f"beside {count}" in [each["body"] for each in found]
    return count


def test_columns_are_added_renamed_and_split_beside_the_version_before(
    address: str,  # noqa: F811
    tmp_path: Path,
) -> None:
    with cluster(tmp_path, address) as nodes:
        (node,) = started(nodes.start_phone())
        for number in range(20):
            assert node.send(f"before {number}").status_code == 201
        is_over = Event()
        with version(address, tmp_path, *EXPAND) as later, ThreadPoolExecutor(1) as pool:
            sending = pool.submit(send_until, node, is_over)
            try:
                store = later.open()
                with store.writing() as db:
                    db.execute(
                        "UPDATE messages SET content = 'changed later', sender_end = '0006', colour = 'red'"
                        " WHERE content = 'before 0'"
                    )
                node.send("after").raise_for_status()
            finally:
                is_over.set()
            sent = sending.result()
            found = contents(store)
            assert len(found) == 20 + sent + 1
            assert found["after"] == ("none", "+15", "005550006")
            assert found["changed later"] == ("red", "+15", "0006")
            with node.phone() as phone:
                read = phone.messages(to=ME, q="later")
                assert [(each.body, each.sender) for each in read] == [("changed later", "+150006")]
                # a reset by the version before keeps the later one's tables
                phone.reset()
                assert contents(store) == {}
                assert node.send("after the reset").status_code == 201
                assert contents(store) == {"after the reset": ("none", "+15", "005550006")}
    with version(address, tmp_path, *EXPAND, CONTRACT) as last:
        store = last.open()
        assert contents(store) == {"after the reset": ("none", "+15", "005550006")}


def test_copy_of_the_version_before_is_restored_into_the_later_one_s_tables(
    address: str,  # noqa: F811
    tmp_path: Path,
) -> None:
    with version(address, tmp_path) as before, version(address, tmp_path, *EXPAND) as later:
        copy = before.open().copy()
        store = later.open()
        before.open().restore(copy)
        assert contents(store) == {}
        before.make("apart", copy)
        assert contents(later.open("apart")) == {}
        assert before.open("apart").copy()


@pytest.fixture(params=["commit", "tables"])
def version_before(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The code of the commit before this one, and of the one before the tables last changed."""
    commit = "HEAD"
    if request.param == "tables":
        steps = ("webapp/store/migrations.py", "mocksms/store/migrations.py")
        commit = git("log", "-1", "--format=%H", "HEAD~1", "--", *steps).stdout.decode().strip()
    archive = git("archive", f"{commit}~1")
    assert archive.returncode == 0, f"this needs a clone with its history: {archive.stderr.decode()}"
    folder = tmp_path / "before"
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")
    return folder


def git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Ask git about this clone."""
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)


def test_nodes_of_the_version_before_go_on_beside_this_one(
    address: str,  # noqa: F811
    tmp_path: Path,
    version_before: Path,
) -> None:
    with cluster(tmp_path, address) as nodes:
        with nodes.of_source(version_before):
            old_phone = nodes.start_phone()
            old_site = nodes.start_site(old_phone)
            started(old_phone, old_site)
        assert old_phone.send("before").status_code == 201
        is_over = Event()
        with ThreadPoolExecutor(1) as pool, old_phone.phone() as old_reads:
            sending = pool.submit(send_until, old_phone, is_over)
            try:
                new_phone = nodes.start_phone()
                new_site = nodes.start_site(new_phone)
                started(new_phone, new_site)
                with new_phone.phone() as new_reads:
                    for number in range(3):
                        assert "太郎" in sign_in(old_site.url, new_reads)
                        assert "太郎" in sign_in(new_site.url, old_reads)
                        assert new_phone.send(f"new {number}", "+819011111111").status_code == 201
                        assert old_reads.wait(to="+819011111111", q=f"new {number}")
                        assert old_phone.send(f"old {number}", "+819011111111").status_code == 201
                        assert new_reads.wait(to="+819011111111", q=f"old {number}")
            finally:
                is_over.set()
            assert sending.result() > 3
        sent = nodes.run("SELECT count(*), count(DISTINCT body) FROM messages WHERE body LIKE 'beside %%'")
        assert sent == [(sending.result(), sending.result())]
        for each in (old_phone, new_phone, old_site, new_site):
            assert "Traceback" not in (said := each.log.read_text()), said[-3000:]
