"""The only source of time in the site. Rules ask the clock that they are given."""

from __future__ import annotations

import time


class Clock:
    """Unix seconds, UTC, plus an offset that sandbox tools and tests move."""

    def __init__(self, offset: float = 0.0) -> None:
        self._offset = offset

    @property
    def offset(self) -> float:
        """Return the seconds this clock is ahead of real time; 0 outside sandbox mode."""
        return self._offset

    def now(self) -> float:
        """Return Unix seconds, UTC."""
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        """Jump ahead by ``seconds`` (negative: back)."""
        self.set_offset(self.offset + seconds)

    def set_offset(self, seconds: float) -> None:
        """Set the clock ``seconds`` ahead of real time; 0 is real time."""
        self._offset = seconds
