"""Codes sent by text and call (docs/promises.md#11 to #16, #19)."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable

import pytest

from tests.actors import Person
from tests.app_fixture import AppFixture, World
from tests.assertions import not_empty, refusal
from tests.lint import text_of
from tests.security.tools import (
    AFTER_RESEND_WAIT,
    all_rows,
    holds_digits,
    is_accepted,
    is_signed_in,
    resend,
    rows,
    sends,
    stored_bytes,
    texts,
    types,
    wrong_code,
)
from webapp.services.codes import new_code
from webapp.store import methods

CHI_SQUARE_P_001 = {9: 27.877, 99: 148.230}  # by degrees of freedom
OTHER = "+819033334444"


def chi_square(parts: list[str], kinds: int) -> float:
    """How far these parts of codes are from evenly spread over so many kinds."""
    seen = Counter(parts)
    expected = len(parts) / kinds
    return sum((count - expected) ** 2 / expected for count in seen.values()) + expected * (kinds - len(seen))


def test_ten_thousand_codes_are_six_even_digits_s11() -> None:
    drawn = [[new_code() for _ in range(10_000)] for _ in range(4)]
    assert all(len(code) == 6 and code.isdecimal() and code.isascii() for code in not_empty(drawn[0]))
    # A fair generator fails p > .001 once in a thousand draws, four draws together never; a bent one always.
    for width, degrees in ((1, 9), (2, 99)):
        for at in range(0, 6, width):
            found = [chi_square([code[at : at + width] for code in codes], 10**width) for codes in drawn]
            assert min(found) < CHI_SQUARE_P_001[degrees], f"digits from {at} on are not even"
    assert sum(code.startswith("0") for code in drawn[0]) > 500


@pytest.mark.parametrize(("age", "good"), [(599, True), (600, False)])
def test_code_lives_ten_minutes_s12(
    apps_with: Callable[..., AppFixture], stop_clock: Callable[[World], None], age: int, good: bool
) -> None:
    world = apps_with(flow_seconds=3600).fresh()  # else the half-done sign-in ends with the code
    stop_clock(world)
    taro = world.person("taro")
    taro.gives_password()
    code = taro.reads_code()
    world.clock.advance(age)
    assert is_accepted(types(taro, code)) is good


def test_resend_kills_the_earlier_code_and_each_works_once_s13(world: World, taro: Person) -> None:
    taro.gives_password()
    first = taro.reads_code()
    world.clock.advance(AFTER_RESEND_WAIT)
    resend(taro)
    second = taro.reads_code()
    assert refusal(lambda: types(taro, first)) == "WrongCode.replaced"
    assert is_accepted(types(taro, second))
    assert is_signed_in(taro.browser)
    again = taro.elsewhere()
    again.gives_password()
    assert refusal(lambda: types(again, second)) == "WrongCode.wrong"


def test_earlier_code_is_told_and_not_counted_s13(world: World, taro: Person) -> None:
    taro.gives_password()
    first = taro.reads_code()
    world.clock.advance(AFTER_RESEND_WAIT)
    resend(taro)
    for _ in range(6):  # more than the free tries and the tries of one code
        assert refusal(lambda: types(taro, first)) == "WrongCode.replaced"
    assert world.sql("SELECT * FROM throttles WHERE key = 'method:taro-sms'") == []
    assert is_accepted(types(taro, taro.reads_code()))


@pytest.mark.usefixtures("still")
def test_code_cannot_be_resent_within_thirty_seconds_s13(world: World, taro: Person) -> None:
    taro.gives_password()
    sent = len(texts(world))
    resend(taro)
    assert len(texts(world)) == sent
    world.clock.advance(29)
    resend(taro)
    assert len(texts(world)) == sent
    world.clock.advance(1)
    resend(taro)
    assert len(texts(world)) == sent + 1


def test_code_of_one_request_fails_in_another_s14(world: World, taro: Person) -> None:
    taro.gives_password()
    code = taro.reads_code()
    world.clock.advance(AFTER_RESEND_WAIT)
    other = taro.elsewhere()
    other.gives_password()
    assert refusal(lambda: types(other, code)) == "WrongCode.wrong"
    assert is_accepted(types(taro, code))


def test_code_of_one_purpose_fails_for_another_s14(world: World, taro: Person) -> None:
    taro.signs_in()
    world.clock.advance(AFTER_RESEND_WAIT)
    assert taro.asks_for_settings().name == "sign_in.code"
    for_settings = taro.reads_code()
    world.clock.advance(AFTER_RESEND_WAIT)
    other = taro.elsewhere()
    other.gives_password()
    to_sign_in = other.reads_code()
    assert refusal(lambda: types(other, for_settings)) == "WrongCode.wrong"
    assert refusal(lambda: types(taro, to_sign_in)) == "WrongCode.wrong"
    assert is_accepted(types(taro, for_settings))


def test_code_of_one_number_proves_no_other_s14(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.begins_set_up()
    hanako.browser.submit(phoneNumber="090-1111-1111", channel="sms")
    first = hanako.reads_code("+819011111111")
    world.clock.advance(AFTER_RESEND_WAIT)
    hanako.browser.get("/a/settings/approval/setup/register")
    hanako.browser.submit(phoneNumber="090-2222-2222", channel="sms")
    second = hanako.reads_code("+819022222222")
    assert hanako.browser.submit(otpCode=first).name == "set_up.verify"
    assert hanako.browser.submit(otpCode=second).name == "set_up.backup"


def test_sent_code_is_hashed_at_rest_and_never_logged_s15(
    world: World, taro: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    taro.gives_password()
    code = taro.reads_code()
    (kept,) = rows(world, "codes")
    assert kept["digest"] not in (hashlib.sha256(code.encode()).digest(), code.encode())
    for table, row in not_empty(all_rows(world)):
        assert not any(holds_digits(str(value), code) for value in row.values()), table
    assert not holds_digits(stored_bytes(world), code)
    assert is_accepted(types(taro, code))
    assert not holds_digits(caplog.text, code)
    assert taro.number not in caplog.text
    assert taro.password not in caplog.text


def test_over_the_cap_nothing_is_sent_s16(world: World, taro: Person) -> None:
    taro.gives_password()
    for _ in range(9):
        world.clock.advance(AFTER_RESEND_WAIT)
        resend(taro)
    assert len(texts(world, taro.number)) == 10
    world.clock.advance(AFTER_RESEND_WAIT)
    resend(taro)
    page = taro.browser.get("/ap/mfa/new-otp")
    assert (
        "本日のワンタイムパスワードのリクエスト回数の上限に達しました。24時間後に再度リクエストできます。"
        in page.text
    )
    sends(
        taro.browser, "/ap/mfa/new-otp", otpDeviceContext=page.one("[name=otpDeviceContext]").attrs["value"]
    )
    elsewhere = taro.elsewhere()
    elsewhere.gives_password()
    assert len(texts(world, taro.number)) == 10
    world.clock.advance(86_400)
    later = taro.elsewhere()
    later.gives_password()
    assert len(texts(world, taro.number)) == 11


def test_over_the_cap_the_code_that_left_stays_that_numbers_s14(apps_with: Callable[..., AppFixture]) -> None:
    """No other number is asked then: wrong codes go on being counted for the one that got the code."""
    world = apps_with(send_cap=1).fresh()
    taro = world.person("taro")
    with world.services.store.writing() as db:
        methods.add(
            db,
            account_id="taro",
            kind="sms",
            number=OTHER,
            is_preferred=False,
            verified_at=0.0,
            method_id="x",
        )
    taro.gives_password()
    code = taro.reads_code()
    world.clock.advance(AFTER_RESEND_WAIT)
    page = taro.browser.get("/ap/mfa/new-otp")
    other = next(label for label in page.all("label") if OTHER[-3:] in text_of(label)).query("input")[0]
    assert "上限に達しました" in taro.browser.submit(otpDeviceContext=other.attrs["value"]).text
    assert taro.number[-3:] in taro.browser.get("/ap/mfa").text
    types(taro, wrong_code(code))
    assert [row["key"] for row in rows(world, "throttles")] == ["method:taro-sms"]
    assert "新しいコードを送信しました" not in taro.browser.press("コードを再送信").text
    assert is_accepted(types(taro, code))


def test_only_three_digits_are_shown_before_the_code_s19(taro: Person) -> None:
    taro.gives_password()
    for page in (taro.page, taro.browser.get("/ap/mfa/new-otp")):
        told = page.html
        for random in page.all("[name=csrf_token], [name=otpDeviceContext]"):
            told = told.replace(random.attrs["value"], "")  # any four digits may stand in these by chance
        digits = "".join(char for char in told if char.isdecimal())
        assert "678" in page.text
        for more in (taro.number[1:], taro.national.replace("-", ""), taro.number[-4:], taro.national[-4:]):
            assert more not in digits
            assert more not in page.html
        assert taro.email not in page.html
        assert taro.name not in page.html


def test_mail_address_is_masked_before_the_approval_s19(hanako: Person) -> None:
    hanako.signs_in("090-1234-5678")
    page = hanako.asks_for_settings()
    assert page.name == "approval.wait"
    assert "h***@example.com" in page.text
    assert hanako.email not in page.html
