"""The tests of clients/js pass for a stranger who installed it, with a running phone."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from mocksms.testing import RunningPhone
from tests.check.node.stranger import run, stranger
from tests.meta.sources import ROOT

__all__ = ["stranger"]


def test_client_works_with_a_running_phone(stranger: Path, phone_server: RunningPhone) -> None:
    files = sorted(path.relative_to(stranger).as_posix() for path in (stranger / "test").glob("*.test.js"))
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    command = f"{sys.executable} -m mocksms serve"
    told = run(
        stranger,
        *("node", "--test", "--test-reporter=tap", *files),
        MOCKSMS_URL=phone_server.url,
        PHONE_COMMAND=command,
        PYTHONPATH=path,
    )
    assert len(files) == 3 and "# fail 0" in told and "# skipped 0" in told and "# pass 18" in told, told


def test_types_fit_the_tests(stranger: Path) -> None:
    options = ("--checkJs", "--allowJs", "--strict", "--noEmit", "--skipLibCheck", "--target", "es2022")
    files = sorted(path.relative_to(stranger).as_posix() for path in (stranger / "test").rglob("*.js"))
    run(stranger, "npx", "tsc", *options, "--module", "nodenext", "--types", "node", *files)
