"""`make run ENGINE=postgres`: a server below both apps, which ends with them."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mocksms.testing import Phone
from tests.check.postgres.browser import TARO, sign_in
from tests.meta.sources import ROOT
from tests.processes import free_ports, serving
from webapp import run

COMMAND = [sys.executable, "-m", "webapp.command", "run"]


@pytest.fixture
def data() -> Iterator[Path]:
    """A folder for the server's data that its user reaches."""
    folder = Path(tempfile.mkdtemp(prefix="nidankai-postgres-", dir="/var/tmp"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def environment(data: Path, tmp_path: Path) -> dict[str, str]:
    """What `make run ENGINE=postgres` gets, with ports and folders of this test's own."""
    apps = ("WEBAPP_", "MOCKSMS_", "POSTGRES_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(apps)}
    ports = dict(zip(run.PORTS, map(str, free_ports(3)), strict=True))
    own = {"ENGINE": "postgres", "INSTANCE": str(tmp_path / "instance"), "POSTGRES_DATA": str(data)}
    return {**kept, **ports, **own}


def modes(folder: Path) -> dict[Path, int]:
    """Return the modes of a folder, of all in it, and of those above it."""
    return {path: stat.S_IMODE(path.stat().st_mode) for path in (*folder.parents, folder, *folder.rglob("*"))}


def test_run_on_postgresql_keeps_its_data_and_ends_its_server(
    environment: dict[str, str], data: Path, tmp_path: Path
) -> None:
    site, phone = (f"http://localhost:{environment[name]}" for name in ("SITE_PORT", "PHONE_PORT"))
    before: dict[Path, int] = {}
    for turn in (1, 2):
        with (
            serving(COMMAND, [site, phone], ROOT, environment, ends_by=signal.SIGINT),
            closing(Phone(phone)) as texts,
        ):
            assert "太郎" in sign_in(site, texts)
            assert len(texts.messages(to=TARO)) == turn
        assert not list(data.glob(".s.PGSQL.*")), "the server runs on"
        assert not [path for path in (tmp_path / "instance").rglob("*") if path.suffix == ".db"]
        now = modes(tmp_path / "instance")
        assert {path: now[path] for path in before} == before
        before = now
    keys = {path.name for path in (tmp_path / "instance").rglob("*.key")}
    assert keys == {"secret.key", "seal.key"}


def children(process: int) -> list[int]:
    """Return the processes that a process started."""
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def grandchildren(process: int) -> list[int]:
    """Return what the processes started that a process started."""
    return [grandchild for child in children(process) for grandchild in children(child)]


def test_run_on_postgresql_ends_its_server_when_it_is_killed(environment: dict[str, str], data: Path) -> None:
    site, phone = (f"http://localhost:{environment[name]}" for name in ("SITE_PORT", "PHONE_PORT"))
    with serving(COMMAND, [site, phone], ROOT, environment, ends_by=signal.SIGKILL, ends_with=None):
        server = int((data / "data" / "postmaster.pid").read_text().split()[0])
        (command,) = (each for each in children(os.getpid()) if server in grandchildren(each))
        started = [server, *children(command), *grandchildren(command)]
    for each in started:
        subprocess.run(["tail", f"--pid={each}", "-f", "/dev/null"], timeout=60, check=True)
    assert not [each for each in started if Path(f"/proc/{each}").exists()]


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (
            {"POSTGRES_URL": "postgresql://postgres:geheim@127.0.0.1:9/x"},
            "nidankai: POSTGRES_URL: no connection to 127.0.0.1:9: Connection refused",
        ),
        ({"ENGINE": "mysql"}, "ENGINE=mysql is no engine: give sqlite or postgres."),
    ],
    ids=["gone", "engine"],
)
def test_run_says_in_one_line_what_it_lacks(
    environment: dict[str, str], given: dict[str, str], line: str
) -> None:
    done = subprocess.run(COMMAND, cwd=ROOT, env={**environment, **given}, capture_output=True, text=True)
    assert done.returncode == 2 and line in done.stderr and "geheim" not in done.stderr
    assert len(done.stderr.splitlines()) == 1 and not done.stdout


def test_run_names_the_ways_to_a_server_where_none_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("POSTGRES_URL", raising=False)
    for find in ("_debian", "_packaged"):
        monkeypatch.setattr(f"webapp.store.postgres_server.{find}", lambda: None)
    place = run.Place(1, 2, 3, tmp_path)
    asked = run.engine_for(place, {"ENGINE": "postgres"})
    with pytest.raises(run.CannotRun, match="set POSTGRES_URL, install PostgreSQL") as refused, asked:
        pass
    assert "\n" not in str(refused.value)


def test_reset_deletes_the_server_s_data_too(environment: dict[str, str], data: Path, tmp_path: Path) -> None:
    (data / "data").mkdir()
    (tmp_path / "instance" / "site").mkdir(parents=True)
    reset = [sys.executable, "-m", "webapp.command", "reset"]
    assert subprocess.run(reset, cwd=ROOT, env={**environment, "ENGINE": ""}, check=True).returncode == 0
    assert data.exists() and not (tmp_path / "instance" / "site").exists()
    for name in ("log", "lock", "of somebody else"):
        (data / name).touch()
    assert subprocess.run(reset, cwd=ROOT, env=environment, check=True).returncode == 0
    (other,) = data.iterdir()
    other.unlink()
    assert subprocess.run(reset, cwd=ROOT, env=environment, check=True).returncode == 0
    assert not data.exists()
