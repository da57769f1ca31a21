"""Both apps on one PostgreSQL database. `make check ONLY=postgres` runs those of flows, handset and phone there."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

import mocksms
from mocksms.api.middleware import worlds_of
from mocksms.config import SettingError
from mocksms.config import load as load_phone
from mocksms.core import inbox
from mocksms.providers.smtp import certificate
from mocksms.store.database import open_engine as phone_engine
from tests import postgres_server
from tests.app_fixture import AppFixture, World
from tests.engines import ENGINE
from tests.postgres_fixtures import postgres  # noqa: F401
from tests.processes import free_ports
from webapp import doctor
from webapp.config import ConfigError, load
from webapp.store.database import open_engine as site_engine

pytestmark = pytest.mark.xdist_group("postgres")


@pytest.fixture
def world(postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:  # noqa: F811
    """Return both apps on a database of their own."""
    monkeypatch.setenv(ENGINE, "postgres")
    monkeypatch.setenv("POSTGRES_URL", postgres)
    apps = AppFixture(tmp_path)
    yield apps.fresh()
    apps.close()


def test_main_job_and_worlds_are_kept_in_postgresql(world: World) -> None:
    hanako = world.person("hanako")
    hanako.signs_in()
    hanako.sets_up_by_sms()
    hanako.signs_out()
    assert hanako.signs_in().name == "shop.home"
    sites, phones = world.site.extensions["nidankai_worlds"], world.phone
    sites.make("apart")
    assert sites.names() == ["default", "apart"]
    assert [each.to for each in phones.messages(q="スワード", channel="sms")] == [hanako.number] * 2
    with psycopg.connect(world.services.config.database_url) as db:
        schemas = {row[0] for row in db.execute("SELECT nspname FROM pg_namespace")}
        assert {"site_1", "mocksms_1"} <= schemas
        row = db.execute("SELECT count(*) FROM mocksms_1.messages WHERE channel = 'sms'").fetchone()
        assert row is not None and row[0] >= 2
    assert not list(Path(world.services.config.instance).rglob("*.db"))
    sites.delete("apart")


@pytest.mark.parametrize("url", ["mysql://host/name", "postgresql:name", "http://[", "instance/site.db"])
def test_address_of_another_database_is_refused(url: str) -> None:
    with pytest.raises(
        ConfigError, match="WEBAPP_DATABASE_URL: must be an address that begins with postgresql://"
    ):
        load({"sandbox": True, "database_url": url}, {})
    with pytest.raises(SettingError, match="MOCKSMS_DATABASE_URL must be an address") as refused:
        load_phone({"DATABASE_URL": url}, {})
    assert url not in str(refused.value)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("webapp",), "webapp: WEBAPP_DATABASE_URL"),
        (("flask", "--app", "webapp", "doctor"), "Error: WEBAPP_DATABASE_URL"),
        (("mocksms", "serve", "--smtp-port", "-1"), "mocksms: MOCKSMS_DATABASE_URL"),
    ],
    ids=["site", "doctor", "phone"],
)
def test_database_with_another_encoding_is_named_in_one_line(
    postgres: str,  # noqa: F811
    tmp_path: Path,
    command: tuple[str, ...],
    said: str,
) -> None:
    port = () if "doctor" in command else ("--port", str(free_ports(1)[0]))
    with postgres_server.database(postgres, "SQL_ASCII") as url:
        settings = {"DATABASE_URL": url, "INSTANCE": str(tmp_path), "SECRET_KEY": "k" * 40}
        given = {f"{app}_{name}": value for app in ("WEBAPP", "MOCKSMS") for name, value in settings.items()}
        ended = subprocess.run(
            [sys.executable, "-m", *command, *port],
            env={**os.environ, **given, "WEBAPP_SANDBOX": "1"},
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert ended.returncode in (1, 2) and len(ended.stderr.splitlines()) == 1, ended.stderr
    assert ended.stderr.startswith(f"{said}: the database nidankai_test_"), ended.stderr
    assert ended.stderr.endswith("createdb --template=template0 --encoding=UTF8 --locale=C NAME\n")


@pytest.mark.parametrize("make", [phone_engine, site_engine], ids=["phone", "site"])
def test_engine_that_refuses_a_database_leaves_no_thread(
    postgres: str,  # noqa: F811
    tmp_path: Path,
    make: Callable[[Path, str], Any],
) -> None:
    before = set(threading.enumerate())
    with postgres_server.database(postgres, "SQL_ASCII") as url:
        engine = make(tmp_path, url)
        for _ in range(2):
            with pytest.raises(Exception, match="SQL_ASCII, not UTF8"):
                engine.open()
            assert set(threading.enumerate()) <= before


def test_missing_driver_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for app in ("webapp", "mocksms"):
        monkeypatch.setattr(f"{app}.shared.database_url.find_spec", lambda _: None)
    with pytest.raises(ConfigError, match=r"pip install 'nidankai\[postgres\]'"):
        load({"sandbox": True, "database_url": "postgresql://host/name"}, {})
    with pytest.raises(SettingError, match=r"pip install 'nidankai\[postgres\]'"):
        load_phone({"DATABASE_URL": "postgresql://host/name"}, {})


def test_phones_on_one_database_have_one_set_of_keys(
    postgres: str,  # noqa: F811
    tmp_path: Path,
) -> None:
    with postgres_server.database(postgres) as url:
        files = []
        for node in ("one", "two"):
            app = mocksms.create_app({"INSTANCE": str(tmp_path / node), "DATABASE_URL": url})
            settings = worlds_of(app).settings
            certificate.context(settings)
            files.append({path.name: path.read_text() for path in settings.folder.glob("*.pem")})
            worlds_of(app).close()
    assert files[0] == files[1] and len(files[0]) == 3


def test_phone_brings_its_keys_into_an_empty_database_and_a_reset_keeps_them(
    postgres: str,  # noqa: F811
    tmp_path: Path,
) -> None:
    moved, new = tmp_path / "moved", tmp_path / "new"
    app = mocksms.create_app({"INSTANCE": str(moved)})
    certificate.context(worlds_of(app).settings)
    before = (moved / "phone" / certificate.KEY).read_text()
    worlds_of(app).close()
    with postgres_server.database(postgres) as url:
        for folder in (moved, new):
            app = mocksms.create_app({"INSTANCE": str(folder), "DATABASE_URL": url})
            inbox.reset(worlds_of(app).get())
            worlds_of(app).close()
            assert (folder / "phone" / certificate.KEY).read_text() == before


def test_server_in_a_folder_that_others_may_enter_is_its_owners_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("POSTGRES_URL", raising=False)
    with postgres_server.running() as url, psycopg.connect(url) as db:
        socket = Path(db.info.host) / f".s.PGSQL.{db.info.port}"
        assert socket.stat().st_mode & 0o077 == 0


def test_doctor_names_the_keys_that_each_machine_would_make(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOCKSMS_DATABASE_URL", "postgresql://host/name")
    shared = next(each for each in _examined(world) if each.part == "keys")
    assert not shared.is_well
    for name in ("WEBAPP_SECRET_KEY", "WEBAPP_SEAL_KEYS", "MOCKSMS_SECRET_KEY"):
        assert name in shared.text
    monkeypatch.delenv("MOCKSMS_DATABASE_URL")
    config = replace(world.services.config, secret_key="k" * 32, seal_keys=("0" * 64,))
    doctor._refuse_missing_keys(config)


def _examined(world: World) -> list[doctor.Finding]:
    with world.site.test_request_context():
        return doctor.examine(world.services)
