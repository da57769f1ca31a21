"""`nidankai backup` while worlds go, and `restore` of what is no whole backup.

`tests/check/postgres/test_transfer.py` has the whole ones.
"""

from __future__ import annotations

import errno
import json
import sqlite3
import stat
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from webapp import home, instances, transfer
from webapp.store.engine import Damaged
from webapp.store.engine.transfer import Worlds

KEY = "site/seal.key"


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of an instance with a key, and nothing else in the environment."""
    for app in ("WEBAPP", "MOCKSMS"):
        for name in ("INSTANCE", "DATABASE_URL"):
            monkeypatch.delenv(f"{app}_{name}", raising=False)
    monkeypatch.delenv("ENGINE", raising=False)
    monkeypatch.setenv("INSTANCE", str(tmp_path / "instance"))
    key = tmp_path / "instance" / KEY
    key.parent.mkdir(parents=True)
    key.write_text("its own")
    return tmp_path / "instance"


def _backup(file: Path, world: bytes) -> None:
    head = {
        "format": transfer.FORMAT,
        "version": home.VERSION,
        "worlds": [{"name": "default", "parts": ["site"]}],
        "keys": [KEY],
    }
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("site/default", world)
        archive.writestr(f"keys/{KEY}", "another")
        archive.writestr(transfer.HEAD, json.dumps(head))


@contextmanager
def _opened(copy: bytes) -> Iterator[sqlite3.Connection]:
    """Open a copy in memory, where there is no log: its header says so."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.deserialize(copy[:18] + b"\1\1" + copy[20:])
        yield db


def test_restore_of_a_damaged_file_changes_nothing(
    instance: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, world = tmp_path / "all.zip", b"a world" * 100
    _backup(file, world)
    content = file.read_bytes()
    file.write_bytes(content.replace(world, world[:-1] + b"x", 1))
    assert transfer.main("restore", [str(file), "--force"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "damaged" in line and str(file) in line
    assert (instance / KEY).read_text() == "its own"


def test_restore_of_a_world_that_is_refused_leaves_the_keys(
    instance: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "all.zip"
    _backup(file, b'{"app": "another", "tables": []}\n')
    assert transfer.main("restore", [str(file), "--force"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "no copy of a world of site" in line
    assert (instance / KEY).read_text() == "its own"


def test_keys_among_a_phone_s_rows_become_its_files(instance: Path) -> None:
    """Over PostgreSQL they are rows; a phone without it reads files."""
    folder = instance / "phone"
    add = "INSERT INTO settings (name, value) VALUES (?, ?)"
    rows = [("key:mail_key.pem", "of all nodes"), ("key:../stray.pem", "nobody's"), ("clock_offset", "5")]
    with instances.opened(instances.Place(instance)) as both:
        copy = both.phone.copy("default")
        assert copy is not None
        with _opened(copy) as db:
            db.executemany(add, rows)
            db.commit()
            both.phone.put("default", db.serialize())
        kept = both.phone.copy("default")
        assert kept is not None
    assert [(path.name, path.read_text()) for path in instance.rglob("*.pem")] == [
        ("mail_key.pem", "of all nodes")
    ]
    assert stat.S_IMODE((folder / "mail_key.pem").stat().st_mode) == 0o600
    with _opened(kept) as db:
        assert db.execute("SELECT name FROM settings").fetchall() == [("clock_offset",)]


def test_restore_prefers_a_database_s_keys_to_the_files_of_the_node_that_wrote_the_backup(
    instance: Path, tmp_path: Path
) -> None:
    file = tmp_path / "all.zip"
    files = {"phone/mail_key.pem": "older", "phone/sns_key.pem": "the only one", KEY: "the site's"}
    with instances.opened(instances.Place(instance)) as both, zipfile.ZipFile(file, "w") as archive:
        copy = both.phone.copy("default")
        assert copy is not None
        with _opened(copy) as db:
            db.execute("INSERT INTO settings (name, value) VALUES ('key:mail_key.pem', 'of all nodes')")
            db.commit()
            archive.writestr("phone/default", db.serialize())
        for name, text in files.items():
            archive.writestr(f"keys/{name}", text)
        worlds = [{"name": "default", "parts": ["phone"]}]
        head = {"format": transfer.FORMAT, "worlds": worlds, "keys": [*files]}
        archive.writestr(transfer.HEAD, json.dumps(head))
    assert transfer.main("restore", [str(file), "--force"]) == 0
    found = {name: (instance / name).read_text() for name in files}
    assert found == {**files, "phone/mail_key.pem": "of all nodes"}


@pytest.mark.parametrize(("later", "refusal"), [("site", Damaged), ("phone", instances.Refused)])
def test_restore_of_a_later_version_s_copy_changes_nothing(
    instance: Path,
    tmp_path: Path,
    later: str,
    refusal: type[Exception],
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "all.zip"
    marked = "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (?, 'm999_later', '')"
    with instances.opened(instances.Place(instance)) as both, zipfile.ZipFile(file, "w") as archive:
        parts: dict[str, Worlds | instances.Phone] = {"site": both.site, "phone": both.phone}
        for part, half in parts.items():
            copy = half.copy("default")
            assert copy is not None
            if part == later:
                with _opened(copy) as db:
                    db.execute(marked, ("mocksms" if part == "phone" else part,))
                    db.commit()
                    copy = db.serialize()
            archive.writestr(f"{part}/default", copy)
            half.put("mine", half.copy("default") or b"")
        head = {"format": transfer.FORMAT, "worlds": [{"name": "default", "parts": [*parts]}], "keys": []}
        archive.writestr(transfer.HEAD, json.dumps(head))
    assert transfer.main("restore", [str(file), "--force"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "a later version of" in line and "m999_later" in line and "install that version" in line
    with instances.opened(instances.Place(instance)) as both, zipfile.ZipFile(file) as archive:
        copies = [("mine", archive.read("site/default"), archive.read("phone/default"))]
        place = both.site.open("mine").place
        with pytest.raises(refusal):  # as a move does, which reads each world once
            both.fill(iter(copies))
        assert both.site.names() == both.phone.names() == ["default", "mine"]
        assert both.site.open("mine").place == place, "the site's half is not replaced alone"


@pytest.mark.parametrize("app", ["site", "phone", "both"])
def test_backup_leaves_out_what_is_deleted_meanwhile(instance: Path, app: str) -> None:
    with instances.opened(instances.Place(instance)) as both:
        for half in (both.site, both.phone):
            empty = half.copy("default")
            assert empty is not None
            half.put("passing", empty)
        copies = both.copies()
        assert next(copies)[0] == "default"
        if app != "phone":
            both.site.keep_only([])
        if app != "site":
            both.phone.keep_only([])
        left = [(name, site is not None, phone is not None) for name, site, phone in copies]
    assert left == ([] if app == "both" else [("passing", app == "phone", app == "site")])


def test_full_disk_is_one_line(
    instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(instances.Instance, "is_empty", lambda _: False)
    monkeypatch.setattr(transfer, "_write", full)
    assert transfer.main("backup", [str(tmp_path / "all.zip")]) == 1
    assert capsys.readouterr().err == "nidankai: No space left on device\n"
    assert list(tmp_path.glob("*.zip*")) == list(tmp_path.glob(".*")) == []


@pytest.mark.parametrize(
    "command", [["backup", "all.zip"], ["move", "sqlite", "postgresql://h/x", "--force"]]
)
def test_place_without_data_is_refused(
    instance: Path,
    tmp_path: Path,
    command: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert transfer.main(command[0], command[1:]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "no data" in line and str(instance) in line
    assert not list(tmp_path.glob("*.zip"))
