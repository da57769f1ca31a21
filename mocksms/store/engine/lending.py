"""How every store lends: one connection a thread, one writer at a time, actions after the commit."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from .errors import Busy, EngineError
from .lent_connection import Lent

PATIENCE_SECONDS = 3.0
_log = logging.getLogger(__name__)
Lendable = TypeVar("Lendable", bound=Lent[Any])


class LendingStore(Generic[Lendable]):
    """The half of a `protocol.Store` that is the same with every driver.

    Writers wait at a lock of the process first, the database's own lock is for other processes. So actions run before
    the next writer of the process, and those who wait hold no connection.
    """

    driver_error: type[Exception]
    typed: Callable[[Any], EngineError]

    def __init__(self, name: str) -> None:
        self.name = name
        self.before_writing: Callable[[], None] | None = None
        self.patience_seconds = PATIENCE_SECONDS
        self._write_lock = threading.Lock()
        self._local = threading.local()

    @contextmanager
    def reading(self) -> Iterator[Lendable]:
        """Lend a connection for reading."""
        lent = self._lent()
        if lent is not None:
            yield lent
            return
        self._local.lent = lent = self._lend()
        try:
            yield lent
        except self.driver_error as error:  # while rows are fetched
            raise self.typed(error) from error
        finally:
            self._local.lent = None
            try:
                lent.roll_back()
            finally:
                self._take_back(lent)

    @contextmanager
    def writing(self) -> Iterator[Lendable]:
        """Lend a connection inside one transaction that holds the write lock from its first moment."""
        lent = self._lent()
        if lent is not None and lent.is_writing:
            yield lent
            return
        if self.before_writing is not None:
            self.before_writing()
        if not self._write_lock.acquire(timeout=self.patience_seconds):
            raise Busy("another writer of this process holds the world")
        try:
            with self.reading() as lent:
                self._begin(lent)
                try:
                    yield lent
                    lent.commit()
                except self.driver_error as error:  # while rows are fetched
                    lent.roll_back()
                    raise self.typed(error) from error
                except BaseException:
                    lent.roll_back()
                    raise
                self._run_actions(lent)
        finally:
            self._write_lock.release()

    def after_commit(self, action: Callable[[], None]) -> None:
        """Call ``action`` once this thread's transaction is committed, or at once outside of one."""
        lent = self._lent()
        if lent is not None and lent.is_writing:
            lent.actions.append(action)
        else:
            action()

    def is_writing(self) -> bool:
        """Return whether this thread is inside `writing`."""
        lent = self._lent()
        return lent is not None and lent.is_writing

    @contextmanager
    def _driver(self) -> Iterator[Any]:
        """Lend the driver's connection inside `writing`, for what only the engine does."""
        with self.writing() as lent:
            try:
                yield lent.driver()
            except self.driver_error as error:
                raise lent.failed(self.typed(error)) from error

    def _lent(self) -> Lendable | None:
        found: Lendable | None = getattr(self._local, "lent", None)
        return found

    def _lend(self) -> Lendable:
        """Return a connection for one block. Raise `Gone`, `Unavailable`."""
        raise NotImplementedError

    def _take_back(self, lent: Lendable) -> None:
        """Keep or close what was lent."""
        raise NotImplementedError

    def _begin(self, lent: Lendable) -> None:
        """Begin a transaction that holds the world's write lock. Raise `Gone`, `Unavailable`."""
        raise NotImplementedError

    def _run_actions(self, lent: Lendable) -> None:
        for action in lent.actions:
            try:
                action()
            except Exception:  # what is committed must not look undone
                _log.exception("an action after the commit failed")
        lent.actions.clear()
