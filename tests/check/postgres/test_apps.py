"""The apps' own tests, with PostgreSQL below both apps."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.engines import ENGINE
from tests.postgres_fixtures import postgres  # noqa: F401


@pytest.mark.parametrize("folder", ["flows", "handset", "phone"])
def test_apps_pass_their_tests_on_postgresql(folder: str, postgres: str) -> None:  # noqa: F811
    env = {**os.environ, ENGINE: "postgres", "POSTGRES_URL": postgres}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"tests/{folder}"]
    ran = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-3000:]
    assert re.search(r"\d{2,} passed", ran.stdout)
