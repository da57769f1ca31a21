"""Pages of a SQLite file that a deletion frees."""

from mocksms.store.engine import Connection


def leave(db: Connection) -> None:
    """Let the connection leave freed pages as they are.

    Some builds of SQLite write zeros over each, so all that is deleted goes to the disk once more.
    """
    if db.dialect == "sqlite":
        db.execute("PRAGMA secure_delete = fast")
