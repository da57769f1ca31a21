"""The install script makes a copy that serves, in a fresh environment with an empty home."""

from __future__ import annotations

import getpass
import subprocess
import sys
from pathlib import Path

import pytest

from tests.check.wheels.conftest import Stranger
from tests.processes import free_ports


@pytest.fixture
def installed(copy: Path, tmp_path: Path) -> Stranger:
    """Run the script twice, as for an update. Return the copy."""
    first, second, third = free_ports(3)
    stranger = Stranger(tmp_path / "opt", tmp_path / "empty", tmp_path / "data", (first, second, third))
    stranger.folder.mkdir()
    (tmp_path / "home").mkdir()
    own = {
        "PREFIX": str(stranger.environment),
        "DATA": str(stranger.data),
        "OWNER": getpass.getuser(),
        "PYTHON": getattr(sys, "_base_executable", sys.executable),
        "HOME": str(tmp_path / "home"),
    }
    for _ in range(2):
        done = subprocess.run(
            ["/bin/sh", str(copy / "deploy" / "install.sh")],
            cwd=stranger.folder,
            env={**stranger.variables(), **own},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("nidankai ")
        (stranger.data / "kept").touch()
    return stranger


def test_wheels_install_script_makes_a_copy_that_serves(installed: Stranger) -> None:
    assert installed.data.stat().st_mode & 0o777 == 0o700 and (installed.data / "kept").exists()
    _, phone, smtp = map(str, installed.ports)
    with (
        installed.serving("nidankai", "phone", "--port", phone, "--smtp-port", smtp, at=[installed.phone]),
        installed.serving("nidankai", "site", "--port", str(installed.ports[0]), at=[installed.site]),
    ):
        told = installed.run("nidankai", "doctor")
        assert told.returncode == 0, told.stdout + told.stderr
