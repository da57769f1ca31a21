"""A gate for password hashes: few run at the same time, since each takes much memory."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TypeVar

MAX_AT_ONCE = min(4, os.cpu_count() or 1)
"""More than there are processors would take more memory and no less time."""

Result = TypeVar("Result")
M_MMAP_THRESHOLD, LARGE_BYTES = -3, 4 * 2**20
"""glibc's number of the option, and from which size a block goes back to the system when it is freed."""


class HashGate:
    """Runs hashes in the thread that asks, at most ``at_once`` at a time. Safe across a fork.

    A hash takes 19 MiB: sixteen request threads would need 300 MiB at once. A burst of sign-ins queues instead.
    """

    def __init__(self, at_once: int = MAX_AT_ONCE) -> None:
        self._at_once = at_once
        self._gates: dict[int, threading.BoundedSemaphore] = {}

    def __call__(self, work: Callable[..., Result], *given: str) -> Result:
        """Call ``work`` when there is room. Return what it returns, raise what it raises."""
        pid = os.getpid()  # a fork may copy a gate that is taken
        gate = self._gates.get(pid)
        if gate is None:
            _give_back_large_blocks()
            gate = self._gates.setdefault(pid, threading.BoundedSemaphore(self._at_once))
        with gate:
            return work(*given)


def _give_back_large_blocks() -> None:
    """Have glibc's ``malloc`` return a hash's memory after each hash, for a third to a half more processor time.

    Without this it keeps up to 57 MiB (docs/decisions.md#argon2id-with-owasps-parameters). Other systems have no
    ``mallopt``.
    """
    import ctypes  # late: nothing is hashed at a start

    if os.name == "posix":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt:
            mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
