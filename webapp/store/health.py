"""Whether a database is sound, for the operator's `doctor`."""

from __future__ import annotations

from webapp.store.database import Store
from webapp.store.migrations import MIGRATIONS


def complaints(store: Store) -> list[str]:
    """Return what is wrong with a store, nothing when all is well; it is left as it was.

    Looks for damaged pages, rows whose owner is gone, tables behind this version, and tries the write lock.
    Raises sqlite3.Error when the file can't be read at all, or stays locked.
    """
    db = store.db()
    found = [str(row[0]) for row in db.execute("PRAGMA quick_check(5)") if row[0] != "ok"]
    orphans = len(list(db.execute("PRAGMA foreign_key_check")))
    if orphans:
        found.append(f"{orphans} rows belong to nothing")
    behind = len(MIGRATIONS.pending(db))
    if behind:
        found.append(f"{behind} migrations are pending: start the site once")
    with store.writing():
        pass  # the write lock was had; a full or read-only disk is told when the transaction begins
    return found
