"""One deadline for a whole exchange, name look-up and dripping servers included (docs/promises.md#66).

A socket's timeout bounds each read alone: a server that sends a byte a second keeps its caller for hours. Here each
wait gets only what is left of the one deadline.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, InvalidStateError
from typing import TypeVar

T = TypeVar("T")


class Deadline:
    """A moment in real time, ``seconds`` from now; the sandbox's clock doesn't move it."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._end

    def left(self) -> float:
        """Return the seconds left, more than 0. Raises TimeoutError when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the exchange took too long")
        return left

    def bound(self, work: Callable[[], T], discard: Callable[[T], None]) -> T:
        """Run ``work`` in a thread and return its result. Raise TimeoutError if it is late.

        For waits that take no timeout, such as the system's name look-up. A late result goes to ``discard``.
        """
        result: Future[T] = Future()

        def run() -> None:
            try:
                value = work()
            except BaseException as failure:
                with contextlib.suppress(InvalidStateError):
                    result.set_exception(failure)
                return
            try:
                result.set_result(value)
            except InvalidStateError:
                discard(value)

        threading.Thread(target=run, name="outbound-connect", daemon=True).start()
        try:
            return result.result(self.left())
        except TimeoutError:
            if result.cancel() or not result.done():
                raise TimeoutError("the exchange took too long") from None
            return result.result()  # it came while we gave up, or raised a timeout itself

    @contextlib.contextmanager
    def cuts(self, connection: socket.socket) -> Iterator[None]:
        """Close ``connection`` if the deadline passes inside the block."""

        def cut() -> None:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(max(0.0, self._end - time.monotonic()), cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def connect(host: str, port: int, deadline: Deadline) -> socket.socket:
    """Open a TCP connection by ``deadline``. Raise OSError (TimeoutError if late)."""
    left = deadline.left()
    return deadline.bound(lambda: socket.create_connection((host, port), timeout=left), socket.socket.close)
