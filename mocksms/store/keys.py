"""Keys that every phone on one database uses, in PEM. They are among the settings of its default world."""

from mocksms.store.engine import Connection

_PREFIX = "key:"


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
