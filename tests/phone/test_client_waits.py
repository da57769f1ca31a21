"""The client: waits of any length, the proof that nothing came, authenticators, log-ins, event loops."""

from __future__ import annotations

import asyncio
import base64
import io
import threading
import time
import warnings
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pyotp
import pytest
import segno

from mocksms.api.paths import VERSION_HEADER
from mocksms.client import AsyncPhone, NothingCame, Phone, PhoneError, SomethingCame, waits
from mocksms.client.login import login_of
from mocksms.testing import RunningPhone

ME, SHOP = "+819012345678", "+15005550006"
KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def text(twilio: Any, body: str = "482913 is your code", **more: Any) -> Any:
    return twilio.messages.create(to=ME, from_=SHOP, body=body, **more)


def qr_png(content: str) -> bytes:
    picture = io.BytesIO()
    segno.make(content).save(picture, kind="png", scale=4)
    return picture.getvalue()


def in_thread(work: Coroutine[Any, Any, Any]) -> Any:
    """Run it in a thread: another test's browser may hold this one's event loop."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, work).result()


@pytest.mark.parametrize(
    ("seconds", "parts"), [(0, [0]), (-1, [0]), (30, [30]), (30.5, [30, 0.5]), (100, [30, 30, 30, 10])]
)
def test_wait_is_made_of_short_requests(seconds: float, parts: list[float]) -> None:
    assert list(waits.polls(seconds)) == pytest.approx(parts)


def test_wait_is_longer_than_one_request(twilio: Any, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waits, "POLL_SECONDS", 0.2)
    threading.Timer(0.7, text, [twilio]).start()
    assert phone.wait_for_code(ME, 20) == "482913"
    threading.Timer(0.7, text, [twilio, "595959 is your code"]).start()
    assert phone.wait(20, to=ME, since=phone.last_id()).code == "595959"
    began = time.monotonic()
    with pytest.raises(NothingCame, match=r"within 0.5 s"):
        phone.wait_for_code("+819087654321", 0.5)
    assert 0.5 <= time.monotonic() - began < 10


def test_wait_for_a_new_code_passes_over_the_old_one(twilio: Any, phone: Phone) -> None:
    text(twilio, "111111 is your code")
    threading.Timer(0.3, text, [twilio]).start()
    assert phone.wait_for_code(ME, 20, new=True) == "482913"


def test_code_is_given_once_however_its_number_is_written(twilio: Any, phone: Phone) -> None:
    text(twilio)
    assert phone.wait_for_code(ME) == "482913"
    with pytest.raises(NothingCame):
        phone.wait_for_code("090-1234-5678", timeout=0.2)


def test_world_that_is_made_again_gives_its_codes(phone: Phone) -> None:
    phone._given[ME] = 10**6
    phone.delete_world()
    phone.make_world()
    with pytest.raises(NothingCame):
        phone.wait_for_code(ME, timeout=0)


def test_expect_nothing(twilio: Any, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waits, "POLL_SECONDS", 0.2)
    phone.expect_nothing(ME, 0.5)
    text(twilio)
    with pytest.raises(SomethingCame, match=r"sms to .*: 482913 is your code"):
        phone.expect_nothing("090-1234-5678")
    phone.wait_for_code(ME)
    phone.expect_nothing(ME, 0)
    phone.faults.add("delay", seconds=60, times=1)
    text(twilio)
    phone.expect_nothing(ME, 0)
    phone.move_clock(59.5)
    with pytest.raises(SomethingCame, match="is to come"):
        phone.expect_nothing(ME)
    with pytest.raises(PhoneError, match="to must name"):
        phone.expect_nothing("")


def test_expect_nothing_is_awaited(phone_server: RunningPhone) -> None:
    async def walk() -> None:
        async with AsyncPhone(phone_server.url, "awaited") as phone:
            await phone.expect_nothing(ME, 0.1)
            await phone.reply(ME, SHOP, "STOP")
            with pytest.raises(SomethingCame):
                await phone.expect_nothing(SHOP)

    in_thread(walk())


def test_authenticator_by_key_address_and_picture(phone: Phone) -> None:
    uri = f"otpauth://totp/Shop:me?secret={KEY}&issuer=Shop&digits=8&period=60"
    by_key, by_uri = phone.authenticator(KEY, handset="090-1234-5678", name="mine"), phone.authenticator(uri)
    by_picture = phone.authenticator(qr_png(uri.replace("Shop", "Bank")))
    assert (by_key.entry.handset, by_key.entry.name) == (ME, "mine")
    assert (by_uri.entry.issuer, by_uri.entry.digits, by_uri.entry.period) == ("Shop", 8, 60)
    assert by_picture.id == by_uri.id, "the same key is kept once"
    listed = phone.send("GET", "/api/v1/authenticators").json()["authenticators"]
    assert [each["id"] for each in listed] == [by_key.id, by_uri.id] and KEY not in str(listed)
    phone.move_clock(0)
    assert by_key.code() in {pyotp.TOTP(KEY).at(int(time.time()) + more) for more in (-1, 0)}
    by_key.remove()
    with pytest.raises(PhoneError, match=r"404.*no authenticator"):
        by_key.code()


def test_fresh_code_is_given_once_and_lives(phone: Phone) -> None:
    app = phone.authenticator(KEY)
    to_start = 30 - time.time() % 30
    phone.move_clock(to_start + 1)  # a second into a period
    first = app.fresh_code(20)
    assert first == app.code()
    threading.Timer(0.3, Phone(phone.url, phone.world).move_clock, [to_start + 31]).start()
    second = app.fresh_code()
    assert second != first and second == app.code()
    with pytest.raises(PhoneError, match="under the period"):
        app.fresh_code(30)


def test_fresh_code_waits_out_one_that_is_about_to_end(phone: Phone) -> None:
    app = phone.authenticator(KEY)
    phone.move_clock(30 - time.time() % 30 + 29)  # it lives for a second
    ending = app.code()
    assert app.fresh_code(5) != ending


def test_fresh_code_is_awaited(phone_server: RunningPhone) -> None:
    async def walk() -> str:
        async with AsyncPhone(phone_server.url, "awaited-app") as phone:
            return await (await phone.authenticator(KEY)).fresh_code(1)

    assert len(in_thread(walk())) == 6


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "one of key, uri and picture"),
        ({"key": KEY, "uri": "otpauth://totp/x"}, "one of key, uri and picture"),
        ({"key": "1"}, "base32"),
        ({"key": f"otpauth://totp/x?secret={KEY}"}, "base32"),
        ({"uri": KEY}, "otpauth"),
        ({"picture": "***"}, "base64"),
        ({"picture": "見本"}, "base64"),
        ({"picture": base64.b64encode(b"no picture").decode()}, "no picture"),
        ({"key": KEY, "handset": "me@example.com"}, "a number"),
        ({"key": KEY, "nmae": "x"}, "nmae is not a part"),
    ],
    ids=[
        "none",
        "two",
        "short",
        "address",
        "no-address",
        "base64",
        "not-ascii",
        "picture",
        "handset",
        "typo",
    ],
)
def test_account_that_cannot_be_added_is_refused(phone: Phone, body: dict[str, str], said: str) -> None:
    with pytest.raises(PhoneError, match=f"422.*{said}"):
        phone.send("POST", "/api/v1/authenticators", json=body)


def test_client_logs_in_and_shows_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    def header(address: str) -> str:
        login = login_of(address)
        if login is None:
            return ""
        return next(login.auth_flow(httpx.Request("GET", "http://x"))).headers["Authorization"]

    def basic(pair: str) -> str:
        return f"Basic {base64.b64encode(pair.encode()).decode()}"

    assert header("http://localhost:8001") == ""
    monkeypatch.setenv("MOCKSMS_PASSWORD", "s3")
    assert header("http://localhost:8001") == basic("mocksms:s3")
    assert header("http://me:p%40ss@localhost:8001") == basic("me:p@ss")
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"worlds": []}, headers={VERSION_HEADER: "1"})

    with Phone("http://me:p@localhost:8001/", transport=httpx.MockTransport(answer)) as phone:
        assert phone.url == "http://localhost:8001" and phone.worlds() == []
        with phone.beside("other") as other:
            assert other.worlds() == []
    assert [each.headers["Authorization"] for each in seen] == [basic("me:p")] * len(seen)


def test_loopback_is_never_asked_through_a_proxy(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with phone.beside(phone.world) as again:
        assert again.messages() == []


def test_blocking_wait_in_a_coroutine_warns_and_others_do_not(phone: Phone, twilio: Any) -> None:
    text(twilio)

    async def blocks() -> None:
        assert phone.code(ME) == "482913"
        with pytest.warns(RuntimeWarning, match="Use AsyncPhone") as caught:
            phone.wait_for_code(ME)
        assert caught[0].filename == __file__

    in_thread(blocks())
    with warnings.catch_warnings():
        warnings.simplefilter("error")

        async def in_another_thread() -> None:
            await asyncio.to_thread(phone.sms, ME)

        in_thread(in_another_thread())
        phone.sms(ME)
