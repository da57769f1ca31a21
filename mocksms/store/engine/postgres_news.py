"""News of the worlds between processes: NOTIFY after the commit, heard by one thread with a separate connection.

Inside a transaction, NOTIFY would make all commits of the server wait in line. News only says where to look: the rows
are the truth, so news that is lost costs time and nothing else.
"""

from __future__ import annotations

import logging
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg

LOOK_SECONDS = 30.0
"""After so long, whoever listens looks everywhere: a killed process announces nothing."""
PAUSE_SECONDS = 1.0
"""Between two attempts to reach the server."""
_END_SECONDS = 5.0
_log = logging.getLogger(__name__)


class News:
    """What this process announces, and what it hears of others. The thread starts with the first use."""

    def __init__(self, connect: Callable[[], psycopg.Connection[Any]], channel: str) -> None:
        self._connect = connect
        self._channel = channel
        self._lock = threading.Lock()
        self._untold: dict[str, int] = {}
        self._listeners: tuple[Callable[[str, int], None], ...] = ()
        self._thread: threading.Thread | None = None
        self._here, self._there = socket.socketpair()
        self._there.setblocking(False)
        self._closed = threading.Event()

    def listen(self, heard: Callable[[str, int], None]) -> None:
        """Call ``heard`` for each announcement of another process, in the thread of the news."""
        with self._lock:
            self._listeners = (*self._listeners, heard)
            self._start()

    def announce(self, name: str, number: int) -> None:
        """Tell the others, in the background. Several announcements become one statement."""
        with self._lock:
            is_first = not self._untold
            self._untold[name] = max(number, self._untold.get(name, 0))
            self._start()
        if is_first:
            self._wake()

    def close(self) -> None:
        """End the thread after it has sent what was announced. The next use starts another."""
        with self._lock:
            thread, self._thread = self._thread, None
            self._closed.set()
        if thread is not None:
            self._wake()
            thread.join(_END_SECONDS)

    def _wake(self) -> None:
        with suppress(BlockingIOError):  # it has many calls to see already
            self._there.send(b".")

    def _start(self) -> None:
        if self._thread is None:
            self._closed = threading.Event()
            self._thread = threading.Thread(target=self._work, args=(self._closed,), name="news", daemon=True)
            self._thread.start()

    def _work(self, closed: threading.Event) -> None:
        while not closed.is_set():
            try:
                with self._connected() as (raw, ready):
                    self._heard("", 0)  # what was announced before is not known
                    self._follow(raw, ready, closed)
            except (psycopg.Error, OSError) as error:  # OSError: the process has too many files open
                _log.warning("the database's news is not heard, trying again: %s", error)
                closed.wait(PAUSE_SECONDS)

    @contextmanager
    def _connected(self) -> Iterator[tuple[psycopg.Connection[Any], selectors.BaseSelector]]:
        with self._connect() as raw, selectors.DefaultSelector() as ready:
            raw.execute(f"LISTEN {self._channel}".encode())
            ready.register(raw.fileno(), selectors.EVENT_READ)
            ready.register(self._here, selectors.EVENT_READ)
            yield raw, ready

    def _follow(
        self, raw: psycopg.Connection[Any], ready: selectors.BaseSelector, closed: threading.Event
    ) -> None:
        look_at = time.monotonic() + LOOK_SECONDS
        while True:
            for found, _ in ready.select(max(0.0, look_at - time.monotonic())):
                if found.fileobj is self._here:
                    self._here.recv(4096)
            self._tell(raw)
            if closed.is_set():
                return
            for news in raw.notifies(timeout=0):
                name, _, number = news.payload.rpartition(":")
                if news.pid != raw.info.backend_pid and name and number.isdecimal():
                    self._heard(name, int(number))
            if time.monotonic() >= look_at:
                look_at = time.monotonic() + LOOK_SECONDS
                raw.execute("SELECT 1")  # is the server still there?
                self._heard("", 0)

    def _tell(self, raw: psycopg.Connection[Any]) -> None:
        with self._lock:
            told, self._untold = self._untold, {}
        if told:
            raw.execute(
                "SELECT pg_notify(%s, news) FROM unnest(%s::text[]) AS news",
                (self._channel, [f"{name}:{number}" for name, number in told.items()]),
            )

    def _heard(self, name: str, number: int) -> None:
        for listener in self._listeners:
            try:
                listener(name, number)
            except Exception:  # the thread goes on for the others
                _log.exception("news of the world %r was not followed", name)
