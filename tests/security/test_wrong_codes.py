"""Wrong codes and wrong passwords (docs/promises.md#20 to #24)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from tests.actors import Person
from tests.app_fixture import AppFixture, World
from tests.assertions import refusal
from tests.lint import text_of
from tests.security.tools import (
    is_accepted,
    is_signed_in,
    moves_to,
    sends,
    texts,
    to_mid_step,
    types,
    wrong_code,
)
from webapp.flows import maintenance
from webapp.store import methods

LONG = 10**8


@pytest.fixture
def patient(apps_with: Callable[..., AppFixture]) -> World:
    """A world whose half-done sign-ins outlive every wait."""
    world = apps_with(flow_seconds=LONG).fresh()
    to_mid_step(world)
    return world


def asked(person: Person) -> Person:
    assert person.gives_password().name == "sign_in.code"
    return person


def types_wrong(person: Person) -> TestResponse:
    return types(person, wrong_code(person.app_code()))


def test_hundred_wrong_codes_switch_the_method_off_s20(patient: World) -> None:
    jiro = patient.person("jiro")
    with patient.services.store.writing() as db:
        methods.add(
            db, account_id="jiro", kind="sms", number=jiro.number, is_preferred=False, verified_at=0.0
        )
    asked(jiro)
    for _ in range(100):
        assert refusal(lambda: types_wrong(jiro)) == "WrongCode.wrong"
        patient.clock.advance(900)
    assert refusal(lambda: types(jiro, jiro.app_code())) == "MethodSwitchedOff"
    assert "停止" in texts(patient, jiro.email, "mail")[0].subject
    page = jiro.browser.get("/ap/mfa/new-otp")
    by_text = next(label for label in page.all("label") if "(SMS)" in text_of(label)).query("input")[0]
    sends(jiro.browser, "/ap/mfa/new-otp", otpDeviceContext=by_text.attrs["value"])
    assert is_accepted(types(jiro, jiro.reads_code()))


def test_wait_doubles_after_three_free_tries_s21(patient: World) -> None:
    jiro = asked(patient.person("jiro"))
    waits = []
    for _ in range(14):
        answer = types_wrong(jiro)
        wait = int(answer.headers.get("Retry-After", 0))
        assert answer.status_code == (429 if wait else 200)
        waits.append(wait)
        patient.clock.advance(wait)
    assert waits == [0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


def test_right_code_is_not_looked_at_while_the_wait_runs_s21(patient: World) -> None:
    jiro = asked(patient.person("jiro"))
    for _ in range(6):
        answer = types_wrong(jiro)
        patient.clock.advance(int(answer.headers.get("Retry-After", 0)))
    types_wrong(jiro)
    refused = types(jiro, jiro.app_code())
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 16
    patient.clock.advance(17)
    assert is_accepted(types(jiro, jiro.app_code()))


def test_wait_is_told_in_the_page_s21(patient: World) -> None:
    jiro = asked(patient.person("jiro"))
    for _ in range(3):
        types_wrong(jiro)
    page = jiro.browser.submit(otpCode=wrong_code(jiro.app_code()), expect=429)
    assert "2" in page.text
    assert page.has("[data-seconds]")


def test_new_cookies_and_forged_addresses_share_the_counter_s22(patient: World) -> None:
    jiro = patient.person("jiro")
    answers = []
    for count in range(4):
        other = jiro.elsewhere()
        other.browser.headers["X-Forwarded-For"] = f"203.0.113.{count}"
        other.browser.headers["X-Real-IP"] = f"203.0.113.{count}"
        moves_to(other.browser, f"198.51.100.{count}")
        answers.append(types_wrong(asked(other)).status_code)
    assert answers == [200, 200, 200, 429]


def test_forged_address_shares_the_counter_of_passwords_s22(world: World, hanako: Person) -> None:
    statuses = []
    for count in range(7):
        other = hanako.elsewhere()
        other.browser.headers["X-Forwarded-For"] = f"203.0.113.{count}"
        other.gives_name()
        statuses.append(sends(other.browser, "/ap/signin?step=password", password="wrong").status_code)
    assert statuses == [200, 200, 200, 200, 200, 200, 429]


def test_addresses_of_one_network_share_the_counter_of_passwords_s22(world: World, hanako: Person) -> None:
    """Who has an IPv6 address has a whole /64 of them."""
    free = world.services.config.password_free_tries
    for count in range(free + 1):
        guesses(hanako, f"2001:db8:0:1::{count:x}", 1)
    moves_to(hanako.browser, "2001:db8:0:1:ffff::1")
    hanako.gives_name()
    assert sends(hanako.browser, "/ap/signin?step=password", password=hanako.password).status_code == 429
    moves_to(hanako.browser, "2001:db8:0:2::1")
    hanako.signs_in()
    assert is_signed_in(hanako.browser)


def test_success_resets_the_counter_s23(patient: World) -> None:
    jiro = asked(patient.person("jiro"))
    for _ in range(3):
        assert types_wrong(jiro).status_code == 200
    assert is_accepted(types(jiro, jiro.app_code()))
    patient.clock.advance(60)
    again = asked(jiro.elsewhere())
    assert [types_wrong(again).status_code for _ in range(4)] == [200, 200, 200, 429]


def test_right_password_resets_the_counter_of_passwords_s23(world: World, hanako: Person) -> None:
    free = world.services.config.password_free_tries
    for _ in range(2):
        guesses(hanako, "127.0.0.1", free)
        hanako.signs_in()
        hanako.signs_out()
    guesses(hanako, "127.0.0.1", 1)
    hanako.signs_in()
    assert is_signed_in(hanako.browser)


def test_slow_guesser_is_counted_on_s20(patient: World) -> None:
    """Upkeep forgets no wrong codes, however long ago, while the method is there."""
    jiro = asked(patient.person("jiro"))
    for _ in range(3):
        assert types_wrong(jiro).status_code == 200
        patient.clock.advance(30 * 86_400)
        maintenance.tidy(patient.services)
    assert types_wrong(jiro).status_code == 429


def guesses(person: Person, address: str, times: int) -> None:
    """A stranger tries passwords."""
    stranger = person.elsewhere()
    moves_to(stranger.browser, address)
    stranger.gives_name()
    for count in range(times):
        sends(stranger.browser, "/ap/signin?step=password", password=f"guess-{count}")


def test_stranger_locks_nobody_out_s24(world: World, taro: Person) -> None:
    guesses(taro, "203.0.113.7", 50)
    moves_to(taro.browser, "198.51.100.1")
    taro.signs_in()
    assert is_signed_in(taro.browser)


def test_stranger_at_the_same_address_keeps_no_trusted_browser_out_s24(world: World, taro: Person) -> None:
    taro.signs_in(trust=True)
    taro.signs_out()
    guesses(taro, "127.0.0.1", 50)
    assert taro.gives_password().name == "shop.home"
    assert is_signed_in(taro.browser)
