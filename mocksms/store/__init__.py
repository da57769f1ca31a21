"""A world's data, and the only place with SQL.

`engine` lends connections to a world's database. `messages` writes the inbox and `reading` reads it. Functions take
the lent connection, so the caller decides what is one transaction.
"""

from mocksms.store import (
    authenticators,
    conditions,
    deletion,
    faults,
    jobs,
    leases,
    messages,
    reading,
    requests,
    resources,
    search_index,
    tokens,
    verifications,
)
from mocksms.store.database import open_engine
from mocksms.store.engine import Conflict, Connection, EngineError, Gone, Store, Unavailable, UnknownWorld

__all__ = [
    "Conflict",
    "Connection",
    "EngineError",
    "Gone",
    "Store",
    "Unavailable",
    "UnknownWorld",
    "authenticators",
    "conditions",
    "deletion",
    "faults",
    "jobs",
    "leases",
    "messages",
    "open_engine",
    "reading",
    "requests",
    "resources",
    "search_index",
    "tokens",
    "verifications",
]
