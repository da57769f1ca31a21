"""The provider of docs/contributing.md, installed as a package, from its app to the handset."""

from __future__ import annotations

import hashlib
import hmac
import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from mocksms import config, create_app
from mocksms.testing import Phone, RunningPhone, run_phone
from tests.meta.sources import ROOT
from tests.phone.listener import listening

ME, KEY = "+819012345678", "a key"
LONGEST = 60


@pytest.fixture
def source() -> str:
    """The code under the heading."""
    section = (ROOT / "docs" / "contributing.md").read_text().partition("## How to add a provider")[2]
    found = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def installed(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package on the path, with what an installer writes beside it."""
    metadata = tmp_path / "site" / "pigeon-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: pigeon\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[mocksms.providers]\npigeon = pigeon:Pigeon\n")
    (tmp_path / "site" / "pigeon.py").write_text(source)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    importlib.invalidate_caches()
    yield
    sys.modules.pop("pigeon", None)


@pytest.fixture
def running(installed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningPhone]:
    monkeypatch.setenv("MOCKSMS_PIGEON_KEY", KEY)
    phone = run_phone(str(tmp_path / "instance"))
    yield phone
    phone.stop()


@pytest.fixture
def phone(running: RunningPhone) -> Iterator[Phone]:
    with running.client() as client:
        yield client


def send(phone: Phone, key: str = KEY, headers: dict[str, str] | None = None, **form: str) -> Any:
    return httpx.post(
        f"{phone.url}/pigeon/texts", data={"to": ME, "text": "Your code is 482913.", **form},
        headers={"Pigeon-Key": key, **(headers or {})},
    )  # fmt: skip


def test_own_provider_is_short(source: str) -> None:
    lines = [line for line in source.splitlines() if line.strip()]
    assert len(lines) < LONGEST, "a provider of its own takes under 60 lines"


def test_own_provider_writes_its_path_once(source: str) -> None:
    assert source.count('"/pigeon') == 1, (
        "tests/meta/test_phone_paths.py refuses a second one in this repository"
    )


def test_own_provider_is_walked_to_the_handset_and_its_code(phone: Phone) -> None:
    assert send(phone).status_code == 202
    assert phone.code(ME) == "482913"
    assert httpx.get(f"{phone.url}/api/v1/code", params={"to": ME}).text == "482913"
    page = httpx.get(f"{phone.url}/handsets/{ME}/messages/Pigeon", params={"lang": "en"})
    assert page.status_code == 200 and "Your code is 482913." in page.text
    assert phone.sms(ME).wire == "pigeon"


def test_own_provider_answers_errors_in_its_form(phone: Phone) -> None:
    for answer, expected in (
        (send(phone, key="another"), (401, "bad_key")),
        (send(phone, to="12"), (400, "bad_number")),
        (httpx.post(f"{phone.url}/pigeon/nowhere", headers={"Pigeon-Key": KEY}), (404, "Not Found")),
    ):
        assert (answer.status_code, answer.json()) == (expected[0], {"error": expected[1]})


def test_own_provider_meets_faults_and_stops(phone: Phone) -> None:
    phone.faults.add("reject", times=1)
    assert (send(phone).status_code, send(phone).status_code) == (422, 202)
    phone.faults.add("http_status", times=1, status=502)
    assert send(phone).status_code == 502
    phone.reply(ME, "Pigeon", "STOP")
    assert send(phone).json() == {"error": "stopped"}


def test_own_provider_chooses_a_world(phone: Phone, running: RunningPhone) -> None:
    with running.client("loft") as other:
        other.send("PUT", "/api/v1/worlds/loft")
        assert send(phone, headers={"Pigeon-Nest": "loft"}).status_code == 202
        assert send(phone, headers={"X-World": "loft", "Pigeon-Nest": "nowhere"}).status_code == 202
        assert (len(other.messages()), len(phone.messages())) == (2, 0)


def test_own_provider_sends_receipts_signed(phone: Phone) -> None:
    with listening() as app:
        sid = send(phone, callback=f"{app.url}/receipts").json()["id"]
        for status in ("sending", "sent", "delivered"):
            path, fields, headers = app.next()
            assert (path, fields) == ("/receipts", {"id": sid, "is": status})
            signed = hmac.new(KEY.encode(), urlencode(fields).encode(), hashlib.sha256).hexdigest()
            assert headers["Pigeon-Signature"] == signed


def test_own_provider_hands_over_typed_texts(installed: None, tmp_path: Path) -> None:
    with listening() as app:
        app.body = "You wrote to us."
        running = run_phone(str(tmp_path / "instance"), INBOUND_URL=f"{app.url}/texts", PIGEON_KEY=KEY)
        with running.client() as phone:
            send(phone)
            phone.reply(ME, "Pigeon", "Hello")
            assert app.next()[:2] == ("/texts", {"from": ME, "text": "Hello"})
            assert phone.wait(to=ME, q="wrote").wire == "pigeon"
        running.stop()


def test_own_provider_settings_are_checked(installed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCKSMS_PIGEON_KEI", KEY)
    with pytest.raises(config.SettingError, match="MOCKSMS_PIGEON_KEI"):
        create_app({})
