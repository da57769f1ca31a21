"""Typed errors of every engine. Callers match the class; the text is for logs only."""

from __future__ import annotations


class EngineError(Exception):
    """A statement or a transaction failed."""


class Unavailable(EngineError):
    """Nothing was changed, and the same call works later: answer 503 and ask to try again."""


class Busy(Unavailable):
    """Another writer held the world for longer than the store's patience."""


class Full(Unavailable):
    """There is no room left to write."""


class ReadOnly(Unavailable):
    """The database can be read but not written."""


class Unreachable(Unavailable):
    """The database can't be opened, read or reached now."""


class Conflict(EngineError):
    """A row breaks a constraint: unique, check or foreign key. The block must end with it."""


class Gone(EngineError):
    """The world was dropped while this store was open. Its name may now belong to another world."""


class Damaged(EngineError):
    """The data can't be trusted: a broken page, or no database at all."""


class Unfit(EngineError):
    """The database was made in a way that can't keep our data, or its owner doesn't let us. The text says which."""


class Misuse(EngineError):
    """The program is wrong: bad SQL, a write inside ``reading()``, a connection used after its block."""


class UnknownWorld(EngineError, LookupError):
    """There is no world of this ``name``; ``nearest`` are up to three that sound alike."""

    def __init__(self, name: str, nearest: tuple[str, ...] = ()) -> None:
        super().__init__(f"there is no world {name!r}")
        self.name = name
        self.nearest = nearest
