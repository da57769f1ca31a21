"""The only reader of time in the site; every rule asks the clock it was handed."""

from __future__ import annotations

import time


class Clock:
    """Unix seconds, UTC, plus an offset that sandbox tools and tests move."""

    def __init__(self, offset: float = 0.0) -> None:
        self._offset = offset

    @property
    def offset(self) -> float:
        """Seconds this clock is ahead of real time; 0 outside sandbox mode."""
        return self._offset

    def now(self) -> float:
        """Unix seconds, UTC."""
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        """Jump ahead by ``seconds`` (negative: back)."""
        self.set_offset(self.offset + seconds)

    def set_offset(self, seconds: float) -> None:
        """Be ``seconds`` ahead of real time; 0 is back to now."""
        self._offset = seconds
