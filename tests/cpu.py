"""Measure the CPU seconds of this thread for a piece of work, whatever else runs in the test process."""

from __future__ import annotations

import gc
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
