"""End a process with the one that started it, however that ended: `kill -9` leaves no handler a chance."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Mapping

ASKS = {"NIDANKAI_ENDS_WITH_INPUT": "1"}
"""Settings for a process that ends when its standard input does. Who starts it holds the other end, and nobody else."""
PAUSE_SECONDS = 0.2
"""A signal of the process that started this one comes first: it lets go of the input too."""
PATIENCE_SECONDS = 1.5
"""After so long, a process that serves no longer waits for what is under way."""


def end_with_input(end: Callable[[], object], environ: Mapping[str, str] = os.environ) -> None:
    """Call `end` in a thread once the standard input ends, if the process that started this one asks for it."""
    if ASKS.items() <= environ.items():
        threading.Thread(target=_read, args=(end,), name="input", daemon=True).start()


def end_with_parent() -> None:
    """End this process when the one that watches over it is gone. Do nothing in a process without one."""
    import multiprocessing  # late: `nidankai run` only needs the other half

    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent.join,), name="parent", daemon=True).start()


def _read(end: Callable[[], object]) -> None:
    while os.read(0, 1024):  # by its number: a process that is forked meanwhile closes Python's file
        pass
    time.sleep(PAUSE_SECONDS)
    end()


def _follow(wait: Callable[[], object]) -> None:
    wait()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE_SECONDS)
    os._exit(1)
