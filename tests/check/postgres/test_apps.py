"""The apps' own tests, with PostgreSQL below both apps."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.engines import ENGINE
from tests.postgres_fixtures import postgres  # noqa: F401

PARTS = ("flows", "handset", "phone", "sandbox", "security")
WITHOUT_STORAGE = ("documents", "linear_time", "oathtool", "pdf", "pictures", "word_documents")
"""What of the security tests knows no database."""


@pytest.mark.parametrize("part", PARTS)
def test_apps_pass_their_tests_on_postgresql(part: str, postgres: str) -> None:  # noqa: F811
    env = {**os.environ, ENGINE: "postgres", "POSTGRES_URL": postgres}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"tests/{part}"]
    command += [f"--ignore=tests/security/test_{name}.py" for name in WITHOUT_STORAGE]
    ran = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-3000:]
    assert re.search(r"\d{2,} passed", ran.stdout)
