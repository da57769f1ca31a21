"""The pytest plugins in a stranger's project: a folder with tests of its own, run by another process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mocksms.testing import RunningPhone
from tests.meta.sources import ROOT
from tests.package.stranger import SENDING, WHOLE

PLUGINS = ("-p", "mocksms.pytest_plugin", "-p", "webapp.sandbox.pytest_plugin")
HEAVY = ("flask", "httpx", "werkzeug", "pyotp", "secrets", "mocksms.app", "mocksms.client", "webapp.app")


class Project:
    """A folder of a stranger's tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, test: str, *options: str, conftest: str = "", strict: bool = True) -> str:
        """Run a file of tests, each warning an error; return what pytest prints."""
        (self.folder / "test_it.py").write_text(test)
        (self.folder / "conftest.py").write_text(conftest)
        (self.folder / "pytest.ini").write_text("[pytest]\n")
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *PLUGINS]
        done = subprocess.run(
            [*command, *(("-W", "error") if strict else ()), *options],
            cwd=self.folder,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(self.folder)},
            capture_output=True,
            text=True,
        )
        return done.stdout + done.stderr


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return an empty folder."""
    return Project(tmp_path)


def test_fixtures_work_in_functions_classes_and_loops(project: Project) -> None:
    told = project.run(
        WHOLE,
        "-n",
        "2",
    )
    assert "6 passed" in told, told


def test_short_names_are_the_same_world(project: Project) -> None:
    told = project.run(
        SENDING
        + """
def test_one_world(phone, mocksms_phone, phone_server, mocksms_server, mihon, mihon_signed_in, signed_in):
    assert phone is mocksms_phone and phone_server is mocksms_server
    assert mihon.world == phone.world
    assert "太郎" in signed_in("taro").get("/account").text
""",
        conftest='pytest_plugins = ["mocksms.testing", "webapp.sandbox.testing"]\n',
    )
    assert "1 passed" in told, told


def test_names_of_a_stranger_win(project: Project) -> None:
    told = project.run(
        "def test_own(phone, mihon, clock, signed_in): assert (phone, mihon, clock, signed_in) == (1, 2, 3, 4)",
        conftest="import pytest\n"
        + "".join(
            f"@pytest.fixture\ndef {name}(): return {value}\n"
            for value, name in enumerate(("phone", "mihon", "clock", "signed_in"), 1)
        ),
    )
    assert "1 passed" in told, told


def test_unused_plugins_load_nothing(project: Project) -> None:
    told = project.run(
        f"import sys\nBEFORE = sorted(sys.modules.keys() & set({HEAVY}))\ndef test_nothing(): assert BEFORE == []\n"
    )
    assert "1 passed" in told, told


def test_running_phone_is_used_and_worlds_are_deleted_or_kept(
    project: Project, phone_server: RunningPhone
) -> None:
    test = "def test_it(mocksms_phone): print('WORLD', mocksms_phone.url, mocksms_phone.world)"
    before = set(phone_server.worlds.names())
    told = project.run(test, "-s", "--mocksms-url", phone_server.url)
    assert "1 passed" in told and f"WORLD {phone_server.url}" in told, told
    assert set(phone_server.worlds.names()) == before
    told = project.run(test, "-s", "--mocksms-url", phone_server.url, "--mocksms-keep-worlds")
    (kept,) = set(phone_server.worlds.names()) - before
    assert f"WORLD {phone_server.url} {kept}" in told, told
    phone_server.worlds.delete(kept)


def test_phone_that_is_not_there_is_one_clear_line(project: Project) -> None:
    told = project.run("def test_it(mocksms_phone): pass", "--mocksms-url", "http://127.0.0.1:9")
    assert "no phone answers at http://127.0.0.1:9" in told and "Traceback" not in told, told


MISSING = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("flask", "werkzeug", "aiosmtpd"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
"""


def test_bare_installation_names_the_extra(project: Project, phone_server: RunningPhone) -> None:
    told = project.run("def test_it(mocksms_phone): pass", conftest=MISSING)
    assert "pip install 'nidankai[phone]'" in told and "--mocksms-url" in told, told
    told = project.run(
        "def test_it(mocksms_phone): assert mocksms_phone.messages() == []\ndef test_site(mihon): pass",
        "--mocksms-url",
        phone_server.url,
        conftest=MISSING,
    )
    assert "1 passed, 1 error" in told and "pip install 'nidankai[site]'" in told, told
