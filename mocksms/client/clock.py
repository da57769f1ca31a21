"""One clock for a test: it moves the phone, this process with the app in it, and a browser's page together.

It needs `time-machine`. An app in another process follows by :mod:`mocksms.client.clock_middleware`.
"""

import inspect
import time
import warnings
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

import time_machine

Mover = Callable[[float], object]
"""Moves something to real time plus so many seconds."""
ASYNC_PAGE = (
    "the page is awaited, so the test must move its clock itself: await page.clock.fast_forward(milliseconds)"
)


def real_time() -> float:
    """Return the time of this computer in Unix seconds, however it is moved."""
    hatch = time_machine.escape_hatch
    return float(hatch.time.time() if hatch.is_travelling() else time.time())


class ProcessClock:
    """The time of this process: all threads of it, and the apps that they serve."""

    def __init__(self) -> None:
        self._travel: time_machine.travel | None = None
        self._moved: time_machine.Traveller | None = None
        self.offset = 0.0

    def move(self, offset: float) -> None:
        """Be `offset` seconds ahead of real time; time goes on from there."""
        if not offset:
            self.stop()
        elif self._moved is not None:
            self._moved.move_to(real_time() + offset, tick=True)
        else:
            self._travel = time_machine.travel(real_time() + offset, tick=True)
            self._moved = self._travel.start()
        self.offset = offset

    def stop(self) -> None:
        """Go back to real time."""
        if self._travel is not None:
            self._travel.stop()
        self._travel, self._moved, self.offset = None, None, 0.0


class PageClock:
    """The time of a Playwright page and its context. Timers that are due by a jump ahead fire once."""

    def __init__(self, page: Any) -> None:
        self._clock = page.clock
        self._offset = 0.0
        self._clock.install(time=real_time())

    def move(self, offset: float) -> None:
        """Be `offset` seconds ahead of real time."""
        if offset > self._offset:
            self._clock.fast_forward(round((offset - self._offset) * 1000))
        elif offset < self._offset:
            self._clock.set_system_time(real_time() + offset)
        self._offset = offset

    @classmethod
    def of(cls, page: Any) -> "PageClock | None":
        """Return the clock of a page, None if it is no page of Playwright or its clock is awaited."""
        install = getattr(getattr(page, "clock", None), "install", None)
        if install is None:
            return None
        if inspect.iscoroutinefunction(install):
            warnings.warn(ASYNC_PAGE, RuntimeWarning, stacklevel=2)
            return None
        return cls(page)


class Clock:
    """The time of a test: `offset` seconds ahead of real time, in every part that is given or added."""

    def __init__(self, movers: Sequence[Mover] = ()) -> None:
        """`movers` are moved after the time of this process, in their order."""
        self._process = ProcessClock()
        self._movers = list(movers)
        self.offset = 0.0

    def add(self, mover: Mover) -> None:
        """Move one more part: `mover` takes the seconds ahead of real time, now and with each move."""
        self._movers.append(mover)
        mover(self.offset)

    def advance(self, seconds: float) -> None:
        """Jump ahead (negative: back)."""
        self._move(self.offset + seconds)

    def move_to(self, moment: datetime) -> None:
        """Jump to a time; one without a zone is this computer's."""
        self._move(moment.timestamp() - real_time())

    def back_to_now(self) -> None:
        """Go back to real time."""
        self._move(0.0)

    def now(self) -> datetime:
        """Return the time that all parts have, in UTC."""
        return datetime.fromtimestamp(real_time() + self.offset, UTC)

    def _move(self, offset: float) -> None:
        self.offset = offset
        self._process.move(offset)
        for mover in self._movers:
            mover(offset)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self.offset:
                self.back_to_now()
        finally:
            self._process.stop()
