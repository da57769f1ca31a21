"""Follow a page of docs/howto as a reader of another company does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import yaml  # type: ignore[import-untyped]

from tests.check.wheels.conftest import KEPT
from tests.docs.blocks import NOT_RUN, Block, blocks, file_name
from tests.processes import copy_clone, free_ports, run_block, serving
from tools import browser

SERVE = "mocksms serve"
BLOCK_SECONDS = 400
CLONE = "/path/to/nidankai"
"""What the pages call a clone of this repository."""
BROWSER = re.compile(r"((?:npx )?playwright install) chromium")
"""The one command that is not run as written: it downloads a browser. This machine's takes its place."""


class Outsider:
    """A reader with a fresh environment and an empty folder. Ports are free ones.

    `pip install nidankai` finds the built wheel. The phone of a page keeps running for the blocks that follow.
    """

    def __init__(self, folder: Path, wheel: Path, **variables: str) -> None:
        self.folder = folder / "project"
        self.folder.mkdir()
        self.transcript = ""
        self._clone = folder / "nidankai"
        self._environment = folder / "environment"
        subprocess.run([sys.executable, "-m", "venv", str(self._environment)], check=True)
        app, phone, smtp = map(str, free_ports(3))
        self._written = {"8000": app, "8001": phone, "8025": smtp, CLONE: str(self._clone)}
        self._places = re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, self._written))})\b")
        kept = {name: value for name, value in os.environ.items() if KEPT.fullmatch(name)}
        self._variables = {
            **kept,
            "PATH": f"{self._environment / 'bin'}{os.pathsep}{kept['PATH']}",
            "PIP_FIND_LINKS": " ".join(filter(None, [str(wheel.parent), os.environ.get("PIP_FIND_LINKS")])),
            "PIP_QUIET": "2",
            "CYPRESS_INSTALL_BINARY": "0",  # its npm package would download the program
            "PLAYWRIGHT_BROWSERS_PATH": str(folder / "browsers"),
            "SE_OFFLINE": "true",
            "XDG_DATA_HOME": str(folder / "data"),
            "MOCKSMS_PORT": phone,
            "MOCKSMS_SMTP_PORT": smtp,
            **variables,
        }
        self._phone = f"http://127.0.0.1:{phone}"
        self._running = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: Any) -> None:
        self._running.__exit__(*raised)

    def follow(self, page: str) -> str:
        """Run the blocks of a page in order; return what a terminal would show."""
        for block in blocks(page):
            if block.language == "sh" and file_name(block) is None:
                self._run(self._ours(block.text), str(block))
            elif block.language not in NOT_RUN:
                self._write(block)
        return self.transcript

    def _ours(self, text: str) -> str:
        """Return a block with this reader's ports and clone."""
        text = self._places.sub(lambda found: self._written[found[0]], text)
        if str(self._clone) in text and not self._clone.exists():
            copy_clone(self._clone)
        return text

    def _write(self, block: Block) -> None:
        """Write the file that a block is. Run the steps of a workflow."""
        name = file_name(block)
        assert name is not None, f"{block} does not begin with the name of its file"
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self._ours(block.text))
        if name.startswith(".github/workflows/"):
            for step in workflow_steps(path.read_text()):
                self._run(step, str(block))

    def _run(self, text: str, origin: str) -> None:
        self.transcript += "".join(f"$ {line}\n" for line in text.splitlines())
        if text.strip() == SERVE:
            self._serve()
            return
        self._shell(BROWSER.sub(r"\1 --dry-run chromium > browsers.txt", text), origin)
        if BROWSER.search(text):
            _use_own_browser((self.folder / "browsers.txt").read_text())

    def _shell(self, text: str, origin: str) -> None:
        done = run_block(text, self.folder, self._variables, BLOCK_SECONDS, subprocess.STDOUT)
        self.transcript += done.stdout
        assert done.returncode == 0, f"{origin} ended with {done.returncode}:\n{self.transcript[-6000:]}"

    def _serve(self) -> None:
        command = [str(self._environment / "bin" / "mocksms"), "serve"]
        self._running.enter_context(serving(command, [self._phone], self.folder, self._variables))


def workflow_steps(text: str) -> list[str]:
    """Return the commands of a workflow: `run` of each step of its jobs."""
    jobs: Mapping[str, Mapping[str, list[Mapping[str, str]]]] = yaml.safe_load(text)["jobs"]
    steps = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    assert steps, "a workflow without a step"
    return steps


def _use_own_browser(listed: str) -> None:
    """Put this machine's Chromium where Playwright would have put its own."""
    for found in re.findall(r"Install location:\s+(\S*chromium\S*)", listed):
        shell = "headless_shell" in found
        names = (
            ("chrome-headless-shell-linux64/chrome-headless-shell",) if shell else ("chrome-linux64/chrome",)
        )
        for name in names:
            program = Path(found, name)
            program.parent.mkdir(parents=True, exist_ok=True)
            flags = " ".join(browser.FLAGS)
            program.write_text(f'#!/bin/sh\nexec {browser.find()} {flags} "$@"\n')
            program.chmod(0o755)
        Path(found, "INSTALLATION_COMPLETE").touch()
