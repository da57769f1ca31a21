"""A new user installs the package and uses it: commands, the main job, their own tests."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from mocksms.testing import run_phone
from tests.check.wheels.conftest import Install, Stranger
from tests.docs.blocks import Block, blocks
from tests.meta.sources import ROOT
from tests.package.stranger import WHOLE
from tests.packaged import Built
from tests.processes import copy_clone
from webapp.home import VERSION

TOKEN = re.compile(r'name="csrf_token" [^>]*?value="([^"]+)"')
PASSWORD = "Mihon-demo-1"


def test_wheels_commands_tell_version_and_help(whole: Stranger) -> None:
    assert whole.run("nidankai", "--version").stdout == f"nidankai {VERSION}\n"
    assert "doctor" in whole.run("nidankai", "--help").stdout
    assert "wait-code" in whole.run("mocksms", "--help").stdout


def test_wheels_hide_nobody_else_s_tests_and_tools(whole: Stranger) -> None:
    for name in ("tests", "tools", "bench", "templates"):
        assert f"No module named '{name}'" in whole.run("python", "-c", f"import {name}").stderr


def test_wheels_sign_in_with_a_code_from_the_phone(whole: Stranger) -> None:
    with (
        whole.serving("nidankai", "phone", at=[whole.phone]),
        whole.serving("nidankai", "site", "--port", str(whole.ports[0]), at=[whole.site]),
    ):
        assert whole.run("nidankai", "doctor").returncode == 0
        page = sign_in(whole)
        assert "太郎" in page
    assert not list(whole.folder.iterdir()), "an installed copy leaves nothing in the current folder"


def sign_in(stranger: Stranger) -> str:
    """Sign in as taro: each form as it is offered, the code by the phone's command. Return the last page."""
    with httpx.Client(base_url=stranger.site, follow_redirects=True, trust_env=False) as browser:
        page = browser.get("/ap/signin")
        for fields in ({"email": "taro@example.com"}, {"password": PASSWORD}):
            page = _send(browser, page, fields)
        code = stranger.run("mocksms", "wait-code", "080-1234-5678").stdout.strip()
        assert re.fullmatch(r"\d{6}", code)
        return _send(browser, page, {"otpCode": code}).text


def _send(browser: httpx.Client, page: httpx.Response, fields: dict[str, str]) -> httpx.Response:
    token = TOKEN.search(page.text)
    assert token is not None and all(f'name="{name}"' in page.text for name in fields), page.text
    answer = browser.post(page.url, data={**fields, "csrf_token": token[1]})
    assert answer.is_success and answer.url != page.url, answer.text
    return answer


def test_wheels_run_both_at_once(whole: Stranger) -> None:
    assert whole.run("nidankai", "reset").returncode == 0, "no code of another test is left"
    with whole.serving("nidankai", "run", at=[whole.site, whole.phone], ends_by=signal.SIGINT):
        assert "太郎" in sign_in(whole)


@pytest.mark.parametrize("block", blocks("README.md", "python"), ids=str)
def test_wheels_run_the_readme_s_tests(whole: Stranger, block: Block) -> None:
    example = whole.folder / "test_example.py"
    example.write_text(block.text)
    done = whole.run("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", example.name)
    example.unlink()
    assert f"{block.text.count('def test_')} passed" in done.stdout, done.stdout + done.stderr


def test_wheels_plugins_work_with_each_pytest(built: Built, install: Install) -> None:
    stranger = install(f"{built.wheel}[phone,site]", "pytest==7.4.*", "pytest-xdist")
    (stranger.folder / "test_it.py").write_text(WHOLE)
    for version in ("7.4", "8", "9"):
        updated = stranger.run("python", "-m", "pip", "install", "--quiet", f"pytest=={version}.*")
        assert updated.returncode == 0, updated.stderr
        # The oldest one itself uses what newer Pythons warn of.
        strict = () if version == "7.4" and sys.version_info >= (3, 12) else ("-W", "error")
        for options in ((), ("-n", "2"), ("-p", "mocksms.pytest_plugin")):
            done = stranger.run("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", *strict, *options)
            assert "6 passed" in done.stdout, f"pytest {version} {options}: {done.stdout}{done.stderr}"


def test_wheels_bare_plugins_load_and_name_the_extra(built: Built, install: Install) -> None:
    stranger = install(str(built.wheel), "pytest")
    test = "def test_nothing(): pass\ndef test_phone(mocksms_phone): pass\ndef test_site(mihon): pass\n"
    (stranger.folder / "test_it.py").write_text(test)
    done = stranger.run("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error")
    assert "1 passed, 2 errors" in done.stdout and "pip install 'nidankai[phone]'" in done.stdout, done.stdout


def test_wheels_bare_are_a_light_client(bare: Stranger) -> None:
    names = bare.run("python", "-m", "pip", "list", "--format=freeze").stdout.split()
    assert len([name for name in names if not name.startswith(("pip=", "setuptools="))]) <= 12, names
    assert bare.run("nidankai", "--version").stdout == f"nidankai {VERSION}\n"
    clients = "from mocksms.client import Phone; from webapp.sandbox.client import Mihon"
    done = bare.run("python", "-c", clients)
    assert done.returncode == 0, done.stderr


def test_wheels_are_built_from_a_repository(tmp_path: Path, install: Install) -> None:
    clone = copy_clone(tmp_path / "nidankai")
    as_somebody = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    for command in (
        ("init", "--quiet"),
        ("add", "--all"),
        (*as_somebody, "commit", "--quiet", "--message=a"),
        ("update-server-info",),
    ):
        subprocess.run(["git", *command], cwd=clone, check=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/nidankai/.git"
        stranger = install(f"nidankai[phone] @ git+{url}")
    finally:
        server.shutdown()
        server.server_close()
    assert "wait-code" in stranger.run("mocksms", "--help").stdout


@pytest.mark.parametrize("command", [("pipx", "run", "--spec"), ("uvx", "--from")], ids=["pipx", "uvx"])
def test_wheels_run_without_an_install(built: Built, install: Install, command: tuple[str, ...]) -> None:
    stranger = install("uv" if command[0] == "uvx" else "pipx")
    done = stranger.run(*command, str(built.wheel), "mocksms", "--help")
    assert "wait-code" in done.stdout, done.stderr


@pytest.mark.parametrize(
    ("command", "extras"),
    [
        (("nidankai", "run"), "site,phone"),
        (("nidankai", "site"), "site"),
        (("nidankai", "phone"), "phone"),
        (("nidankai", "doctor"), "site"),
        (("mocksms", "serve"), "phone"),
    ],
)
def test_wheels_bare_name_the_extra_that_is_missing(
    bare: Stranger, command: tuple[str, ...], extras: str
) -> None:
    done = bare.run(*command)
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1, done.stderr
    assert f"pip install 'nidankai[{extras}]'" in done.stderr


def test_wheels_bare_read_a_phone_that_runs(bare: Stranger, tmp_path: Path) -> None:
    phone = run_phone(str(tmp_path))
    try:
        listed = bare.run("mocksms", "messages", "--url", phone.url)
        assert listed.returncode == 0, listed.stderr
    finally:
        phone.stop()


def test_wheels_use_nothing_that_windows_lacks(tmp_path: Path) -> None:
    """Types differ by system: mypy knows which functions there are."""
    windows = ["--platform", "win32", "--no-warn-unreachable", "--cache-dir", str(tmp_path)]
    command = [sys.executable, "-m", "mypy", *windows, "webapp", "mocksms"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
