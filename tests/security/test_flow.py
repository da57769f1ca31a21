"""Steps cannot be skipped, taken over or led astray (docs/promises.md#26 to #32)."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, urljoin, urlsplit

import argon2
import pytest
from werkzeug.test import TestResponse

from tests.actors import Person
from tests.app_fixture import AppFixture, World
from tests.assertions import not_empty, refusal
from tests.security.tools import (
    is_accepted,
    is_signed_in,
    protected,
    rows,
    sends,
    texts,
    to_mid_step,
    types,
)

SIGN_IN = "/ap/signin"
MUSIC = "/music/ap/signin"
POLLS = ("/ap/cvf/approval/poll", "/desk/poll")
"""Not there for anyone but the browser that waits (docs/promises.md#92)."""


def leads_to(answer: TestResponse) -> str | None:
    """The path that an answer sends on to."""
    location = answer.headers.get("Location")
    return urlsplit(location).path if location else None


def test_password_alone_opens_no_protected_page_s26(world: World, taro: Person) -> None:
    assert taro.gives_password().name == "sign_in.code"
    before = rows(world, "accounts"), rows(world, "methods"), len(texts(world))
    assert len(protected(world, "GET")) >= 5
    for path in not_empty(protected(world, "GET")):
        answer = taro.browser.raw("GET", path)
        closed = ((404, None),) if path in POLLS else ((303, SIGN_IN), (303, MUSIC), (401, None))
        assert (answer.status_code, leads_to(answer)) in closed, path
    for path in not_empty(protected(world, "POST")):
        answer = sends(taro.browser, path, decision="approve", otpCode="123456", rememberDevice="1")
        assert (answer.status_code, leads_to(answer)) in ((303, SIGN_IN), (303, MUSIC), (401, None)), path
    assert (rows(world, "accounts"), rows(world, "methods"), len(texts(world))) == before
    assert rows(world, "sessions") == []


@pytest.mark.parametrize(("age", "good"), [(1799, True), (1800, False)])
@pytest.mark.usefixtures("still")
def test_half_done_sign_in_lives_thirty_minutes_s27(world: World, jiro: Person, age: int, good: bool) -> None:
    to_mid_step(world)
    jiro.gives_password()
    world.clock.advance(age)
    assert is_accepted(types(jiro, jiro.app_code())) is good
    assert is_signed_in(jiro.browser) is good


@pytest.mark.usefixtures("still")
def test_half_done_sign_in_outlives_its_newest_code_by_two_minutes_s27(world: World, taro: Person) -> None:
    taro.gives_password()
    world.clock.advance(700)
    taro.browser.press("コードを再送信")
    code = taro.reads_code()
    world.clock.advance(719)
    assert refusal(lambda: types(taro, code)) == "WrongCode.expired"
    world.clock.advance(1)
    assert leads_to(types(taro, code)) == SIGN_IN


@pytest.mark.usefixtures("still")
def test_resends_keep_no_sign_in_half_done_for_longer_s27(world: World, taro: Person) -> None:
    taro.gives_password()
    for _ in range(3):
        world.clock.advance(590)
        taro.browser.press("コードを再送信")
    code = taro.reads_code()
    world.clock.advance(30)
    assert leads_to(types(taro, code)) == SIGN_IN
    assert not is_signed_in(taro.browser)


def test_half_done_sign_in_is_dead_in_another_browser_s27(world: World, jiro: Person) -> None:
    to_mid_step(world)
    jiro.gives_password()
    thief = jiro.elsewhere()
    stolen = jiro.browser.cookie("mihon_8000_session")
    assert stolen is not None
    thief.browser.client.set_cookie("mihon_8000_session", stolen, domain="localhost")
    answer = thief.browser.raw(
        "POST", "/ap/mfa", data={"csrf_token": jiro.browser.csrf_token, "otpCode": jiro.app_code()}
    )
    assert (answer.status_code, urlsplit(answer.headers["Location"]).path) == (303, "/ap/signin")
    assert not is_signed_in(thief.browser)
    assert is_accepted(types(jiro, jiro.app_code()))


@pytest.mark.parametrize("how_far", ["nowhere", "begun", "number given"])
def test_turning_on_without_a_verified_method_is_refused_s28(
    world: World, hanako: Person, how_far: str
) -> None:
    hanako.signs_in()
    hanako.opens_settings()
    if how_far != "nowhere":
        hanako.browser.press("開始する")
    if how_far == "number given":
        hanako.browser.submit(phoneNumber=hanako.national, channel="sms")
    sends(hanako.browser, "/a/settings/approval/setup/howto", rememberDevice="y", proven="sms")
    assert [row["two_step_on"] for row in rows(world, "accounts") if row["id"] == "hanako"] == [0]
    assert [row for row in rows(world, "methods") if row["account_id"] == "hanako"] == []


def test_hidden_fields_sign_nobody_else_in_s29(world: World, jiro: Person) -> None:
    to_mid_step(world)
    jiro.gives_name()
    names = ("email", "identifier", "account", "account_id", "user", "user_id", "_user_id", "flow_id")
    more = dict.fromkeys(names, "taro@example.com")
    sends(jiro.browser, "/ap/signin?step=password", password=jiro.password, **more)
    jiro.browser.get("/ap/mfa")
    code = jiro.app_code()
    sends(jiro.browser, "/ap/mfa", otpCode=code, **{**more, "method": "taro-sms", "method_id": "taro-sms"})
    assert [row["account_id"] for row in rows(world, "sessions")] == ["jiro"]


def test_changed_session_cookie_is_nothing_s29(world: World, jiro: Person) -> None:
    jiro.gives_password()
    cookie = jiro.browser.cookie("mihon_8000_session")
    assert cookie is not None
    body, _, signature = cookie.rpartition(".")
    for forged in (body + "." + signature[::-1], "eyJfdXNlcl9pZCI6InRhcm8ifQ" + cookie[10:], "x", ""):
        jiro.browser.client.set_cookie("mihon_8000_session", forged, domain="localhost")
        assert not is_signed_in(jiro.browser)


def test_forged_or_foreign_choice_sends_nothing_s30(world: World, taro: Person) -> None:
    taro.gives_password()
    foreign = taro.elsewhere()
    foreign.gives_password()
    other = foreign.browser.get("/ap/mfa/new-otp").all("[name=otpDeviceContext]")[0].attrs["value"]
    own = taro.browser.get("/ap/mfa/new-otp").all("[name=otpDeviceContext]")[0].attrs["value"]
    world.clock.advance(31)
    sent = len(texts(world))
    head, _, tail = own.partition(".")
    for value in ("", "x", "taro-sms", "+819012345678", other, head + "." + tail[::-1], own + "A"):
        sends(taro.browser, "/ap/mfa/new-otp", otpDeviceContext=value)
        assert len(texts(world)) == sent, value
    sends(taro.browser, "/ap/mfa/new-otp", otpDeviceContext=own)
    assert len(texts(world)) == sent + 1


AWAY = [
    "//evil.example",
    "https:evil.example",
    "https://evil.example/",
    "http:///evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "///evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "/%0d%0aLocation:%20https://evil.example",
    "/\r\nLocation: https://evil.example",
    "%2f%2fevil.example",
    "/%2fevil.example",
    "/%5cevil.example",
    "\x00//evil.example",
    " //evil.example",
    "https://localhost:8000@evil.example/",
]


def test_return_to_stays_on_the_site_after_sign_in_s31(hanako: Person) -> None:
    for target in AWAY:
        browser = hanako.elsewhere().browser
        browser.get(f"{SIGN_IN}?return_to={quote(target)}")
        sends(browser, SIGN_IN, email=hanako.email, return_to=target)
        answer = sends(browser, f"{SIGN_IN}?step=password", password=hanako.password)
        assert answer.status_code == 303
        stays_here(browser.origin, answer.headers["Location"])


def test_return_to_stays_on_the_site_after_step_up_s31(hanako: Person) -> None:
    hanako.signs_in()
    hanako.opens_settings()
    for target in AWAY:
        answer = hanako.browser.raw("GET", f"/ap/cvf/confirm?return_to={quote(target)}")
        assert answer.status_code == 303
        stays_here(hanako.browser.origin, answer.headers["Location"])


def stays_here(origin: str, location: str) -> None:
    """As browsers read an address: a backslash is a slash, tabs and line breaks are dropped."""
    read = "".join(char for char in location if char not in "\t\r\n").replace("\\", "/")
    assert urljoin(origin + "/ap/signin", read.strip()).startswith(origin + "/"), location


def test_return_to_a_path_of_the_site_is_followed_s31(hanako: Person) -> None:
    hanako.browser.get(f"{SIGN_IN}?return_to=/account/security")
    hanako.browser.submit(email=hanako.email)
    assert hanako.browser.submit(password=hanako.password).name == "account.security"


@pytest.mark.parametrize("identifier", ["nobody@example.com", "080-9999-9999", "nonsense"])
def test_known_and_unknown_accounts_look_alike_s32(hanako: Person, identifier: str) -> None:
    other = hanako.elsewhere()
    assert shape(hanako.gives_name().html, hanako.email) == shape(
        other.gives_name(identifier).html, identifier
    )
    known = hanako.browser.submit(password="wrong")
    unknown = other.browser.submit(password="wrong")
    assert known.status == unknown.status == 200
    assert shape(known.html, hanako.email) == shape(unknown.html, identifier)


def shape(html: str, typed: str) -> str:
    """A page without what differs for everyone: what was typed, and the token."""
    kept = html.replace(typed, "TYPED")
    start = kept.index('name="csrf_token"')
    value = kept.index('value="', start) + len('value="')
    return kept.replace(kept[value : kept.index('"', value)], "TOKEN")


def test_known_and_unknown_accounts_cost_one_hash_s32(
    world: World, hanako: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    verify = argon2.PasswordHasher.verify

    def counting(self: argon2.PasswordHasher, hashed: str | bytes, password: str | bytes) -> bool:
        counted.append(str(hashed).rsplit("$", 2)[0])
        return verify(self, hashed, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", counting)
    for identifier in (hanako.email, "nobody@example.com", "080-9999-9999"):
        visitor = hanako.elsewhere()
        visitor.gives_name(identifier)
        visitor.browser.submit(password="wrong")
    assert len(counted) == 3
    assert len(set(counted)) == 1


def test_disclosure_is_a_setting_s32(apps_with: Callable[..., AppFixture]) -> None:
    world = apps_with(discloses_unknown_accounts=True).fresh()
    hanako = world.person("hanako")
    assert hanako.gives_name("nobody@example.com").state != "password"
    assert hanako.gives_name().state == "password"
