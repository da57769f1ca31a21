"""Keys that every phone on one database uses, in PEM. They are among the settings of its default world."""

import re
from pathlib import Path

from mocksms.shared import own_files
from mocksms.store.engine import Connection

_PREFIX = "key:"
_FILE = re.compile(r"\w[\w.-]*\.pem")


def find(db: Connection, name: str) -> str | None:
    """Return the key of this name, or None."""
    row = db.execute("SELECT value FROM settings WHERE name = ?", (_PREFIX + name,)).fetchone()
    return None if row is None else str(row[0])


def add(db: Connection, name: str, pem: str) -> None:
    """Keep a key."""
    db.execute("INSERT INTO settings (name, value) VALUES (?, ?)", (_PREFIX + name, pem))


def keep_alone(db: Connection) -> None:
    """Delete all other settings of the world."""
    db.execute("DELETE FROM settings WHERE substr(name, 1, ?) <> ?", (len(_PREFIX), _PREFIX))


def hand_over(db: Connection, folder: Path) -> None:
    """Move the keys into files, which a phone without PostgreSQL reads instead of the rows."""
    rows = db.execute(
        "SELECT name, value FROM settings WHERE substr(name, 1, ?) = ?", (len(_PREFIX), _PREFIX)
    )
    for name, pem in rows.fetchall():
        if _FILE.fullmatch(file := str(name).removeprefix(_PREFIX)):
            write(folder / file, str(pem))
        db.execute("DELETE FROM settings WHERE name = ?", (name,))


def write(file: Path, pem: str) -> None:
    """Write a key's file in place of another one."""
    if file.exists() and file.read_text() != pem:
        file.unlink()
    if not file.exists():
        own_files.write_once(file, pem)
