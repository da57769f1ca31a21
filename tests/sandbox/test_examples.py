"""The examples of docs/testers.md, run as they stand; one of them drives a browser."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from mocksms.testing import RunningPhone, phone_server
from tests.meta.sources import ROOT
from webapp.sandbox.testing import Site, mihon_site

__all__ = ["mihon_site", "phone_server"]

EXAMPLES = re.compile(r"```python\n# (\S+\.py)\n(.*?)```", re.DOTALL)
WITH_CHROMIUM = """
import pytest
from playwright.sync_api import sync_playwright

from tools import browser as browsers


@pytest.fixture
def page():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browsers.find(), args=list(browsers.FLAGS))
        yield chromium.new_page()
        chromium.close()
"""


def test_examples_of_the_docs_run_as_they_stand(
    tmp_path: Path, mihon_site: Site, phone_server: RunningPhone
) -> None:
    examples = dict(EXAMPLES.findall((ROOT / "docs" / "testers.md").read_text()))
    assert {"conftest.py", "test_by_client.py", "test_by_browser.py"} < set(examples)
    examples["conftest.py"] += WITH_CHROMIUM
    for name, text in examples.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "SITE_URL": mihon_site.url,
        "PHONE_URL": phone_server.url,
    }
    environment.pop("PYTEST_XDIST_WORKER", None)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", str(tmp_path)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert re.search(r"7 passed", done.stdout), done.stdout
