"""The serving process: granian, its limit of open files, its connections."""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import suppress
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server import MPServer

from . import lifeline

BACKLOG = 1024
OWN_FILES = 256
"""What a process opens beside its connections: databases, sockets of its own, libraries."""
MOST_CONNECTIONS = 16_000
"""More would take more memory than a small machine has."""
HEAD_SECONDS = 30
REFUSED = 2
"""Exit code of a process that a setting keeps from serving. It has said so in one line."""
M_ARENA_MAX, MOST_ARENAS = -8, 2


class _Server(MPServer):
    """Ends with the exit code of a process that serves, when that was refused, and with its input, if asked for."""

    def startup(self, *given: Any) -> None:
        super().startup(*given)  # type: ignore[no-untyped-call]
        # Now: no process is forked while its thread runs. Not by a signal: granian's handler waits for itself when two
        # come at once.
        lifeline.end_with_input(self.signal_handler_interrupt)

    def shutdown(self, exit_code: int = 0) -> None:
        is_refused = any(worker.inner.exitcode == REFUSED for worker in self.wrks)
        super().shutdown(REFUSED if is_refused else exit_code)  # type: ignore[no-untyped-call]


def serve(target: str, host: str, port: int, connections: int, **options: Any) -> None:
    """Serve an edge until SIGINT or SIGTERM. `target` is `module:factory`, `options` are granian's.

    Raise SystemExit, with `REFUSED` where a process that serves has ended with it.
    """
    share_free_memory()
    _Server(
        target,
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_SECONDS * 1000),
        websockets=False,
        backlog=BACKLOG,
        backpressure=connections,
        log_enabled=False,
        **options,
    ).serve()


def share_free_memory() -> None:
    """Let the threads of the processes to come share what they free, where the C library can (glibc).

    By itself it gives each thread an arena, which keeps the largest thing that was in it: 19 MiB for a password.
    """
    os.environ.setdefault("MALLOC_ARENA_MAX", str(MOST_ARENAS))  # for processes that are spawned, not forked
    with suppress(AttributeError, OSError, TypeError):  # another C library, Windows
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, MOST_ARENAS)


def raise_file_limit(needed: int, name: str) -> int:
    """Raise this process's limit of open files for `needed` connections. Return how many connections it may have.

    Log one line when the system does not allow that many.
    """
    if sys.platform == "win32":
        return min(needed, MOST_CONNECTIONS)
    import resource  # there is none on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = sys.maxsize if hard == resource.RLIM_INFINITY else hard
    wanted = MOST_CONNECTIONS + OWN_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):  # macOS has a second, hidden limit
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, allowed), hard))
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    files = wanted if soft == resource.RLIM_INFINITY else min(soft, wanted)
    if files < needed + OWN_FILES:
        print(
            f"{name}: this process may open {files} files, and {needed} connections take {needed + OWN_FILES}:"
            f" raise the limit (ulimit -n {needed + OWN_FILES}).",
            file=sys.stderr,
            flush=True,
        )
    return max(files - OWN_FILES, files // 2)
