"""Wrong log-ins by address: after some, the address waits before each next one, longer every time."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from .network import read

if TYPE_CHECKING:
    from collections.abc import Callable

FREE = 10
LONGEST_SECONDS = 900.0
FORGOTTEN_SECONDS = 3600.0
MOST_PLACES = 10_000


class Held(Exception):
    """The address must wait this many `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Guesses:
    """The wrong log-ins of this process, by IPv4 address and by IPv6 network of 64 bits."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._wrong: OrderedDict[str, tuple[int, float, float]] = OrderedDict()
        """The number of wrong log-ins, the end of the wait, and the time of the last one; the oldest first."""

    def judge(self, address: str | None, is_right: bool) -> bool:
        """Return whether a log-in is right. Count a wrong one. Without an address (this machine), nothing waits.

        Raises:
            Held: the address waits, whether the log-in is right or wrong.
        """
        if address is None:
            return is_right
        place = _place(address)
        with self._lock:
            now = self._clock()
            wrong, until, last = self._wrong.get(place, (0, now, now))
            if now < until:
                raise Held(until - now)
            if is_right:
                return True
            wrong = 1 if now - last > FORGOTTEN_SECONDS else wrong + 1
            wait = _wait(wrong - FREE)
            self._wrong[place] = wrong, now + wait, now
            self._wrong.move_to_end(place)
            if len(self._wrong) > MOST_PLACES:
                self._wrong.popitem(last=False)
            return False


def _wait(beyond: int) -> float:
    """Return the seconds that follow so many wrong log-ins beyond the free ones."""
    if beyond < 0:
        return 0.0
    return LONGEST_SECONDS if beyond >= 10 else 2.0**beyond


def _place(written: str) -> str:
    address = read(written)
    return (
        f"{int(address) >> 64:x}/64"
        if address is not None and address.version == 6
        else str(address or written)
    )
