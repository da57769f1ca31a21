"""The threads that hash passwords: few, since each takes much memory."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

MAX_AT_ONCE = min(4, os.cpu_count() or 1)
"""More than there are processors would take more memory and no less time."""

Result = TypeVar("Result")
M_MMAP_THRESHOLD, LARGE_BYTES = -3, 4 * 2**20
"""glibc's number of the option, and from which size a block goes back to the system when it is freed."""


class HashThreads:
    """Runs hashes in at most ``at_once`` threads. Safe to share between threads, and across a fork.

    A hash takes 19 MiB: sixteen request threads would need 300 MiB at once. A burst of sign-ins queues instead.
    """

    def __init__(self, at_once: int = MAX_AT_ONCE) -> None:
        self._at_once = at_once
        self._pools: dict[int, ThreadPoolExecutor] = {}

    def __call__(self, work: Callable[..., Result], *given: str) -> Result:
        """Call ``work`` in one of the threads. Return what it returns, raise what it raises."""
        pid = os.getpid()  # a fork copies no threads
        pool = self._pools.get(pid)
        if pool is None:
            from concurrent.futures import ThreadPoolExecutor  # late, as ctypes: nothing is hashed at a start

            _give_back_large_blocks()
            # Of several made at once, one is kept. Those that lose have not started a thread. No lock: a fork may copy
            # one that is held.
            pool = self._pools.setdefault(pid, ThreadPoolExecutor(self._at_once, "argon2"))
        return pool.submit(work, *given).result()


def _give_back_large_blocks() -> None:
    """Have glibc's ``malloc`` return a hash's memory after each hash, which costs no time.

    Without this it keeps that memory for each thread that ever hashed. Other systems have no ``mallopt``.
    """
    import ctypes  # late, see above

    if os.name == "posix":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt:
            mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
