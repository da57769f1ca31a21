"""The built package: wheel and sdist, and the wheel unpacked outside the clone."""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.meta.sources import ROOT


@dataclass(frozen=True)
class Built:
    """The two files of one build."""

    wheel: Path
    sdist: Path


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build the package of this clone, without a network."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return Built(next(folder.glob("*.whl")), next(folder.glob("*.tar.gz")))


@dataclass(frozen=True)
class Installed:
    """The wheel's packages in a folder; the libraries are this environment's."""

    packages: Path
    folder: Path

    def python(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run Python in an empty folder that finds these packages and not the clone."""
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "HOME")}
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env={**kept, "PYTHONPATH": str(self.packages), **environment},
            capture_output=True,
            text=True,
        )


@pytest.fixture(scope="session")
def unpacked(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpack and compile the wheel, as an installer does, once for all tests: they only read it."""
    packages = tmp_path_factory.mktemp("packages")
    zipfile.ZipFile(built.wheel).extractall(packages)
    compileall.compile_dir(packages, quiet=1)
    return packages


@pytest.fixture
def installed(unpacked: Path, tmp_path: Path) -> Installed:
    """Return the unpacked wheel, and an empty folder."""
    folder = tmp_path / "empty"
    folder.mkdir()
    return Installed(unpacked, folder)
