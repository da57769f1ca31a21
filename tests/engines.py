"""The database of the tests' apps: SQLite's files, or with TESTS_ENGINE=postgres a new PostgreSQL database each."""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

from tests import postgres_server
from webapp.config import Config
from webapp.store.database import open_engine
from webapp.store.engine import Engine

ENGINE = "TESTS_ENGINE"


@contextmanager
def database() -> Iterator[str]:
    """Yield an app's setting DATABASE_URL; both apps may share it."""
    if os.environ.get(ENGINE) != "postgres":
        yield ""
        return
    with postgres_server.database(_server()) as url:
        yield url


@contextmanager
def another(config: Config) -> Iterator[Engine]:
    """Lend one more engine over a site's worlds, as another process has it."""
    engine = open_engine(Path(config.instance), config.database_url)
    try:
        yield engine
    finally:
        engine.close()


@cache
def _server() -> str:
    """Start one server for this process, which ends with it."""
    running = ExitStack()
    atexit.register(running.close)
    return running.enter_context(postgres_server.running())
