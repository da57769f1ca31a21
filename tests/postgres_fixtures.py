"""Fixtures of tests on a real PostgreSQL: one server for each process, one database for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import postgres_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Return a server's address."""
    with postgres_server.running() as url:
        yield url


@pytest.fixture
def address(postgres: str) -> Iterator[str]:
    """Return the address of a database of this test's own."""
    with postgres_server.database(postgres) as url:
        yield url
