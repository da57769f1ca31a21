"""`nidankai restore` of a file that is no whole backup. `tests/check/postgres/test_transfer.py` has the whole ones."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from webapp import home, transfer

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
