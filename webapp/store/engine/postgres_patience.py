"""A PostgreSQL connection that gives up a server that hangs, though its machine still answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import Any, Self, TypeVar

import psycopg

from .postgres_dialect import Row

SILENT_SECONDS = 5.0
"""After so long without an answer the server is asked whether it still takes connections."""
CONNECT_SECONDS = 3
SAID_BY_THE_SERVER = ":  "
"""How libpq divides the grade of a server's error, a word in the server's language, from its text."""
Result = TypeVar("Result")


class Silent(psycopg.OperationalError):
    """The server hangs."""


class PatientConnection(psycopg.Connection[Row]):
    """A connection that waits as long as its server takes other connections.

    The server's own limits do not help when it hangs, nor do those of TCP, which its machine answers.
    """

    _address = ""

    @classmethod
    def connect(cls, conninfo: str = "", **options: Any) -> Self:
        """Return a new connection."""
        found = super().connect(conninfo, **options)
        found._address = conninfo
        return found

    def wait(self, gen: Generator[Any, Any, Result], *args: Any, **options: Any) -> Result:
        """Wait for the server. Close the connection and raise `Silent` if it hangs."""
        try:
            return super().wait(_watched(gen, self._hangs), *args, **options)
        except Silent:
            self.pgconn.finish()  # what it may still say belongs to no later statement
            raise

    def _hangs(self) -> bool:
        try:
            psycopg.connect(self._address, connect_timeout=CONNECT_SECONDS).close()
        except psycopg.OperationalError as error:
            return SAID_BY_THE_SERVER not in str(error)  # such as that it has too many
        return False


def _watched(gen: Generator[Any, Any, Result], hangs: Callable[[], bool]) -> Generator[Any, Any, Result]:
    """Pass on what a wait needs and what is ready. psycopg asks each 0.1 s though nothing is."""
    asked_at = time.monotonic()
    ready = None
    while True:
        try:
            needed = gen.send(ready)
        except StopIteration as done:
            result: Result = done.value
            return result
        ready = yield needed
        if ready:
            asked_at = time.monotonic()
        elif time.monotonic() - asked_at > SILENT_SECONDS:
            if hangs():
                raise Silent("the server hangs")
            asked_at = time.monotonic()
