"""Environments as a new user makes them: the built package and its requirements, outside the clone."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.docs.shell import free_ports
from tests.meta.sources import ROOT
from tests.meta.test_files import tracked
from tests.packaged import Built, built

__all__ = ["built"]

START_SECONDS = 60
KEPT = re.compile(r"PATH|LANG|HOME|SSL_\w+|PIP_\w+|\w+_proxy", re.IGNORECASE)
"""What of this machine's environment a download needs."""


def pytest_xdist_auto_num_workers() -> int:
    """Run in one process, so that each environment is made once."""
    return 1


@dataclass(frozen=True)
class Stranger:
    """A fresh environment, an empty folder, and a user's data folder."""

    environment: Path
    folder: Path
    data: Path
    ports: tuple[int, int, int]

    @property
    def site(self) -> str:
        """Return the address of the site that this user starts."""
        return f"http://localhost:{self.ports[0]}"

    @property
    def phone(self) -> str:
        """Return the address of the phone that this user starts."""
        return f"http://localhost:{self.ports[1]}"

    def variables(self) -> dict[str, str]:
        """Return the environment variables: free ports, a data folder, and no reference to the clone."""
        site, phone, smtp = map(str, self.ports)
        kept = {name: value for name, value in os.environ.items() if KEPT.fullmatch(name)}
        ours = {"SITE_PORT": site, "PHONE_PORT": phone, "SMTP_PORT": smtp}
        apart = {
            "MOCKSMS_PORT": phone,
            "MOCKSMS_SMTP_PORT": smtp,
            "MOCKSMS_URL": self.phone,
            "WEBAPP_SANDBOX": "1",
            "WEBAPP_SITE_URL": self.site,
            "WEBAPP_GATEWAY_URL": self.phone,
            "WEBAPP_SMTP_PORT": smtp,
        }
        return {**kept, **ours, **apart, "XDG_DATA_HOME": str(self.data)}

    def command(self, name: str) -> str:
        """Return the path of a command of this environment."""
        return str(self.environment / "bin" / name)

    def run(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the empty folder until it ends."""
        return subprocess.run(
            [self.command(name), *arguments],
            cwd=self.folder,
            env=self.variables(),
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )

    @contextmanager
    def serving(self, *command: str, at: Sequence[str], ends_by: int = signal.SIGTERM) -> Iterator[None]:
        """Run servers until the block ends, then stop them by a signal: the command returns 0.

        The block starts when they answer at their addresses.
        """
        process = subprocess.Popen(
            [self.command(command[0]), *command[1:]],
            cwd=self.folder,
            env=self.variables(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        try:
            deadline = time.monotonic() + START_SECONDS
            while not all(_answers(address) for address in at):
                assert process.poll() is None and time.monotonic() < deadline, f"{command} did not start"
                time.sleep(0.1)  # there is nothing else to wait for
            yield
            process.send_signal(ends_by)
            assert process.wait(30) == 0
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz", trust_env=False).is_success
    except httpx.TransportError:
        return False


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the clone, so that an editable install leaves nothing in the real one."""
    folder = tmp_path_factory.mktemp("clone")
    for name in tracked(""):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    return folder


Install = Callable[..., Stranger]


@pytest.fixture(scope="session")
def install(tmp_path_factory: pytest.TempPathFactory) -> Install:
    """Return a function that installs into a fresh environment: `install("x.whl[site]", "pytest")`."""

    def into_a_fresh_one(*wanted: str) -> Stranger:
        folder = tmp_path_factory.mktemp("stranger")
        first, second, third = free_ports(3)
        stranger = Stranger(folder / "env", folder / "empty", folder / "data", (first, second, third))
        stranger.folder.mkdir()
        subprocess.run([sys.executable, "-m", "venv", str(stranger.environment)], check=True)
        done = stranger.run("python", "-m", "pip", "install", "--quiet", *wanted)
        assert done.returncode == 0, done.stderr
        return stranger

    return into_a_fresh_one


@pytest.fixture(scope="session", params=["wheel", "sdist", "editable"])
def whole(request: pytest.FixtureRequest, built: Built, copy: Path, install: Install) -> Stranger:
    """Return site and phone, installed from the wheel, the sdist, or the copy of the clone."""
    if request.param == "editable":
        return install("--editable", f"{copy}[phone,site]", "pytest")
    return install(f"{built.wheel if request.param == 'wheel' else built.sdist}[phone,site]", "pytest")


@pytest.fixture(scope="session")
def bare(built: Built, install: Install) -> Stranger:
    """Return the package without any extra."""
    return install(str(built.wheel))
