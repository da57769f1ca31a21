"""The package in clients/js, packed and installed as a stranger would, with a running phone and site."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from mocksms.testing import RunningPhone
from tests.meta.sources import ROOT

PACKAGE = ROOT / "clients" / "js"
NPM = ("--ignore-scripts", "--no-audit", "--no-fund")


def run(folder: Path, *command: str, **environment: str) -> str:
    """Return what a command prints. Fail with its output."""
    ran = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=240, env={**os.environ, **environment}
    )
    assert ran.returncode == 0, (ran.stdout + ran.stderr)[-6000:]
    return ran.stdout


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder where the packed package is installed, with the package's tests."""
    copy, folder = tmp_path_factory.mktemp("package") / "js", tmp_path_factory.mktemp("stranger")
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("node_modules", "types"))
    run(copy, "npm", "ci", *NPM)
    run(copy, "npm", "run", "prepack")
    packed = run(copy, "npm", "pack", "--ignore-scripts", "--silent").strip()
    (folder / "package.json").write_text('{"name": "stranger", "private": true, "type": "module"}')
    run(
        folder,
        "npm",
        "install",
        *NPM,
        str(copy / packed),
        "typescript@5.9.3",
        "@playwright/test@1.65.1",
        "@types/node@18.19.130",
    )
    shutil.copytree(copy / "test", folder / "test")
    return folder


def test_client_works_with_a_running_phone(stranger: Path, phone_server: RunningPhone) -> None:
    files = sorted(path.relative_to(stranger).as_posix() for path in (stranger / "test").glob("*.test.js"))
    told = run(stranger, "node", "--test", *files, MOCKSMS_URL=phone_server.url)
    assert "# fail 0" in told and "# skipped 0" in told and "# pass 0" not in told


def test_types_fit_the_tests(stranger: Path) -> None:
    options = ("--checkJs", "--allowJs", "--strict", "--noEmit", "--skipLibCheck", "--target", "es2022")
    files = sorted(path.relative_to(stranger).as_posix() for path in (stranger / "test").rglob("*.js"))
    run(stranger, "npx", "tsc", *options, "--module", "nodenext", "--types", "node", *files)
