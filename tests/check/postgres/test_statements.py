"""A real PostgreSQL accepts every table and statement of both apps, except the full-text search's own SQL."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from mocksms.store.migrations import MIGRATIONS as PHONE
from tests import postgres_server
from tests.check.postgres import source
from tests.meta.sources import ROOT
from tests.recorded_statements import FOLDER, merged
from tests.security.tools import TABLES
from webapp.store.engine.postgres_dialect import in_postgres
from webapp.store.migrations import MIGRATIONS as SITE

DEFINITIONS = {
    app: [statement for step in migrations.steps for statement in step.in_dialect("postgresql")]
    for app, migrations in (("webapp", SITE), ("mocksms", PHONE))
}
TESTS = (
    "tests/phone", "tests/handset", "tests/flows", "tests/old_instance", "tests/unit/test_cli.py", "tests/security",
    "tests/sandbox",
)  # fmt: skip
"""Those that run the stores' statements, without a browser."""
ENOUGH = 0.9
SEARCH = re.compile(r"\b(search|search_words|vocabulary|fts5\w*)\b", re.I)
CONTROL = re.compile(r"(BEGIN|COMMIT|ROLLBACK|PRAGMA)\b")
PARTS = re.compile(r"'(?:[^']|'')*'|\?")


def numbered(statement: str) -> str:
    """Return a statement with $1, $2, … for its question marks, except those inside strings."""
    numbers = itertools.count(1)
    return PARTS.sub(lambda found: f"${next(numbers)}" if found[0] == "?" else found[0], statement)


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Every statement that ran in a run of the tests, by app; in a run before, where RECORDED_STATEMENTS names it."""
    if before := os.environ.get("RECORDED_STATEMENTS"):
        return merged(Path(before))
    folder = tmp_path_factory.mktemp("statements")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *TESTS]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, FOLDER: str(folder)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return merged(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[psycopg.Connection]:
    """A server whose schemas ``webapp`` and ``mocksms`` have the apps' tables."""
    with postgres_server.running() as url, psycopg.connect(url, autocommit=True) as db:
        for app, definitions in DEFINITIONS.items():
            db.execute(f"DROP SCHEMA IF EXISTS {app} CASCADE")
            db.execute(f"CREATE SCHEMA {app}")
            db.execute(f"SET search_path TO {app}")
            for definition in definitions:
                db.execute(in_postgres(definition).encode())
        yield db


@pytest.mark.parametrize("app", DEFINITIONS)
def test_definitions_make_the_tables_with_times_of_eight_bytes(
    postgres: psycopg.Connection, app: str
) -> None:
    rows = postgres.execute(
        "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = %s",
        (app,),
    ).fetchall()
    assert len({table for table, _, _ in rows}) >= 8
    assert {kind for _, _, kind in rows} <= {
        "text",
        "integer",
        "bigint",
        "double precision",
        "bytea",
        "tsvector",
    }
    times = [kind for _, column, kind in rows if column == "at" or column.endswith(("_at", "_until"))]
    assert times and set(times) == {"double precision"}
    postgres.execute(f"SET search_path TO {app}")
    assert postgres.execute("SELECT 1795300000.25::double precision").fetchone() == (1795300000.25,)


@pytest.mark.parametrize("app", DEFINITIONS)
def test_statements_are_taken_by_postgresql(
    postgres: psycopg.Connection, ran: dict[str, set[str]], app: str
) -> None:
    own = {TABLES["sqlite"]}  # what the tests ask of SQLite alone
    asked = sorted(sql for sql in ran[app] - own if not SEARCH.search(sql) and not CONTROL.match(sql))
    postgres.execute(f"SET search_path TO {app}")
    refused = {}
    for sql in asked:
        try:
            postgres.execute(f"PREPARE statement AS {numbered(sql)}")
            postgres.execute("DEALLOCATE statement")
        except psycopg.Error as error:
            refused[sql] = str(error).splitlines()[0]
    assert not refused, f"{len(refused)} of {len(asked)}: {refused}"
    assert len(asked) > 50


@pytest.mark.parametrize("app", DEFINITIONS)
def test_statements_in_the_source_nearly_all_ran(ran: dict[str, set[str]], app: str) -> None:
    known = source.patterns(app)
    heard = {source.normal(sql) for sql in ran[app]}
    missing = [place for place, pattern in known.items() if not any(map(pattern.fullmatch, heard))]
    assert len(known) > 40
    assert len(missing) <= (1 - ENOUGH) * len(known), f"never ran, of {len(known)}: {missing}"
