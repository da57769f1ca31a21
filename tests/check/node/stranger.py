"""The package in clients/js, packed and installed as a stranger would."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.meta.sources import ROOT

PACKAGE = ROOT / "clients" / "js"
NPM = ("--ignore-scripts", "--no-audit", "--no-fund")


def run(folder: Path, *command: str, returncode: int = 0, **environment: str) -> str:
    """Return what a command prints. Fail with its output when it ends otherwise."""
    ran = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=240, env={**os.environ, **environment}
    )
    assert ran.returncode == returncode, (ran.stdout + ran.stderr)[-6000:]
    return ran.stdout


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder where the packed package is installed, with the package's tests."""
    copy, folder = tmp_path_factory.mktemp("package") / "js", tmp_path_factory.mktemp("stranger")
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("node_modules", "types", "test-results"))
    run(copy, "npm", "ci", *NPM)
    run(copy, "npm", "run", "prepack")
    packed = run(copy, "npm", "pack", "--ignore-scripts", "--silent").strip()
    (folder / "package.json").write_text('{"name": "stranger", "private": true, "type": "module"}')
    tools = json.loads((PACKAGE / "package.json").read_text())["devDependencies"]
    run(folder, "npm", "install", *NPM, str(copy / packed), *(f"{name}@{at}" for name, at in tools.items()))
    shutil.copytree(copy / "test", folder / "test")
    return folder
