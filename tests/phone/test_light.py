"""The client and its command need only httpx, as installed for tests of other apps."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.meta.sources import ROOT

HEAVY = (
    "flask",
    "werkzeug",
    "phonenumbers",
    "sqlite_utils",
    "aiosmtpd",
    "granian",
    "PIL",
    "nh3",
    "defusedxml",
    "pytest",
)
LATE = {
    "mocksms.core.codes.vocabulary", "mocksms.core.codes.languages", "justhtml", "email_validator", "regex", "aiosmtpd",
    "zxingcpp", "granian", "asyncio", "defusedxml", "httpx", "nh3", "xml.etree.ElementTree",
    "mocksms.api.openapi", "mocksms.core.checks.mail", "mocksms.core.mail.charsets", "mocksms.core.mail.structure",
    "mocksms.edge.application", "mocksms.handset.voice",
}  # fmt: skip
BLOCK = f"""
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {HEAVY}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Missing())
"""


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import mocksms.client", ""),
        (
            "from mocksms import cli; cli.main(['messages', '--url', 'http://127.0.0.1:9'])",
            "no phone answers",
        ),
        (
            "from mocksms import cli; cli.main(['wait-code', '09012345678', '--url', 'http://127.0.0.1:9'])",
            "no phone answers",
        ),
    ],
)
def test_client_needs_httpx_alone(code: str, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BLOCK + code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert said in done.stderr and "Traceback" not in done.stderr


def test_a_start_leaves_for_later_what_the_first_page_does_not_need() -> None:
    code = (
        "import sys, tempfile, mocksms\n"
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    app = mocksms.create_app({'INSTANCE': folder})\n"
        "    assert app.test_client().get('/').status_code == 200\n"
        "    app.extensions['mocksms'].close()\n"
        f"print(*sorted({LATE} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_process_that_watches_loads_no_more_than_it_needs() -> None:
    needless = {
        "difflib",
        "email",
        "flask",
        "importlib.metadata",
        "mocksms.edge.application",
        "sqlite3",
        "zipfile",
    }
    code = (
        "import sys, mocksms.server\n"
        "mocksms.server.config.load()\n"
        f"print(*sorted({needless} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
