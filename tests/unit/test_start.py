"""What the first page of the site does not need is loaded when it is first used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.meta.sources import ROOT

LATE = {
    "PIL", "asyncio", "concurrent.futures.thread", "cryptography", "ctypes", "email.headerregistry", "httpx",
    "phonenumbers", "pikepdf", "segno", "sqlite_utils", "ua_parser", "webapp.edge.application",
    "webapp.rules.uploads.judges", "webapp.sandbox", "webauthn", "xml.etree.ElementTree", "zxcvbn",
}  # fmt: skip
FIRST_PAGE = f"""
import sys, webapp
app = webapp.create_app(
    {{"instance": sys.argv[1], "secret_key": "x" * 32, "seal_keys": ("00" * 32,)}}
)
assert app.test_client().get("/ap/signin").status_code == 200
print(*sorted({LATE} & sys.modules.keys()))
"""


def test_the_command_starts_without_an_http_client() -> None:
    code = "import sys, webapp.command; print(*({'http.client', 'ssl', 'asyncio'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_a_start_leaves_for_later_what_the_first_page_does_not_need(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FIRST_PAGE, str(tmp_path)]
    for _ in range(2):  # the first start makes the database
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
