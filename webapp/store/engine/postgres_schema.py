"""The tables of one world in PostgreSQL: making them, and copying and replacing their rows.

A copy is a line of JSON and then the rows of each table as COPY writes them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from graphlib import TopologicalSorter
from typing import Any

from psycopg import sql

from .errors import Damaged
from .postgres_dialect import in_postgres
from .postgres_pool import Raw
from .protocol import Migrations

_APPLIED = "_migrations"
_SEQUENCE = "_id_seq"
LARGE = 1 << 20
"""Bytes of a copy after which the planner must know its rows at once; else the server looks at them within a minute."""


def create(raw: Raw, schema: str, migrations: Migrations, names: Sequence[str] | None = None) -> None:
    """Make a schema with the tables after the steps of these names (none: all)."""
    raw.execute(_in(schema, "CREATE SCHEMA {schema}"))
    use(raw, schema)
    raw.execute(f"CREATE TABLE {_APPLIED} (id SERIAL PRIMARY KEY, name TEXT NOT NULL UNIQUE)")
    apply(raw, migrations, names)


def use(raw: Raw, schema: str) -> None:
    """Find this schema's tables until the transaction ends."""
    raw.execute(_in(schema, "SET LOCAL search_path TO {schema}"), prepare=False)


def pending(raw: Raw, schema: str, migrations: Migrations) -> list[str]:
    """Return the names of the steps that were not applied yet."""
    done = set(_applied(raw, schema))
    return [step.name for step in migrations.steps if step.name not in done]


def apply(raw: Raw, migrations: Migrations, names: Sequence[str] | None = None) -> None:
    """Apply the steps of these names (none: all) to the schema in use."""
    for step in migrations.steps:
        if names is None or step.name in names:
            statements = [in_postgres(each).strip() for each in step.in_dialect("postgresql")]
            if statements:
                raw.execute(";\n".join(statements), prepare=False)
            raw.execute(f"INSERT INTO {_APPLIED} (name) VALUES (%s)", (step.name,))


def copy(raw: Raw, schema: str, app: str) -> bytes:
    """Return all rows of the moment at which the transaction, of REPEATABLE READ, began."""
    tables, contents = [], []
    for table, columns in _layout(raw, schema):
        with raw.cursor().copy(_table(schema, table, columns, "COPY {table} ({columns}) TO STDOUT")) as out:
            content = b"".join(bytes(part) for part in out)
        if content:
            tables.append((table, columns, len(content)))
            contents.append(content)
    head = {
        "app": app,
        "steps": _applied(raw, schema),
        "tables": tables,
        "sequences": _sequences(raw, schema),
    }
    return b"\n".join([json.dumps(head).encode(), b"".join(contents)])


def restore(raw: Raw, schema: str, migrations: Migrations, content: bytes, *, is_new: bool = False) -> None:
    """Replace all rows of a schema (make it, where it is new) by those of a copy, and migrate these.

    Tables that a later version has changed stay as they are: it runs beside this one, and takes this one's rows.
    """
    head, rows = _parsed(content, migrations)
    steps = head["steps"]
    if not is_new and steps != (applied := _applied(raw, schema)) and _are_known(applied, migrations):
        raw.execute(_in(schema, "DROP SCHEMA {schema} CASCADE"))
        is_new = True
    if is_new:
        create(raw, schema, migrations, steps)
    use(raw, schema)
    _fill(raw, schema, head, rows, ())
    apply(raw, migrations, [step.name for step in migrations.steps if step.name not in steps])


def replace_rows(
    raw: Raw, schema: str, migrations: Migrations, content: bytes, but: Collection[str] = ()
) -> None:
    """Replace the rows of the schema in use by those of a copy with the same tables, except in some tables."""
    _fill(raw, schema, *_parsed(content, migrations), but)


def _fill(raw: Raw, schema: str, head: dict[str, Any], rows: bytes, but: Collection[str]) -> None:
    tables = [table for table, _ in _layout(raw, schema) if table not in but]
    raw.execute(sql.SQL(";").join(_named(schema, each, "DELETE FROM {table}") for each in reversed(tables)))
    start = 0
    kept = {table: (columns, length) for table, columns, length in head["tables"]}
    contents = {}
    for table, (_, length) in kept.items():
        contents[table] = rows[start : start + length]
        start += length
    for table in tables:  # an owner before what it owns
        if table in kept:
            statement = _table(schema, table, kept[table][0], "COPY {table} ({columns}) FROM STDIN")
            with raw.cursor().copy(statement) as into:
                into.write(contents[table])
    sequences = [each for each in head["sequences"] if each[0].removesuffix(_SEQUENCE) not in but]
    # setval alone is never undone; after RESTART it sets what a rollback forgets
    raw.execute(
        sql.SQL(";").join(_named(schema, name, "ALTER SEQUENCE {table} RESTART") for name, _ in sequences)
    )
    for name, last in sequences:
        values = (f"{schema}.{name}", last or 1, last is not None)
        raw.execute("SELECT setval(%s::regclass, %s, %s::integer::boolean)", values)
    if len(rows) > LARGE:
        raw.execute(
            sql.SQL(";").join(_named(schema, each, "ANALYZE {table}") for each in tables), prepare=False
        )


def _parsed(content: bytes, migrations: Migrations) -> tuple[dict[str, Any], bytes]:
    head, _, rows = content.partition(b"\n")
    try:
        found: dict[str, Any] = json.loads(head)
        if found["app"] != migrations.app or not _are_known(found["steps"], migrations):
            raise Damaged(f"a copy of another app, or of a later version of {migrations.app}")
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged("no copy of a PostgreSQL world") from error
    return found, rows


def _are_known(names: Sequence[str], migrations: Migrations) -> bool:
    return {*names} <= {step.name for step in migrations.steps}


def _applied(raw: Raw, schema: str) -> list[str]:
    return [row[0] for row in raw.execute(_named(schema, _APPLIED, "SELECT name FROM {table} ORDER BY id"))]


def _layout(raw: Raw, schema: str) -> list[tuple[str, list[str]]]:
    """Return the tables and their columns, each table after those that its rows refer to."""
    columns: dict[str, list[str]] = {}
    for table, column in raw.execute(
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r' AND c.relname <> %s AND a.attnum > 0"
        " AND NOT a.attisdropped ORDER BY c.relname, a.attnum",
        (schema, _APPLIED),
    ):
        columns.setdefault(table, []).append(column)
    owners: dict[str, set[str]] = {table: set() for table in columns}
    for table, owner in raw.execute(
        "SELECT c.relname, f.relname FROM pg_constraint r JOIN pg_class c ON c.oid = r.conrelid"
        " JOIN pg_class f ON f.oid = r.confrelid WHERE r.connamespace = %s::regnamespace AND r.contype = 'f'"
        " AND r.conrelid <> r.confrelid",
        (schema,),
    ):
        owners[table].add(owner)
    return [(table, columns[table]) for table in TopologicalSorter(owners).static_order()]


def _sequences(raw: Raw, schema: str) -> list[tuple[str, int | None]]:
    rows = raw.execute(
        "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = %s"
        " AND sequencename <> '_migrations_id_seq' ORDER BY 1",
        (schema,),
    )
    return [(row[0], row[1]) for row in rows]


def _in(schema: str, template: Any) -> sql.Composed:
    return sql.SQL(template).format(schema=sql.Identifier(schema))


def _named(schema: str, table: str, template: Any) -> sql.Composed:
    return sql.SQL(template).format(table=sql.Identifier(schema, table))


def _table(schema: str, table: str, columns: Sequence[str], template: Any) -> sql.Composed:
    return sql.SQL(template).format(
        table=sql.Identifier(schema, table), columns=sql.SQL(", ").join(map(sql.Identifier, columns))
    )
