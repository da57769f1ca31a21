"""Follow a page of docs/howto as a reader of another company does."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

import httpx
import yaml  # type: ignore[import-untyped]

from tests.check.wheels.conftest import KEPT
from tests.docs.blocks import NOT_RUN, Block, blocks, file_name
from tests.docs.shell import free_ports
from tests.meta.sources import ROOT
from tests.meta.test_files import tracked
from tools import browser

SERVE = "mocksms serve"
BLOCK_SECONDS = 400
START_SECONDS = 60
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
        self._serving: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._serving is not None:
            self._serving.terminate()
            assert self._serving.wait(30) == 0

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
        for written, ours in self._written.items():
            text = re.sub(rf"{re.escape(written)}\b", ours, text)
        if str(self._clone) in text and not self._clone.exists():
            for name in tracked(""):
                (self._clone / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, self._clone / name)
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
        process = subprocess.Popen(
            ["sh", "-e", "-c", text],
            cwd=self.folder,
            env=self._variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            printed, _ = process.communicate(timeout=BLOCK_SECONDS)
        finally:
            _end_group(process.pid)
            process.wait()
        self.transcript += printed
        assert process.returncode == 0, (
            f"{origin} ended with {process.returncode}:\n{self.transcript[-6000:]}"
        )

    def _serve(self) -> None:
        self._serving = subprocess.Popen(
            [str(self._environment / "bin" / "mocksms"), "serve"],
            cwd=self.folder,
            env=self._variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_SECONDS
        while not _answers(self._phone):
            assert self._serving.poll() is None and time.monotonic() < deadline, f"{SERVE} did not start"
            time.sleep(0.1)  # there is nothing else to wait for


def workflow_steps(text: str) -> list[str]:
    """Return the commands of a workflow: `run` of each step of its jobs."""
    jobs: Mapping[str, Mapping[str, list[Mapping[str, str]]]] = yaml.safe_load(text)["jobs"]
    steps = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    assert steps, "a workflow without a step"
    return steps


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz", trust_env=False).is_success
    except httpx.TransportError:
        return False


def _end_group(leader: int) -> None:
    with suppress(ProcessLookupError):  # all of them have ended
        os.killpg(leader, signal.SIGKILL)


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
