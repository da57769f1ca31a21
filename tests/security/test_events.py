"""The events and notices of each action (docs/promises.md#63)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.actors import Person, key_on
from tests.app_fixture import World
from tests.assertions import not_empty
from tests.security.tools import holds_digits, rows, sends, texts, to_mid_step, types, wrong_code


@contextmanager
def recording(world: World, *kinds: str) -> Iterator[None]:
    """What happens inside leaves these events, in this order, and no others."""
    before = max((row["id"] for row in rows(world, "events")), default=0)
    started = world.clock.now()
    yield
    new = [row for row in rows(world, "events") if row["id"] > before]
    assert [row["kind"] for row in new] == list(kinds)
    for row in new:
        assert started <= row["at"] <= world.clock.now()  # unix seconds: UTC by their nature
        assert row["device"] == "Chrome, Windows"
        assert row["near"]


@contextmanager
def telling(world: World, person: Person, count: int, word: str = "") -> Iterator[None]:
    """What happens inside mails the owner so often, the newest with this word in its subject."""
    before = len(texts(world, person.email, "mail"))
    yield
    mails = texts(world, person.email, "mail")
    assert len(mails) - before == count
    assert word in (mails[0].subject if mails else "")


def test_sign_in_is_recorded_step_by_step_s63(world: World, jiro: Person) -> None:
    to_mid_step(world)
    jiro.gives_name()
    with recording(world, "sign_in.password_wrong"), telling(world, jiro, 0):
        sends(jiro.browser, "/ap/signin?step=password", password="wrong")
    with recording(world, "sign_in.password_right"), telling(world, jiro, 0):
        jiro.gives_password()
    with recording(world, "sign_in.code_wrong"), telling(world, jiro, 1, "コード"):
        types(jiro, wrong_code(jiro.app_code()))
    with recording(world, "sign_in.done"), telling(world, jiro, 0):
        jiro.gives_code()
    with recording(world, "sign_out"), telling(world, jiro, 0):
        jiro.signs_out()


def test_wrong_codes_after_the_right_password_are_mailed_but_not_each_s63(world: World, jiro: Person) -> None:
    """A guesser must not be able to fill the owner's mailbox."""
    to_mid_step(world)
    jiro.gives_password()
    with telling(world, jiro, 1):
        for _ in range(9):
            answer = types(jiro, wrong_code(jiro.app_code()))
            world.clock.advance(int(answer.headers.get("Retry-After", 0)))
            if answer.status_code == 303:
                break


def test_set_up_is_recorded_and_told_s63(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.browser.get("/account/security")
    with recording(world, "approval.sent"), telling(world, hanako, 1, "警告"):
        hanako.asks_for_settings()
    with recording(world, "approval.approved"), telling(world, hanako, 0):
        hanako.approves()
    with recording(world, "step_up.done"), telling(world, hanako, 0):
        hanako.goes_on()
    with recording(world, "set_up.started"), telling(world, hanako, 0):
        page = hanako.browser.press("開始する")
    hanako.secret = key_on(page)
    with recording(world, "set_up.code_wrong"), telling(world, hanako, 0):
        hanako.browser.submit(otpCode=wrong_code(hanako.app_code()))
    with recording(world), telling(world, hanako, 0):
        hanako.browser.submit(otpCode=hanako.app_code())
    with recording(world, "two_step.on"), telling(world, hanako, 1, "有効"):
        hanako.finishes_set_up()


def test_denial_is_recorded_and_told_s63(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.asks_for_settings()
    with recording(world, "approval.denied"), telling(world, hanako, 1):
        hanako.denies()


def test_looking_around_is_not_recorded_s63(world: World, taro: Person) -> None:
    taro.signs_in()
    world.clock.advance(60)
    taro.opens_settings()
    with recording(world), telling(world, taro, 0):
        for path in ("/", "/account", "/account/security", "/a/settings/approval", "/ap/mfa/new-otp"):
            taro.browser.get(path)


def test_events_hold_no_secret_s63(world: World, taro: Person, hanako: Person) -> None:
    taro.gives_password()
    codes = [taro.reads_code()]
    types(taro, wrong_code(codes[0]))
    types(taro, codes[0])
    hanako.signs_in()
    hanako.begins_set_up()
    token = texts(world, hanako.email, "mail")[-1].link("承認").rpartition("/")[2]
    hanako.browser.submit(phoneNumber="090-1111-2222", channel="sms")
    codes.append(hanako.reads_code("+819011112222"))
    hanako.browser.submit(otpCode=codes[-1])
    world.phone.faults.add("smtp_code", code=451)  # the notice waits for the next try
    hanako.finishes_set_up()
    assert len(rows(world, "events")) >= 8
    private = [taro.number[1:], "9011112222", taro.password, hanako.email, taro.email, token]
    for table in ("events", "outbox"):
        for row in not_empty(rows(world, table)):
            kept = {column: value for column, value in row.items() if column not in ("at", "recipient")}
            for column, value in not_empty(kept.items()):
                assert not any(secret in str(value) for secret in private), (table, column)
                assert not any(holds_digits(str(value), code) for code in codes), (table, column)


@pytest.mark.parametrize("person", ["taro", "jiro"])
def test_account_page_shows_recent_activity_in_plain_words_s63(world: World, person: str) -> None:
    someone = world.person(person)
    to_mid_step(world)
    someone.signs_in()
    page = someone.browser.get("/account/security")
    assert "sign_in." not in page.text
    assert "Chrome, Windows" in page.text
