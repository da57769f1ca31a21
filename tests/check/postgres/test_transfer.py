"""`nidankai move`, `backup` and `restore` of a real instance, on both engines."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from mocksms.testing import Phone
from tests.check.postgres.browser import TARO, sign_in
from tests.meta.sources import ROOT
from tests.postgres_fixtures import address, postgres  # noqa: F401
from tests.processes import free_ports, serving
from webapp import command, instances, run
from webapp.sandbox.client import Mihon

COMMAND = [sys.executable, "-m", "webapp.command"]
SEARCHED = "ワンタイム"


class Instance:
    """An instance in a folder, or in the database at an address."""

    def __init__(self, folder: Path, url: str = "") -> None:
        apps = ("WEBAPP_", "MOCKSMS_", "POSTGRES_", "ENGINE")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(apps)}
        self.folder = folder
        self.env = {
            **kept,
            **dict(zip(run.PORTS, map(str, free_ports(3)), strict=True)),
            "INSTANCE": str(folder),
        }
        if url:
            self.env |= {"WEBAPP_DATABASE_URL": url, "MOCKSMS_DATABASE_URL": url}
        self.site, self.phone = (f"http://localhost:{self.env[name]}" for name in ("SITE_PORT", "PHONE_PORT"))

    def run(self, *arguments: str, code: int = 0) -> str:
        """Run a command; return what it says in its one line."""
        done = subprocess.run([*COMMAND, *arguments], cwd=ROOT, env=self.env, capture_output=True, text=True)
        assert done.returncode == code, done.stdout + done.stderr
        (line,) = (done.stdout + done.stderr).splitlines()
        return line

    @contextmanager
    def running(self) -> Iterator[Phone]:
        """Run both apps, as `make run` does. Lend a client of the phone."""
        with (
            serving([*COMMAND, "run"], [self.site, self.phone], ROOT, self.env, ends_by=signal.SIGINT),
            closing(Phone(self.phone)) as phone,
        ):
            yield phone


def fill(instance: Instance) -> None:
    """Use the apps: a sign-in, a world of its own on both sides, and a moved clock."""
    with instance.running() as phone:
        assert "太郎" in sign_in(instance.site, phone)
        Mihon(instance.site, "apart").make().clock.advance(3600)
        httpx.put(f"{instance.phone}/api/v1/worlds/apart", trust_env=False).raise_for_status()
        with closing(Phone(instance.phone, "apart")) as apart:
            apart.faults.add("delay", seconds=5)


def is_whole(instance: Instance, texts: int) -> None:
    """Check that all of `fill` is there, and that taro signs in."""
    with instance.running() as phone:
        assert len(phone.messages(to=TARO)) == texts
        assert len(phone.messages(q=SEARCHED)) == texts, "the full-text index knows them"
        assert "太郎" in sign_in(instance.site, phone)
        assert len(phone.messages(to=TARO)) == texts + 1
        assert Mihon(instance.site, "apart").clock.offset == pytest.approx(3600, abs=1)
        with closing(Phone(instance.phone, "apart")) as apart:
            assert [each["what"] for each in apart.faults.all()] == ["delay"]


def test_move_takes_an_instance_to_postgresql_and_back(tmp_path: Path, address: str) -> None:  # noqa: F811
    files, rows = Instance(tmp_path / "instance"), Instance(tmp_path / "instance", address)
    fill(files)
    assert "2 worlds" in files.run("move", "sqlite", address)
    is_whole(rows, 1)
    assert "--force" in rows.run("move", "sqlite", "postgres", code=1)
    assert "--force" in rows.run("move", "postgres", "sqlite", code=1)
    assert "2 worlds" in rows.run("move", "postgres", "sqlite", "--force")
    is_whole(files, 2)
    elsewhere = Instance(tmp_path / "elsewhere", address)
    assert "WEBAPP_SEAL_KEYS" in elsewhere.run("move", "postgres", "sqlite")
    for key in ("mail_key.pem", "sns_key.pem"):
        of_both = [(each.folder / "phone" / key).read_text() for each in (elsewhere, rows)]
        assert of_both[0] == of_both[1]
    assert "left alone" in rows.run("reset")
    rows.run("reset", "--database")
    assert "no data" in rows.run("backup", str(tmp_path / "all.zip"), code=1)
    assert "no place" in files.run("move", "sqlite", "mysql", code=1)


def test_reset_of_a_database_leaves_the_folder_of_the_other_app(
    tmp_path: Path,
    address: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = {"INSTANCE": tmp_path / "instance", "MOCKSMS_INSTANCE": tmp_path / "elsewhere", "ENGINE": ""}
    for name, value in {**given, "WEBAPP_DATABASE_URL": address, "MOCKSMS_DATABASE_URL": ""}.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.delenv("WEBAPP_INSTANCE", raising=False)
    with instances.present(tmp_path / "instance") as place, instances.opened(place) as both:
        for half in (both.site, both.phone):
            half.put("mine", half.copy("default") or b"")
    assert command.main(["reset", "--database"]) == 0
    with instances.opened(place) as both:
        assert (both.site.names(), both.phone.names()) == (["default"], ["default", "mine"])


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_backup_of_running_apps_is_restored_on_either_engine(
    engine: str,
    tmp_path: Path,
    address: str,  # noqa: F811
) -> None:
    urls = {"sqlite": "", "postgres": address}
    here = Instance(tmp_path / "here", urls.pop(engine))
    fill(here)
    file = tmp_path / "all.zip"
    with here.running() as phone:
        more = threading.Event()

        def send() -> None:
            while not more.is_set():
                Mihon(here.site, "apart").clock.advance(0)

        busy = threading.Thread(target=send)
        busy.start()
        try:
            assert "2 worlds" in here.run("backup", str(file))
        finally:
            more.set()
            busy.join()
        assert len(phone.messages(to=TARO)) == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "already" in here.run("backup", str(file), code=1)
    there = Instance(tmp_path / "there", *urls.values())
    assert "2 worlds" in there.run("restore", str(file))
    is_whole(there, 1)
    assert "--force" in there.run("restore", str(file), code=1)
    assert "2 worlds" in there.run("restore", str(file), "--force")
    is_whole(there, 1)
    assert "no backup" in there.run("restore", __file__, code=1)
