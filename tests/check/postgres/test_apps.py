"""The apps' own tests, with PostgreSQL below both apps."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.engines import ENGINE
from tests.postgres_fixtures import postgres  # noqa: F401

RACES = (
    "bursts", "crashes", "crowd", "outbox", "random_walks", "recipients", "sign_in_races", "storage_failures",
    "two_tabs",
)  # fmt: skip
PARTS = {
    **{folder: [f"tests/{folder}"] for folder in ("flows", "handset", "phone", "sandbox")},
    "security": [f"tests/security/test_{name}.py" for name in RACES],
}
"""What runs on PostgreSQL: of the security tests those of races, crashes and failures."""


@pytest.mark.parametrize("part", PARTS)
def test_apps_pass_their_tests_on_postgresql(part: str, postgres: str) -> None:  # noqa: F811
    env = {**os.environ, ENGINE: "postgres", "POSTGRES_URL": postgres}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *PARTS[part]]
    ran = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-3000:]
    assert re.search(r"\d{2,} passed", ran.stdout)
