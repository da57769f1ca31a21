"""Measure the CPU seconds of this thread for a piece of work, whatever else runs in the test process."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable


def seconds(work: Callable[[], object]) -> float:
    """Run ``work`` and return its CPU seconds, without garbage collection of what earlier tests left."""
    was_on = gc.isenabled()
    gc.disable()
    begun = time.thread_time()
    try:
        work()
        return time.thread_time() - begun
    finally:
        if was_on:
            gc.enable()


def is_below(limit: float, work: Callable[[], object]) -> bool:
    """Return whether ``work`` takes less CPU seconds than this; a first slow run may be the machine's fault."""
    return seconds(work) < limit or seconds(work) < limit


def calls(work: Callable[[], object]) -> int:
    """Run ``work`` and return how many functions it called, of Python and of C: the same on every machine."""
    count = 0

    def counting(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counting)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count
