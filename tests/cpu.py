"""CPU seconds of this thread for a piece of work, whatever else runs in the process of the tests."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable


def seconds(work: Callable[[], object]) -> float:
    """Run ``work`` and return the CPU seconds it took; what earlier tests left behind is not collected meanwhile."""
    was_on = gc.isenabled()
    gc.disable()
    begun = time.thread_time()
    try:
        work()
        return time.thread_time() - begun
    finally:
        if was_on:
            gc.enable()
