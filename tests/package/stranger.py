"""Tests as a stranger writes them, run by the plugins' own tests and by those of the built package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.meta.sources import ROOT

PLUGINS = ("-p", "mocksms.pytest_plugin", "-p", "webapp.sandbox.pytest_plugin")

SENDING = """
import asyncio, smtplib, unittest
from email.message import EmailMessage
import pytest

def send(phone, to="me@example.com", code="482913"):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "shop@example.com", phone.mailbox(to), "Your code"
    mail.set_content(f"{code} is your code.")
    with smtplib.SMTP("127.0.0.1", phone.smtp_port) as server:
        server.send_message(mail)
"""
"""What sends a mail with a code into the world of a client."""

WHOLE = (
    SENDING
    + """
@pytest.mark.parametrize("code", ["111222", "333444"])
def test_function(mocksms_phone, code):
    assert mocksms_phone.messages() == []
    send(mocksms_phone, code=code)
    assert mocksms_phone.wait_for_code(mocksms_phone.mailbox("me@example.com")) == code

class TestUnittest(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def _phone(self, mocksms_phone):
        self.phone = mocksms_phone

    def test_method(self):
        assert self.phone.messages() == []
        send(self.phone)
        assert self.phone.wait_for_code(self.phone.mailbox("me@example.com")) == "482913"

async def waits(phone, awaited):
    waiting = asyncio.create_task(awaited.wait_for_code(phone.mailbox("me@example.com")))
    await asyncio.sleep(0)
    send(phone)
    assert await waiting == "482913"

def test_asyncio(mocksms_phone, mocksms_async_phone):
    asyncio.run(waits(mocksms_phone, mocksms_async_phone))

@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_anyio(anyio_backend, mocksms_phone, mocksms_async_phone):
    await waits(mocksms_phone, mocksms_async_phone)

def test_site(mihon, mihon_signed_in, mihon_client_as, mocksms_phone):
    assert "太郎" in mihon_signed_in("taro").get("/account").text
    coded = mihon_client_as("coded")
    assert mocksms_phone.wait_for_code(coded.persona.phone).isdigit()
    assert mihon.world == mocksms_phone.world
"""
)
"""Functions, a class of unittest, asyncio, anyio and the site: six tests."""


class Project:
    """A folder of a stranger's tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, test: str, *options: str, conftest: str = "", smtp_port: int = 0) -> str:
        """Run a file of tests, each warning an error; return what pytest prints."""
        (self.folder / "test_it.py").write_text(test)
        (self.folder / "conftest.py").write_text(conftest)
        (self.folder / "pytest.ini").write_text("[pytest]\n")
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *PLUGINS]
        done = subprocess.run(
            [*command, "-W", "error", *options],
            cwd=self.folder,
            env={
                "PYTHONPATH": str(ROOT),
                "PATH": "/usr/bin:/bin",
                "HOME": str(self.folder),
                "MOCKSMS_SMTP_PORT": str(smtp_port),
            },
            capture_output=True,
            text=True,
        )
        return done.stdout + done.stderr


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return an empty folder."""
    return Project(tmp_path)
