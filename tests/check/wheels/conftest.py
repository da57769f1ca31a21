"""Environments as a new user makes them: the built package and its requirements, outside the clone."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.packaged import Built, built
from tests.processes import copy_clone, free_ports, serving

__all__ = ["built"]

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
        ours |= {"XDG_DATA_HOME": str(self.data), "PIPX_HOME": str(self.data), "UV_CACHE_DIR": str(self.data)}
        return {**kept, **ours, **apart}

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

    def serving(
        self, *command: str, at: Sequence[str], ends_by: signal.Signals = signal.SIGTERM
    ) -> AbstractContextManager[None]:
        """Run servers until the block ends, then stop them by a signal: the command returns 0."""
        whole = [self.command(command[0]), *command[1:]]
        return serving(whole, at, self.folder, self.variables(), ends_by)


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the clone, so that an editable install leaves nothing in the real one."""
    return copy_clone(tmp_path_factory.mktemp("clone"))


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
