"""What lent connections of all engines have in common: when a statement is refused, and what follows the commit."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Generic, TypeVar

from .errors import EngineError, Misuse
from .recording import listeners

Raw = TypeVar("Raw")


@lru_cache(maxsize=4096)
def _only_reads(sql: str) -> bool:
    return sql.lstrip("( \n\t")[:6].upper() in ("SELECT", "VALUES")


class Lent(Generic[Raw]):
    """A driver's connection for one block; see `protocol.Connection`."""

    __slots__ = ("_broken", "_raw", "actions", "is_writing")

    def __init__(self, raw: Raw) -> None:
        self._raw: Raw | None = raw
        self._broken: EngineError | None = None
        self.actions: list[Callable[[], None]] = []
        self.is_writing = False

    def _checked(self, sql: str) -> Raw:
        """Return the driver's connection, if it may run this statement now. Announce the statement."""
        raw = self._usable(sql)
        for listener in listeners:
            listener(sql)
        return raw

    def _usable(self, sql: str) -> Raw:
        if self._raw is None:
            raise Misuse(f"used after its block: {sql}")
        if self._broken is not None:  # PostgreSQL refuses all further statements, so each engine does
            raise Misuse(f"used after {self._broken!r}: {sql}")
        if not self.is_writing and not _only_reads(sql):
            raise Misuse(f"a write inside reading(): {sql}")
        return self._raw

    def failed(self, found: EngineError) -> EngineError:
        """Note a statement's error: it ends a transaction."""
        if self.is_writing:
            self._broken = found
        return found

    def driver(self) -> Raw:
        """Return the driver's connection, for statements that no listener gets."""
        return self._usable("the engine's own statements")

    def commit(self) -> None:
        """Commit. Raise the error of a statement that failed, though the block went on."""
        if self._broken is not None:
            raise self._broken
        self._control("COMMIT")
        self.is_writing = False

    def roll_back(self) -> None:
        """Undo what the transaction did."""
        self.is_writing, self._broken = False, None
        self.actions.clear()
        if self._in_transaction():
            self._control("ROLLBACK")

    def give_back(self) -> Raw | None:
        """Refuse all further use. Return the driver's connection."""
        raw, self._raw = self._raw, None
        return raw

    def _control(self, sql: str) -> object:
        """Run a statement that begins or ends a transaction."""
        raise NotImplementedError

    def _in_transaction(self) -> bool:
        raise NotImplementedError
