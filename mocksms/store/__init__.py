"""What a world remembers, and the only place with SQL.

`engine` lends connections to a world's database. `messages` writes and `reading` reads the inbox. Functions take the
lent connection, so that the caller decides what is one transaction.
"""

from mocksms.store import (
    authenticators,
    conditions,
    faults,
    messages,
    reading,
    search_index,
    verifications,
)
from mocksms.store.database import open_engine
from mocksms.store.engine import Connection, EngineError, Gone, Store, Unavailable, UnknownWorld

__all__ = [
    "Connection",
    "EngineError",
    "Gone",
    "Store",
    "Unavailable",
    "UnknownWorld",
    "authenticators",
    "conditions",
    "faults",
    "messages",
    "open_engine",
    "reading",
    "search_index",
    "verifications",
]
