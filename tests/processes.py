"""Programs that a test starts. None outlives the block that started it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from tests.meta.sources import ROOT
from tests.meta.test_files import tracked
from webapp.edge import lifeline

START_SECONDS = 90
STOP_SECONDS = 30


def free_ports(count: int) -> list[int]:
    """Return ports that were free a moment ago."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


def copy_clone(to: Path) -> Path:
    """Copy the files that git tracks into a folder, and return it."""
    for name in tracked(""):
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, to / name)
    return to


def answers(url: str) -> bool:
    """Return whether a site or phone is healthy."""
    try:
        return httpx.get(f"{url}/healthz", trust_env=False).is_success
    except httpx.TransportError:
        return False


@contextmanager
def program(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Start a program in a new session. At the end of the block, kill it and all that it started."""
    quiet = {"stdin": subprocess.DEVNULL, "text": True, "start_new_session": True}
    with subprocess.Popen(command, **{**quiet, **options}) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):  # all of them have ended
                os.killpg(process.pid, signal.SIGKILL)


def run_block(
    text: str, cwd: Path, env: Mapping[str, str], seconds: float, stderr: int = subprocess.PIPE
) -> subprocess.CompletedProcess[str]:
    """Run a shell script, which ends at the first command that fails. Raise TimeoutExpired."""
    with program(
        ["sh", "-e", "-c", text], cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=stderr
    ) as process:
        said, errors = process.communicate(timeout=seconds)
    return subprocess.CompletedProcess(text, process.returncode, said, errors)


@contextmanager
def serving(
    command: Sequence[str],
    at: Sequence[str],
    cwd: Path,
    env: Mapping[str, str],
    ends_by: signal.Signals = signal.SIGTERM,
    ends_with: int | None = 0,
) -> Iterator[None]:
    """Run servers until the block ends, then stop them by a signal; SIGINT goes to all of them, as Ctrl-C does.

    The block starts when they are healthy at their addresses. Ours end with this process, too.
    """
    with (
        tempfile.TemporaryFile("w+") as log,
        program(
            command,
            cwd=cwd,
            env={**env, **lifeline.ASKS},
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        deadline = time.monotonic() + START_SECONDS
        while not all(map(answers, at)):
            assert process.poll() is None and time.monotonic() < deadline, f"{command} did not start"
            time.sleep(0.1)  # there is nothing else to wait for
        yield
        (os.killpg if ends_by == signal.SIGINT else os.kill)(process.pid, ends_by)
        code = process.wait(STOP_SECONDS)
        log.seek(0)
        said = log.read()
        assert code == ends_with or ends_with is None, f"{command} ended with {code}: {said[-3000:]}"
        assert "Traceback" not in said, said[-3000:]
