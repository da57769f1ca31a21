"""End a process with the one that started it, however that ended: `kill -9` leaves no handler a chance."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

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
        threading.Thread(target=_follow, args=(_waiting(parent),), name="parent", daemon=True).start()


def _read(end: Callable[[], object]) -> None:
    while os.read(0, 1024):  # by its number: a process that is forked meanwhile closes Python's file
        pass
    time.sleep(PAUSE_SECONDS)
    end()


def _waiting(parent: BaseProcess) -> Callable[[], object]:
    """Return what waits for the end of this process's parent.

    `join` waits for the end of a pipe, which all processes that were forked later hold too: they would end one after
    the other.
    """
    if sys.platform == "linux":
        with suppress(OSError):  # an old kernel, or the parent is gone
            handle = os.pidfd_open(os.getppid())
            if os.getppid() == parent.pid:  # else the handle may be of another process
                return partial(select.select, [handle], [], [])
    return parent.join


def _follow(wait: Callable[[], object]) -> None:
    wait()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE_SECONDS)
    os._exit(1)
