"""A database that can't be used when an app starts: one line says which setting, which server and why."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests import postgres_server
from tests.meta.sources import ROOT
from tests.postgres_fixtures import postgres  # noqa: F401
from tests.processes import free_ports, program
from webapp.store.engine.postgres_address import UNREADABLE, server_of

pytestmark = pytest.mark.xdist_group("postgres")
PASSWORD = "geheim"
COMMANDS = {
    ("webapp", "--port", "PORT"): "webapp: WEBAPP_DATABASE_URL: ",
    ("flask", "--app", "webapp", "doctor"): "Error: WEBAPP_DATABASE_URL: ",
    ("mocksms", "serve", "--smtp-port", "-1", "--port", "PORT"): "mocksms: MOCKSMS_DATABASE_URL: ",
}
WITHOUT_SERVER = {
    "nobody": (
        f"postgresql://u:{PASSWORD}@localhost:9/x",
        "no connection to localhost:9: Connection refused",
    ),
    "name": (f"postgresql://u:{PASSWORD}@nowhere.invalid/x", "no connection to nowhere.invalid:5432: "),
    "unreadable": (f"postgresql://u:{PASSWORD[:3]}/{PASSWORD[3:]}@localhost/x", UNREADABLE),
}


def settings(url: str, folder: Path) -> dict[str, str]:
    """Return the environment of both apps on a database."""
    own = {"DATABASE_URL": url, "INSTANCE": str(folder), "SECRET_KEY": "k" * 40}
    given = {f"{app}_{name}": value for app in ("WEBAPP", "MOCKSMS") for name, value in own.items()}
    return {**os.environ, **given, "WEBAPP_SANDBOX": "1"}


def refuse(url: str, folder: Path, reason: str) -> None:
    """Start all commands on a database, and expect of each its one line and exit code 2."""
    with ExitStack() as running:
        started = {}
        for command, begin in COMMANDS.items():
            words = [part.replace("PORT", str(free_ports(1)[0])) for part in command]
            piped = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
            own = settings(url, folder / command[0])
            started[begin] = running.enter_context(
                program([sys.executable, "-m", *words], cwd=ROOT, env=own, **piped)
            )
        for begin, process in started.items():
            _, said = process.communicate(timeout=60)
            assert said.startswith(f"{begin}{reason}") and said.count("\n") == 1, said
            assert process.returncode == 2 and PASSWORD not in said


@pytest.mark.parametrize(("url", "reason"), WITHOUT_SERVER.values(), ids=WITHOUT_SERVER)
def test_start_without_a_server_is_refused_in_one_line(url: str, reason: str, tmp_path: Path) -> None:
    refuse(url, tmp_path, reason)


def test_start_on_a_server_that_hangs_is_refused_in_one_line(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        place = f"127.0.0.1:{server.getsockname()[1]}"
        refuse(
            f"postgresql://u:{PASSWORD}@{place}/x",
            tmp_path,
            f"no connection to {place}: connection timeout expired",
        )


def test_start_on_an_unknown_database_is_refused_in_one_line(
    postgres: str,  # noqa: F811
    tmp_path: Path,
) -> None:
    url = make_conninfo(postgres, dbname="never_made", password=PASSWORD)
    reason = f'no connection to {server_of(postgres)}: FATAL:  database "never_made" does not exist'
    refuse(as_address(url), tmp_path, reason)


@contextmanager
def role_without_rights(url: str) -> Iterator[str]:
    """Yield the address of a server for a role that may log in and nothing else."""
    role = f"nidankai_test_{secrets.token_hex(8)}"
    with psycopg.connect(url, autocommit=True) as db:
        db.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'".encode())
        try:
            yield as_address(make_conninfo(url, user=role, password=PASSWORD))
        finally:
            db.execute(f"DROP ROLE {role}".encode())


def as_address(conninfo: str) -> str:
    """Return libpq's words as an address."""
    return "postgresql://?" + "&".join(
        f"{name}={value}" for name, value in psycopg.conninfo.conninfo_to_dict(conninfo).items()
    )


def test_start_by_a_role_that_may_make_nothing_is_refused_in_one_line(
    postgres: str,  # noqa: F811
    tmp_path: Path,
) -> None:
    with postgres_server.database(postgres) as url, role_without_rights(url) as narrow:
        refuse(narrow, tmp_path, "permission denied for database nidankai_test_")


def test_run_ends_with_the_line_of_an_app(tmp_path: Path) -> None:
    ports = dict(zip(("SITE_PORT", "PHONE_PORT", "SMTP_PORT"), map(str, free_ports(3)), strict=True))
    url, reason = WITHOUT_SERVER["nobody"]
    done = subprocess.run(
        [sys.executable, "-m", "webapp.command", "run"],
        cwd=ROOT,
        env={**settings(url, tmp_path), **ports, "INSTANCE": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (2, "")
    lines = [line for line in done.stdout.splitlines() if reason in line]
    assert lines and PASSWORD not in done.stdout and "Traceback" not in done.stdout


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("postgresql://u:p@db.example.com/x", "db.example.com:5432"),
        ("postgresql://u:p@one,two:1/x", "one:5432, two:1"),
        ("postgresql://u:p@[::1]:7/x", "::1:7"),
        ("postgresql://u:p@/x?host=/run/postgresql", "/run/postgresql"),
        ("postgresql:///x", "the local socket"),
    ],
)
def test_server_of_an_address_is_named_without_its_password(url: str, place: str) -> None:
    assert server_of(url) == place


@pytest.mark.parametrize("rest", ["se/cret@h/x", "se@cret@h/x", "se%cret@h/x", "s@h/x?secret=1"])
def test_server_of_an_address_with_a_stray_password_is_not_named(rest: str) -> None:
    with pytest.raises(ValueError, match="write special characters") as refused:
        server_of(f"postgresql://u:{rest}")
    assert "cret" not in str(refused.value)
