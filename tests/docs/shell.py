"""Run the shell blocks of a page in order, as a reader with a clone does."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from tests.docs.blocks import Block
from tests.meta.sources import APPS, ROOT
from tests.processes import copy_clone, free_ports, run_block, serving
from webapp.run import PORTS

BLOCK_SECONDS = 120
"""How long a block may take: one that starts a server by another command than SERVERS has would never end."""


def _copy_compiled(clone: Path) -> None:
    """Copy the apps' compiled modules: each of a page's many processes would compile them again."""
    for folder in (each for app in APPS for each in (ROOT / app).rglob("__pycache__")):
        shutil.copytree(folder, clone / folder.relative_to(ROOT))


SERVERS = {"make run": ("SITE_PORT", "PHONE_PORT"), "python -m mocksms serve": ("PHONE_PORT",)}
"""Blocks that start servers, and the ports at which these answer once they are up."""


class Reader:
    """A reader with a separate clone. Ports are free ones; everything else in a block runs as written.

    A server keeps running for the following blocks. curl fails on an error answer.
    """

    def __init__(self, folder: Path) -> None:
        self.clone = folder / "nidankai"
        copy_clone(self.clone)
        _copy_compiled(self.clone)
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
        self._running = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: Any) -> None:
        self._running.__exit__(*raised)  # Ctrl-C in the terminal

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
        done = run_block(text, self.clone, self._environment, BLOCK_SECONDS)
        assert done.returncode == 0, f"{origin}: {done.stdout}{done.stderr}"
        return done.stdout

    def _serve(self, command: str) -> str:
        at = [f"http://127.0.0.1:{self._ports[name]}" for name in SERVERS[command]]
        self._running.enter_context(
            serving(command.split(), at, self.clone, self._environment, signal.SIGINT, None)
        )
        return ""


def _failing_curl(folder: Path) -> str:
    """Return a folder with a curl that fails on an error answer."""
    real = shutil.which("curl")
    shim = folder / "bin" / "curl"
    shim.parent.mkdir(parents=True)
    shim.write_text(f'#!/bin/sh\nexec {real} --silent --show-error --fail-with-body "$@"\n')
    shim.chmod(0o755)
    return str(shim.parent)
