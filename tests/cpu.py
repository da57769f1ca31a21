"""Measure the CPU seconds of this thread for a piece of work, whatever else runs in the test process."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def no_collection() -> Iterator[None]:
    """Put garbage collection off: finalizers of what earlier tests left are no part of the measured work."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def seconds(work: Callable[[], object]) -> float:
    """Run ``work`` and return its CPU seconds."""
    with no_collection():
        begun = time.thread_time()
        work()
        return time.thread_time() - begun


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
    with no_collection():
        sys.setprofile(counting)
        try:
            work()
        finally:
            sys.setprofile(before)
    return count
