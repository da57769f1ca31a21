"""A real PostgreSQL for tests: POSTGRES_URL's, else one that is started as `make run ENGINE=postgres` does.

A server started here keeps its data in a temporary folder and syncs nothing.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from webapp.store import postgres_server

SETTINGS = (
    "listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off",
    "max_connections=200", "shared_buffers=32MB", "log_min_messages=fatal",
)  # fmt: skip


@contextmanager
def running() -> Iterator[str]:
    """Yield the address of a server."""
    folder = Path(tempfile.mkdtemp(prefix="nidankai-postgres-", dir="/var/tmp"))
    try:
        with postgres_server.running(folder, SETTINGS, is_temporary=True) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database(url: str, encoding: str = "") -> Iterator[str]:
    """Yield the address of a new database on a server, by default with the server's own encoding."""
    name = f"nidankai_test_{secrets.token_hex(8)}"
    texts = f"ENCODING {encoding} LC_COLLATE 'C' LC_CTYPE 'C'" if encoding else ""
    with psycopg.connect(url, autocommit=True) as db:
        db.execute(f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY file_copy {texts}".encode())
        try:
            yield urlsplit(url)._replace(path=f"/{name}").geturl()
        finally:
            db.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
