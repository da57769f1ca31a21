"""Faults by click: each is set, affects the user as described, and is cleared."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mocksms.testing import NothingCame, run_phone
from tests.actors import Person
from tests.app_fixture import AppFixture, World
from tests.assertions import not_empty
from tests.form_client import Browser, Page
from webapp.sandbox.controls.fault_table import FAULTS
from webapp.sandbox.worlds import Worlds

LANDLINE = "+81312345678"


def asks(world: World, key: str, often: str = "next") -> Browser:
    """Ask for a fault on the page, as a tester does."""
    browser = world.browser()
    browser.get("/sandbox/faults")
    assert "障害を設定しました" in browser.submit(form=f"#{often}-{key}").text
    return browser


def lifts_all(world: World) -> Page:
    browser = world.browser()
    browser.get("/sandbox/faults")
    return browser.press("すべて解除")


def call(world: World, method: str, path: str = "", body: object = None) -> dict[str, Any]:
    told: dict[str, Any] = world.browser().raw(method, f"/sandbox/api/faults{path}", json=body).json or {}
    return told


def asks_again(person: Person) -> Page:
    """Half a minute later, another code."""
    person.world.clock.advance(31)
    person.browser.reload()
    return person.browser.submit(form='form[action$="/resend"]')


def is_told(page: Page, words: str) -> bool:
    assert page.name == "sign_in.code", page.name
    return words in page.text


def test_faults_page_names_each_fault(world: World, language: str) -> None:
    page = world.browser(language).get("/sandbox/faults")
    for key, fault in not_empty(FAULTS.items()):
        assert page.has(f"#always-{key}") and page.has(f"#next-{key}") == (not fault.settings)


def test_faults_lost_sms_never_arrives_and_the_next_does(world: World, taro: Person) -> None:
    tools = asks(world, "sms-lost")
    taro.gives_password()
    assert world.phone.code(taro.number) is None
    tools.get("/sandbox/faults")
    assert tools.page.one("[data-used]").attrs["data-used"] == "1"
    assert "終了" in tools.page.text
    asks_again(taro)
    assert taro.gives_code().name == "shop.home"


def test_faults_late_sms_arrives_after_a_minute_of_the_clock(world: World, taro: Person) -> None:
    asks(world, "sms-late")
    taro.gives_password()
    assert world.phone.code(taro.number) is None
    tools = world.browser()
    tools.get("/sandbox/clock")
    tools.submit(form="#clock-by-form", by="61", unit="seconds")
    assert taro.gives_code().name == "shop.home"


def test_faults_sms_comes_twice(world: World, taro: Person) -> None:
    asks(world, "sms-twice")
    taro.gives_password()
    bodies = [message.body for message in world.phone.messages(to=taro.number)]
    assert len(bodies) == 2 and bodies[0] == bodies[1]
    assert taro.gives_code().name == "shop.home"


def test_faults_half_of_all_sms_is_a_share_until_lifted(world: World) -> None:
    asks(world, "sms-half-lost", "always")
    (rule,) = world.phone.faults.all()
    assert (rule["what"], rule["share"], rule["times"]) == ("drop", 0.5, None)


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("sms-unreachable", "この番号にはつながりません"),
        ("sms-stopped", "START"),
        ("sms-landline", "音声電話"),
        ("gateway-down", "送信サービス"),
        ("gateway-garbage", "送信サービス"),
        ("gateway-hangs-up", "送信サービス"),
    ],
)
def test_faults_of_sending_are_told_and_another_try_works(
    world: World, taro: Person, key: str, says: str
) -> None:
    asks(world, key, "always")
    taro.gives_password()
    assert is_told(taro.page, says)
    assert world.phone.code(taro.number) is None
    lifts_all(world)
    assert world.phone.faults.all() == []
    asks_again(taro)
    assert taro.gives_code().name == "shop.home"


UNANSWERED = {
    "call-lost": "電話に応答がありませんでした",
    "call-unreachable": "この番号にはつながりません",
    "gateway-down": "送信サービスから応答がないため",
}


@pytest.mark.parametrize("key", ["call-lost", "call-late", "call-cut", "call-unreachable", "gateway-down"])
def test_faults_of_calls_meet_calls_only(world: World, jiro: Person, key: str) -> None:
    asks(world, key, "always")
    jiro.gives_password()
    page = jiro.browser.follow("コードが届きませんか?")
    (choice,) = [
        radio.attrs["value"]
        for radio in page.all('input[name="otpDeviceContext"]')
        if "678" in _label(page, radio)
    ]
    page = jiro.browser.submit(otpDeviceContext=choice)
    if key in UNANSWERED:
        assert UNANSWERED[key] in page.one(".notice").to_text()
        with pytest.raises(NothingCame):
            world.phone.call(LANDLINE, timeout=0)
        return
    if key == "call-late":
        world.clock.advance(61)
    call = world.phone.call(LANDLINE).answer()
    assert (call.status == "completed") == (key == "call-cut")


def _label(page: Page, radio: Any) -> str:
    return str(page.one(f'label[for="{radio.attrs["id"]}"]').to_text())


def test_faults_late_mail_waits_for_the_clock(world: World, hanako: Person) -> None:
    hanako.signs_in()
    asks(world, "mail-late")
    assert hanako.asks_for_settings().name == "approval.wait"
    with pytest.raises(NothingCame):
        world.phone.mail(hanako.email, timeout=0)
    world.clock.advance(61)
    hanako.approves()
    assert hanako.goes_on().name == "settings.overview"


def test_faults_lost_mail_is_sent_again(world: World, hanako: Person) -> None:
    hanako.signs_in()
    asks(world, "mail-lost")
    assert hanako.asks_for_settings().name == "approval.wait"
    with pytest.raises(NothingCame):
        world.phone.mail(hanako.email, timeout=0)
    world.clock.advance(31)
    hanako.browser.reload()
    hanako.browser.press("再送信")
    hanako.approves()
    assert hanako.goes_on().name == "settings.overview"


@pytest.mark.parametrize("key", ["mail-refused", "mail-hangs-up"])
def test_faults_of_the_mail_server_are_told(world: World, hanako: Person, key: str) -> None:
    hanako.signs_in()
    asks(world, key, "always")
    page = hanako.asks_for_settings()
    assert page.name == "approval.wait"
    assert "メールを送信できませんでした" in page.one(".notice.wrong").to_text()
    lifts_all(world)
    hanako.browser.reload()
    hanako.browser.press("もう一度試す")
    hanako.approves()
    assert hanako.goes_on().name == "settings.overview"


@pytest.fixture
def hasty(tmp_path: Path) -> Iterator[World]:
    """A site before a served phone, that waits a quarter of a second for an answer."""
    phone = run_phone(str(tmp_path / "phone"))
    apps = AppFixture(tmp_path / "apps", phone=phone, outbound_deadline_seconds=0.25)
    yield apps.fresh()
    apps.close()
    phone.stop()


def test_faults_slow_gateway_and_mail_server_are_given_up_on(hasty: World) -> None:
    for channel in ("sms", "mail"):  # as the faults of the page, but slower than this site by less
        call(hasty, "POST", "", {"what": "slow", "seconds": 0.7, "channel": channel, "times": 1})
    taro, hanako = hasty.person("taro"), hasty.person("hanako")
    taro.gives_password()
    assert is_told(taro.page, "時間内に送信できませんでした")
    hanako.signs_in()
    page = hanako.asks_for_settings()
    assert "メールを送信できませんでした" in page.one(".notice.wrong").to_text()


def test_faults_locked_database_changes_nothing_until_lifted(world: World, taro: Person) -> None:
    taro.gives_password()
    code = taro.reads_code()
    tools = asks(world, "locked-database", "always")
    assert tools.page.has(".tools-note")
    page = taro.browser.submit(otpCode=code, expect=503)
    assert page.headers["Retry-After"]
    lifts_all(world)
    taro.browser.get("/ap/mfa")
    assert taro.gives_code(code).name == "shop.home"


def test_faults_slow_database_makes_each_change_wait(world: World, taro: Person) -> None:
    asks(world, "slow-database", "always")
    worlds: Worlds = world.site.extensions["nidankai_worlds"]
    settings = worlds.get().settings
    assert settings.now().slow_database == 2
    settings.change(slow_database=0.2)
    began = time.monotonic()
    assert taro.signs_in().name == "shop.home"
    assert time.monotonic() - began >= 0.4  # right, only late
    assert taro.page.has(".tools-note")
    lifts_all(world)
    assert settings.now().slow_database == 0


def test_faults_keep_to_their_world(world: World, taro: Person) -> None:
    tools = world.browser()
    tools.get("/sandbox/worlds")
    tools.submit(form="#world-form", name="faulty")
    for key in ("sms-lost", "locked-database"):
        tools.get("/sandbox/faults")
        tools.submit(form=f"#always-{key}")
    assert taro.signs_in().name == "shop.home"
    assert world.phone.faults.all() == []
    world.browser().raw("DELETE", "/sandbox/api/worlds/faulty")


def test_faults_asked_twice_are_one_and_one_is_lifted_alone(world: World) -> None:
    asks(world, "gateway-down", "always")
    asks(world, "gateway-down", "next")
    asks(world, "mail-lost", "always")
    tools = world.browser()
    assert len(tools.get("/sandbox/faults").all("[data-fault]")) == 3  # texts, calls, mail
    page = tools.press("解除 メールが届かない")
    assert [rule["channel"] for rule in world.phone.faults.all()] == ["sms", "call"]
    assert len(page.all("[data-fault]")) == 2


def test_faults_of_ones_own_are_rules_of_the_phone(world: World) -> None:
    browser = world.browser()
    browser.get("/sandbox/faults")
    page = browser.submit(
        form="#rule-form",
        channel="sms",
        what="reject",
        number="２１２１１",
        share="50",
        to="090-1234-5678",
        often="always",
    )
    (rule,) = world.phone.faults.all()
    assert (rule["what"], rule["code"], rule["share"], rule["to"], rule["times"]) == (
        "reject", 21211, 0.5, "+819012345678", None,
    )  # fmt: skip
    assert "21211" in page.text and "50%" in page.text
    page = browser.submit(form="#rule-form", what="delay", number="soon", share="")
    assert page.has("#rule-number-error")
    page = browser.submit(form="#rule-form", what="delay", number="1", share="500")
    assert page.has("#rule-share-error")
    page = browser.submit(form="#rule-form", what="http_status", number="5000", share="")
    assert "受け付けませんでした" in page.text
    assert len(world.phone.faults.all()) == 1


def test_faults_unknown_are_refused(world: World) -> None:
    browser = world.browser()
    browser.get("/sandbox/faults")
    browser.post("/sandbox/faults", {"fault": "earthquake", "csrf_token": browser.csrf_token}, expect=400)


def test_fault_api_asks_for_each_and_lifts(world: World) -> None:
    for key in not_empty(FAULTS):
        assert any(each["words"] for each in call(world, "POST", "", {"fault": key})["faults"]), key
    listed = call(world, "GET")
    assert {each["fault"] for each in listed["known"]} == set(FAULTS)
    assert {each["id"] for each in listed["faults"]} >= {"slow-database", "locked-database"}
    assert [each["left"] for each in listed["faults"] if each["fault"] == "sms-lost"] == [1]
    left = call(world, "DELETE", "/locked-database")["faults"]
    assert "locked-database" not in {each["id"] for each in left}
    assert call(world, "DELETE")["faults"] == []
    assert call(world, "POST", "", {"what": "slow", "seconds": 1, "channel": "mail", "times": 3})["faults"]
    (rule,) = world.phone.faults.all()
    assert (rule["what"], rule["times"]) == ("slow", 3)


@pytest.mark.parametrize(
    "body",
    [{}, {"fault": "earthquake"}, {"fault": "sms-lost", "times": 0}, {"fault": "sms-lost", "times": True},
     {"fault": "slow-database", "times": 1}, {"what": "burn"}, {"fault": ["sms-lost"]}],
)  # fmt: skip
def test_fault_api_refuses_what_it_does_not_know(world: World, body: dict[str, Any]) -> None:
    answer = world.browser().raw("POST", "/sandbox/api/faults", json=body)
    assert answer.status_code == 422 and answer.mimetype == "application/problem+json"
    assert world.phone.faults.all() == []
    assert world.browser().raw("DELETE", "/sandbox/api/faults/999").status_code == 422


def test_faults_of_the_site_work_without_the_phone(tmp_path: Path) -> None:
    phone = run_phone(str(tmp_path / "phone"))
    apps = AppFixture(tmp_path / "apps", phone=phone)
    world = apps.fresh()
    phone.stop()
    browser = world.browser()
    assert "電話が応答しない" in browser.get("/sandbox/faults").text
    assert browser.submit(form="#always-locked-database").has('[data-fault="locked-database"]')
    assert "変更できません" in browser.submit(form="#next-sms-lost").text
    browser.press("すべて解除")
    assert not browser.page.has('[data-fault="locked-database"]')
    assert world.browser().raw("GET", "/sandbox/api/faults").status_code == 502
    apps.close()
