"""Run the shell blocks of a page in order, as a reader with a clone does."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, Self

import httpx

from tests.docs.blocks import Block
from tests.meta.sources import ROOT
from tests.meta.test_files import tracked
from webapp.run import PORTS

START_SECONDS = 90
BLOCK_SECONDS = 120
"""How long a block may take: one that starts a server by another command than SERVERS has would never end."""


def free_ports(count: int) -> list[int]:
    """Return ports that were free a moment ago."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


SERVERS = {"make run": ("SITE_PORT", "PHONE_PORT"), "python -m mocksms serve": ("PHONE_PORT",)}
"""Blocks that start servers, and the ports at which these answer once they are up."""


class Reader:
    """A reader with a separate clone. Ports are free ones; everything else in a block runs as written.

    A server keeps running for the following blocks. curl fails on an error answer.
    """

    def __init__(self, folder: Path) -> None:
        self.clone = folder / "nidankai"
        for name in tracked(""):
            target = self.clone / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
        (self.clone / ".venv").symlink_to(sys.prefix)  # the packages were downloaded once
        self._ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        self._addresses = {
            f"localhost:{default}": f"localhost:{self._ports[name]}" for name, default in PORTS.items()
        }
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("MAKE", "MFLAGS", "WEBAPP_", "MOCKSMS_", "PYTEST_"))
        }
        self._environment = {
            **kept,
            **{name: str(port) for name, port in self._ports.items()},
            "MOCKSMS_PORT": str(self._ports["PHONE_PORT"]),
            "MOCKSMS_SMTP_PORT": str(self._ports["SMTP_PORT"]),
            "PATH": os.pathsep.join([_failing_curl(folder), str(self.clone / ".venv" / "bin"), kept["PATH"]]),
            "ARGS": "tests/unit/test_digits.py -n 0 -p no:cacheprovider",  # `make test` inside of a test
        }
        self._running: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._running is not None:
            os.killpg(self._running.pid, signal.SIGINT)  # Ctrl-C in the terminal
            self._running.wait(30)
            assert "Traceback" not in self._rest.text()

    def url(self, port: str) -> str:
        """Return the address of a server by the name of its port."""
        return f"http://localhost:{self._ports[port]}"

    def run(self, block: Block) -> str:
        """Run a block. Return what it printed."""
        return self.run_text(block.text, str(block))

    def run_text(self, text: str, origin: str = "") -> str:
        """Run a shell script like a block."""
        if text.strip() in SERVERS:
            return self._serve(text.strip())
        for written, ours in self._addresses.items():
            text = text.replace(written, ours)
        process = subprocess.Popen(
            ["sh", "-e", "-c", text],
            cwd=self.clone,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            said, errors = process.communicate(timeout=BLOCK_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # the shell and what it started
            raise
        assert process.returncode == 0, f"{origin}: {said}{errors}"
        return said

    def _serve(self, command: str) -> str:
        self._running = process = subprocess.Popen(
            command.split(),
            cwd=self.clone,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        assert process.stdout is not None
        self._rest = _Rest(process.stdout)
        deadline = time.monotonic() + START_SECONDS
        while not all(_answers(self._ports[name]) for name in SERVERS[command]):
            assert process.poll() is None and time.monotonic() < deadline, f"{command} did not start"
            time.sleep(0.1)  # there is nothing else to wait for
        return ""


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).is_success
    except httpx.TransportError:
        return False


class _Rest(threading.Thread):
    """Keep reading, so that the program never waits for its reader."""

    def __init__(self, stream: IO[str]) -> None:
        super().__init__(daemon=True)
        self._stream, self._read = stream, ""
        self.start()

    def run(self) -> None:
        self._read = self._stream.read()

    def text(self) -> str:
        """Return what was printed until the end."""
        self.join(30)
        return self._read


def _failing_curl(folder: Path) -> str:
    """Return a folder with a curl that fails on an error answer."""
    real = shutil.which("curl")
    shim = folder / "bin" / "curl"
    shim.parent.mkdir(parents=True)
    shim.write_text(f'#!/bin/sh\nexec {real} --silent --show-error --fail-with-body "$@"\n')
    shim.chmod(0o755)
    return str(shim.parent)
