"""Site or phone as `make run` serves them, in a process of its own, for tests that speak to it by its sockets."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from mocksms.edge import lifeline
from mocksms.testing import Phone

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Served:
    """A server in a process of its own; `process` is the one that answers."""

    url: str
    port: int
    smtp_port: int
    process: int
    log: Path

    def client(self, world: str = "default") -> Phone:
        """Return a client of one of its worlds."""
        return Phone(self.url, world, self.smtp_port)

    def sockets(self) -> int:
        """Return how many sockets it has open."""
        folder, found = Path(f"/proc/{self.process}/fd"), 0
        for each in folder.iterdir():
            with suppress(OSError):  # closed meanwhile
                found += str(each.readlink()).startswith("socket:")
        return found

    def threads(self) -> int:
        """Return how many threads it has."""
        return sum(1 for _ in Path(f"/proc/{self.process}/task").iterdir())

    def memory(self) -> int:
        """Return the bytes of memory that it shares with no other process."""
        return own_bytes(self.process)

    def goes_up_to(self, sockets: int, seconds: float) -> bool:
        """Return whether it has as many open sockets within some seconds."""
        until = time.monotonic() + seconds
        while self.sockets() < sockets:
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        return True

    def comes_down_to(self, sockets: int, seconds: float) -> bool:
        """Return whether it has as few open sockets within some seconds."""
        until = time.monotonic() + seconds
        while self.sockets() > sockets:
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        return True


def own_bytes(process: int) -> int:
    """Return the bytes of memory that a process shares with no other."""
    lines = map(str.split, Path(f"/proc/{process}/smaps_rollup").read_text().splitlines())
    return 1024 * sum(int(line[1]) for line in lines if line[0].startswith("Private_"))


def free_port() -> int:
    """Return a port of the loopback that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def open_files(count: int) -> Iterator[None]:
    """Let this process open as many files, if the system allows it."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, before[1]), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@contextmanager
def serving(
    folder: Path, *command: str, settings: Mapping[str, str] | None = None, limit: str = ""
) -> Iterator[Served]:
    """Serve the phone, or what `command` starts (it reads the same port), until the end of the block.

    `limit` are options of `ulimit` that it starts with. It ends with this process, too.
    """
    port, smtp_port = free_port(), free_port()
    environment = {
        **os.environ,
        **lifeline.ASKS,
        "MOCKSMS_INSTANCE": str(folder),
        "MOCKSMS_PORT": str(port),
        "MOCKSMS_SMTP_PORT": str(smtp_port),
        **(settings or {}),
    }
    started = [sys.executable, "-m", *(command or ("mocksms", "serve"))]
    if limit:
        started = ["sh", "-c", f'ulimit {limit}; exec "$@"', "sh", *started]
    log = folder / "server.log"
    with (
        log.open("w") as written,
        subprocess.Popen(
            [part.replace("PORT", str(port)) for part in started],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stderr=written,
        ) as process,
    ):
        try:
            _wait_until_up(f"http://127.0.0.1:{port}/healthz", process, log)
            found = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True)
            working = max(int(pid) for pid in found.stdout.split())
            yield Served(f"http://127.0.0.1:{port}", port, smtp_port, working, log)
        finally:
            process.terminate()
            process.wait(30)


def _wait_until_up(health: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        try:
            assert httpx.get(health, timeout=30).status_code == 200
            return
        except httpx.TransportError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.05)
    raise AssertionError(log.read_text())
