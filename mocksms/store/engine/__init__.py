"""Run SQL on one world's database, whichever engine keeps it.

`protocol` says what every engine does. `sqlite` is the embedded default, `postgres` is for several machines, and
`choice` takes one of them by its address. The folder is the same, byte for byte,
in both apps and knows neither: import it only from here.
"""

from .choice import engine_at
from .errors import (
    Busy,
    Conflict,
    Damaged,
    EngineError,
    Full,
    Gone,
    Misuse,
    ReadOnly,
    Unavailable,
    Unfit,
    UnknownWorld,
    Unreachable,
)
from .protocol import (
    DEFAULT,
    Connection,
    Engine,
    Migration,
    Migrations,
    NewId,
    Only,
    Result,
    Row,
    Store,
    is_name,
)
from .sqlite import SqliteStore
from .sqlite_worlds import SqliteEngine

__all__ = [
    "DEFAULT",
    "Busy",
    "Conflict",
    "Connection",
    "Damaged",
    "Engine",
    "EngineError",
    "Full",
    "Gone",
    "Migration",
    "Migrations",
    "Misuse",
    "NewId",
    "Only",
    "ReadOnly",
    "Result",
    "Row",
    "SqliteEngine",
    "SqliteStore",
    "Store",
    "Unavailable",
    "Unfit",
    "UnknownWorld",
    "Unreachable",
    "engine_at",
    "is_name",
]
