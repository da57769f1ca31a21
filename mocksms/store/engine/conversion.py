"""A copy of a world in the form of the other engine. A full-text index is left out: its app makes it again.

SQLite's copy is a database file. PostgreSQL's is a line of JSON and the rows as COPY writes them, see
`postgres_schema`.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any

from .errors import Damaged
from .protocol import Migrations, Only

_MAGIC = b"SQLite format 3\0"
_HEADER_VERSIONS = slice(18, 20)
_CREATES = re.compile(r"CREATE\s+(?:VIRTUAL\s+)?TABLE\s+(\w+)", re.I)
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": "\ufffd"}
_ESCAPED = re.compile(r"[\\\t\n\r\0]")
_UNESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_UNESCAPED = re.compile(r"\\(.)", re.S)
_SEQUENCE = "_id_seq"

Rows = Iterable[tuple[Any, ...]]


def is_sqlite(copy: bytes) -> bool:
    """Return whether a copy is SQLite's."""
    return copy.startswith(_MAGIC)


def counts(copy: bytes, migrations: Migrations) -> dict[str, int]:
    """Return how many rows each table of a copy has, those of one engine only left out."""
    if is_sqlite(copy):
        with closing(_opened(copy)) as db:
            return {table: _count(db, table) for table in _tables(db, migrations)}
    _, contents = _parsed(copy, migrations)
    return {table: rows.count(b"\n") for table, (_, rows) in contents.items()}


def is_current(copy: bytes, migrations: Migrations) -> bool:
    """Return whether a copy has the tables of this version."""
    return _applied(copy, migrations) == {step.name for step in migrations.steps}


def check(copy: bytes, migrations: Migrations) -> None:
    """Refuse what this version can't restore.

    Raises:
        Damaged: no copy of this app's world, or a later version made it.
    """
    unknown = _applied(copy, migrations) - {step.name for step in migrations.steps}
    if unknown:
        raise Damaged(
            f"a later version of {migrations.app} made this copy ({', '.join(sorted(unknown))}):"
            " install that version or a newer one, and repeat the command"
        )


def to_postgres(copy: bytes, migrations: Migrations) -> bytes:
    """Return PostgreSQL's form of SQLite's copy."""
    with closing(_opened(copy)) as db:
        tables, contents = [], []
        for table in _tables(db, migrations):
            columns = _columns(db, table)
            content = b"".join(_line(row) for row in db.execute(f"SELECT {_list(columns)} FROM {table}"))
            if content:
                tables.append((table, columns, len(content)))
                contents.append(content)
        head = {
            "app": migrations.app,
            "steps": _steps(db, migrations),
            "tables": tables,
            "sequences": [
                (f"{name}{_SEQUENCE}", last)
                for name, last in db.execute("SELECT name, seq FROM sqlite_sequence")
            ],
        }
    return b"\n".join([json.dumps(head).encode(), b"".join(contents)])


def to_sqlite(copy: bytes, migrations: Migrations, blank: bytes) -> bytes:
    """Return SQLite's form of PostgreSQL's copy. ``blank`` is SQLite's copy of an empty world.

    Raises:
        Damaged: an earlier version made it, whose tables this one does not have.
    """
    head, contents = _parsed(copy, migrations)
    with closing(_opened(blank)) as db:
        if set(head["steps"]) != set(_steps(db, migrations)):
            raise Damaged(
                "an earlier version made this copy: restore it into PostgreSQL, and start the app once"
            )
        for table in _tables(db, migrations):
            db.execute(f"DELETE FROM {table}")
        for table, (columns, rows) in contents.items():
            kinds = {row[1]: row[2].upper() for row in db.execute(f"PRAGMA table_info({table})")}
            readers = [_reader(kinds[column]) for column in columns]
            db.executemany(_insert(table, columns), _values(rows, readers))
        for name, last in head["sequences"]:
            table = name.removesuffix(_SEQUENCE)
            db.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
            if last is not None:
                db.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, last))
        db.commit()
        return db.serialize()


def replace_rows(
    db: sqlite3.Connection, copy: bytes, migrations: Migrations, but: Collection[str] = ()
) -> None:
    """Replace the rows of SQLite's tables, except some, by those of a copy with the same tables."""
    with closing(_opened(copy)) as source:
        tables = [table for table in _tables(source, migrations) if table not in but]
        db.execute("PRAGMA defer_foreign_keys = on")  # until the transaction ends
        for table in tables:
            db.execute(f"DELETE FROM {table}")
        for table in tables:
            columns = _columns(source, table)
            rows = source.execute(f"SELECT {_list(columns)} FROM {table}").fetchall()
            db.executemany(_insert(table, columns), rows)
        counters = source.execute("SELECT name, seq FROM sqlite_sequence").fetchall()
        db.executemany("DELETE FROM sqlite_sequence WHERE name = ?", [(table,) for table in tables])
        db.executemany(
            _insert("sqlite_sequence", ("name", "seq")), [row for row in counters if row[0] in tables]
        )


def own_tables(migrations: Migrations) -> set[str]:
    """Return the tables that only one engine has."""
    statements = [each.sql for step in migrations.steps for each in step.statements if isinstance(each, Only)]
    return {found[1] for each in statements for found in _CREATES.finditer(each)}


def _opened(copy: bytes) -> sqlite3.Connection:
    content = bytearray(copy)
    content[_HEADER_VERSIONS] = b"\x01\x01"  # a file without a log
    db = sqlite3.connect(":memory:")
    db.deserialize(bytes(content))
    return db


def _tables(db: sqlite3.Connection, migrations: Migrations) -> list[str]:
    own = own_tables(migrations)
    return [
        name
        for name, kind in db.execute(
            "SELECT name, type FROM pragma_table_list WHERE schema = 'main' ORDER BY name"
        )
        if kind == "table" and name not in own and not name.startswith(("sqlite_", "_sqlite_"))
    ]


def _applied(copy: bytes, migrations: Migrations) -> set[str]:
    """Return the names of a copy's steps, those of later versions too. Raise `Damaged`."""
    if not is_sqlite(copy):
        return set(_parsed(copy, migrations)[0]["steps"])
    try:
        with closing(_opened(copy)) as db:
            names = _noted(db, migrations)
    except sqlite3.Error as error:
        raise Damaged("no copy of a world") from error
    if not names:
        raise Damaged(f"no copy of a world of {migrations.app}")
    return names


def _noted(db: sqlite3.Connection, migrations: Migrations) -> set[str]:
    rows = db.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = ?", (migrations.app,))
    return {row[0] for row in rows}


def _steps(db: sqlite3.Connection, migrations: Migrations) -> list[str]:
    names = _noted(db, migrations)
    return [step.name for step in migrations.steps if step.name in names]


def _count(db: sqlite3.Connection, table: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def _columns(db: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in db.execute(f"PRAGMA table_info({table})")]


def _insert(table: str, columns: Sequence[str]) -> str:
    return f"INSERT INTO {table} ({_list(columns)}) VALUES ({', '.join('?' for _ in columns)})"


def _list(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _parsed(copy: bytes, migrations: Migrations) -> tuple[dict[str, Any], dict[str, tuple[list[str], bytes]]]:
    line, _, rows = copy.partition(b"\n")
    try:
        head: dict[str, Any] = json.loads(line)
        contents, start, own = {}, 0, own_tables(migrations)
        for table, columns, length in head["tables"]:
            if table not in own:
                contents[table] = (columns, rows[start : start + length])
            start += length
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged("no copy of a world") from error
    if head.get("app") != migrations.app or "steps" not in head:
        raise Damaged(f"no copy of a world of {migrations.app}")
    return head, contents


def _line(row: tuple[Any, ...]) -> bytes:
    return ("\t".join(map(_written, row)) + "\n").encode()


def _written(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bytes):
        return f"\\\\x{value.hex()}"
    if isinstance(value, str):
        return _ESCAPED.sub(lambda found: _ESCAPES[found[0]], value)
    return repr(value)


def _values(rows: bytes, readers: list[Callable[[str], Any]]) -> Iterator[tuple[Any, ...]]:
    for line in rows.decode().split("\n")[:-1]:
        fields = zip(line.split("\t"), readers, strict=True)
        yield tuple(None if field == "\\N" else read(_plain(field)) for field, read in fields)


def _plain(field: str) -> str:
    if "\\" not in field:
        return field
    return _UNESCAPED.sub(lambda found: _UNESCAPES.get(found[1], found[1]), field)


def _reader(kind: str) -> Callable[[str], Any]:
    """Return how a column of this kind is read."""
    if "INT" in kind:
        return int
    if "BLOB" in kind:
        return lambda text: bytes.fromhex(text[2:])
    return float if "DOUB" in kind else str
