"""Codes of the authenticator app (docs/promises.md#1 to #10)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import random
import struct
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from functools import partial

import pyotp
import pytest

from tests.actors import Person, key_on
from tests.app_fixture import World
from tests.assertions import not_empty, refusal
from tests.security.tools import is_accepted, is_signed_in, rows, stored_bytes, to_mid_step, types, wrong_code
from webapp.rules import totp


@pytest.fixture(autouse=True)
def mid_step(world: World) -> None:
    to_mid_step(world)


def asked(person: Person) -> Person:
    """Somebody whose password was right and who is asked for a code."""
    assert person.gives_password().name == "sign_in.code"
    return person


def test_code_works_once_also_from_a_second_browser_s01(jiro: Person) -> None:
    code = jiro.app_code()
    elsewhere = asked(jiro.elsewhere())
    assert is_accepted(types(asked(jiro), code))
    assert refusal(lambda: types(elsewhere, code)) == "WrongCode.used"
    assert not is_signed_in(elsewhere.browser)


def test_code_of_an_earlier_step_is_refused_s02(jiro: Person) -> None:
    assert is_accepted(types(asked(jiro), jiro.app_code()))
    other = asked(jiro.elsewhere())
    assert refusal(lambda: types(other, jiro.app_code(-1))) == "WrongCode.used"


def test_codes_a_b_a_are_refused_s02(jiro: Person) -> None:
    a, b = jiro.app_code(0), jiro.app_code(1)
    assert is_accepted(types(asked(jiro), a))
    assert is_accepted(types(asked(jiro.elsewhere()), b))
    assert refusal(lambda: types(asked(jiro.elsewhere()), a)) == "WrongCode.used"


def test_twenty_threads_with_one_code_have_one_winner_s03(world: World, jiro: Person) -> None:
    people = [asked(jiro.elsewhere()) for _ in range(20)]
    code = jiro.app_code()
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda person: types(person, code), people))
    assert sum(map(is_accepted, answers)) == 1
    assert len(rows(world, "sessions")) == 1
    assert {answer.status_code for answer in answers} <= {200, 303, 429}


@pytest.mark.parametrize(("step", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_clocks_may_differ_by_one_step_s04(jiro: Person, step: int, good: bool) -> None:
    assert is_accepted(types(asked(jiro), jiro.app_code(step))) is good


@pytest.mark.parametrize("step", [2, None], ids=["late", "made-up"])
def test_second_wrong_code_speaks_of_the_clock_whatever_it_was_s04(jiro: Person, step: int | None) -> None:
    asked(jiro)
    wrong = wrong_code(jiro.app_code()) if step is None else jiro.app_code(step)
    told = ["日付と時刻" in jiro.gives_code(wrong).problem for _ in range(3)]
    assert told == [False, True, True]


def test_wrong_codes_of_a_text_never_speak_of_the_clock_s04(taro: Person) -> None:
    taro.gives_password()
    wrong = wrong_code(taro.reads_code())
    assert not any("日付と時刻" in taro.gives_code(wrong).problem for _ in range(3))


def test_nothing_sent_moves_the_servers_time_s05(world: World, jiro: Person) -> None:
    asked(jiro)
    future = int(world.clock.now()) + 300  # the half-done sign-in would live then, the code not be good yet
    code = pyotp.TOTP(jiro.secret).at(future)
    names = ("now", "time", "timestamp", "clock", "offset", "date", "step")
    claims = {name: str(future) for name in names}
    path = "/ap/mfa?" + "&".join(f"{name}={value}" for name, value in claims.items())
    data = {"csrf_token": jiro.browser.csrf_token, "otpCode": code, **claims}
    headers = {"Date": formatdate(future, usegmt=True), "X-Time": str(future), "X-Clock-Offset": "300"}
    send = partial(jiro.browser.raw, "POST", path, data=data, headers=headers)
    assert refusal(send) == "WrongCode.wrong"
    assert is_accepted(types(jiro, jiro.app_code()))


def test_secrets_have_twenty_bytes_of_the_systems_generator_s06() -> None:
    random.seed(1)
    first = [totp.new_secret() for _ in range(100)]
    random.seed(1)
    second = [totp.new_secret() for _ in range(100)]
    assert len(set(first + second)) == 200  # a seeded generator would repeat itself
    assert all(len(base64.b32decode(secret)) >= 20 for secret in first)


def test_secret_is_on_no_page_once_set_up_s07(world: World, hanako: Person) -> None:
    hanako.signs_in()
    page = hanako.begins_set_up()
    secret = key_on(page)
    assert "no-store" in page.headers["Cache-Control"]
    assert secret not in page.url
    hanako.secret = secret
    hanako.browser.submit(otpCode=hanako.app_code())
    hanako.finishes_set_up()
    (method,) = [row["id"] for row in rows(world, "methods") if row["account_id"] == "hanako"]
    rules = [rule for rule in world.site.url_map.iter_rules() if "GET" in (rule.methods or ())]
    paths = [rule.rule for rule in rules if not rule.arguments]
    assert len(paths) > 40
    for path in not_empty(paths):
        answer = hanako.browser.raw("GET", f"{path}?method={method}", follow_redirects=True)
        seen = answer.text.replace(" ", "") + str(answer.history)
        assert secret not in seen, path
        assert "otpauth:" not in seen, path


def test_secrets_are_sealed_at_rest_s08(
    world: World, hanako: Person, jiro: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    jiro.signs_in()
    hanako.signs_in()
    half_way = key_on(hanako.begins_set_up())
    kept = stored_bytes(world)
    for secret in (jiro.secret, half_way):
        raw = base64.b32decode(secret)
        for form in (secret.encode(), raw, raw.hex().encode(), base64.b64encode(raw)):
            assert form.lower() not in kept.lower()
        assert secret not in caplog.text
        assert raw.hex() not in caplog.text


def test_set_up_left_half_way_leaves_it_off_s09(hanako: Person) -> None:
    hanako.signs_in()
    hanako.secret = key_on(hanako.begins_set_up())
    assert hanako.browser.submit(otpCode=hanako.app_code()).name == "set_up.backup"
    hanako.signs_out()
    assert hanako.gives_password().name == "shop.home"
    assert is_signed_in(hanako.browser)


def test_code_of_the_set_up_does_not_sign_in_s09(hanako: Person) -> None:
    hanako.signs_in()
    hanako.secret = key_on(hanako.begins_set_up())
    code = hanako.app_code()
    hanako.browser.submit(otpCode=code)
    hanako.finishes_set_up()
    elsewhere = asked(hanako.elsewhere())
    assert refusal(lambda: types(elsewhere, code)) == "WrongCode.used"
    assert refusal(lambda: types(elsewhere, hanako.app_code(-1))) == "WrongCode.used"
    assert is_accepted(types(elsewhere, hanako.app_code(1)))


RFC_6238_SHA1 = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}
RFC_4226 = [
    "755224",
    "287082",
    "359152",
    "969429",
    "338314",
    "254676",
    "287922",
    "162583",
    "399871",
    "520489",
]
RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()


def test_vectors_of_the_rfcs_s10() -> None:
    for at, eight_digits in RFC_6238_SHA1.items():
        assert totp.code_at(RFC_SECRET, totp.step_at(at)) == eight_digits[-6:]
    assert [totp.code_at(RFC_SECRET, counter) for counter in range(10)] == RFC_4226


def by_the_rfc(secret: str, at: int) -> str:
    """RFC 4226 5.3, written down a second time."""
    mac = hmac.new(base64.b32decode(secret), struct.pack(">Q", at // 30), hashlib.sha1).digest()
    start = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def test_two_hundred_secrets_agree_with_the_rfc_s10(world: World) -> None:
    now = int(world.clock.now())
    for count in range(200):
        secret, at = totp.new_secret(), now + count * 977
        ours = totp.code_at(secret, totp.step_at(at))
        assert by_the_rfc(secret, at) == ours
        assert totp.matching_steps(secret, ours, at, 0) == [totp.step_at(at)]
