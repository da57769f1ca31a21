"""A third-party app: Django Two-Factor signs in by SMS and by call (docs/howto/django-two-factor-auth.md)."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from mocksms.testing import Phone

ROOT = Path(__file__).resolve().parents[2]
ME = "090-1234-5678"


@contextmanager
def django_site(phone: Phone, method: str, folder: Path) -> Iterator[httpx.Client]:
    """The Django site in a process of its own, and a browser on it."""
    environment = {
        **os.environ,
        "PHONE_URL": phone.url,
        "PHONE_ACCOUNT": phone.account_sid,
        "DJANGO_DATABASE": str(folder / "django.db"),
    }
    command = [sys.executable, "-W", "ignore", "-m", "tests.phone.django_site", method]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        port = int(process.stdout.readline())
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", follow_redirects=True, timeout=60) as browser:
            yield browser
    finally:
        process.kill()
        process.communicate()


def send(browser: httpx.Client, page: httpx.Response, **fields: str) -> httpx.Response:
    """Sends the form of a page: its hidden fields and ours."""
    hidden = {
        match[1]: match[2]
        for match in re.finditer(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
    }
    names = {name.replace("__", "-"): value for name, value in fields.items()}
    return browser.post("/account/login/", data={**hidden, **names}, headers={"Referer": str(page.url)})


def password_given(browser: httpx.Client) -> httpx.Response:
    page = browser.get("/account/login/")
    answer = send(
        browser, page, login_view__current_step="auth", auth__username="taro", auth__password="Mihon-demo-1"
    )
    assert "token-otp_token" in answer.text, answer.text
    return answer


def test_its_sms_signs_in(phone: Phone, tmp_path: Path) -> None:
    with django_site(phone, "sms", tmp_path) as browser:
        page = password_given(browser)
        code = phone.wait_for_code(ME)
        done = send(browser, page, login_view__current_step="token", token__otp_token=code)
        assert done.text == "taro verified=True"


def test_its_call_asks_for_a_key_and_speaks_the_code(phone: Phone, tmp_path: Path) -> None:
    with django_site(phone, "call", tmp_path) as browser:
        page = password_given(browser)
        call = phone.call(ME).answer()
        assert "Press any key" in phone.wait(q="press", channel="call").body
        assert phone.code(ME) is None
        call.digits("1")
        done = send(browser, page, login_view__current_step="token", token__otp_token=phone.wait_for_code(ME))
        assert done.text == "taro verified=True"
        assert call.hangup().status == "completed"
