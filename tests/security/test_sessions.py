"""Sessions and their cookies (docs/promises.md#42 to #47)."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

import mocksms
from tests import lockout
from tests.actors import Person
from tests.app_fixture import AppFixture, World
from tests.assertions import not_empty
from tests.flows.test_music import listens
from tests.form_client import Browser
from tests.security.tools import is_accepted, is_signed_in, rows, sends, to_mid_step, types
from webapp.config import Config

SETTINGS = "/a/settings/approval"
CHANGES = (
    "/start",
    "/trusted/revoke",
    "/trusted/revoke-all",
    "/setup/register",
    "/setup/verify",
    "/setup/howto",
)


def copy(person: Person) -> Browser:
    """A browser with all of somebody's cookies as they are now."""
    thief = person.elsewhere().browser
    for name in ("mihon_8000_session", "mihon_8000_browser"):
        value = person.browser.cookie(name)
        if value is not None:
            thief.client.set_cookie(name, value, domain="localhost")
    return thief


def contents(cookie: str) -> bytes:
    """What is readable in Flask's cookie."""
    packed = cookie.startswith(".")
    payload = cookie.lstrip(".").partition(".")[0]
    plain = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    return zlib.decompress(plain) if packed else plain


@pytest.mark.parametrize("change", CHANGES)
def test_change_asks_for_step_up_when_stale_s42(world: World, hanako: Person, change: str) -> None:
    hanako.signs_in()
    hanako.browser.get("/account")
    for _ in ("never elevated", "no longer elevated"):
        answer = sends(hanako.browser, SETTINGS + change, phoneNumber=hanako.national, channel="sms")
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/ap/cvf/confirm")
        assert [row for row in rows(world, "flows") if row["kind"] == "set_up"] == []
        hanako.opens_settings()
        world.clock.advance(901)


@pytest.mark.usefixtures("still")
def test_step_up_lasts_fifteen_minutes_s42(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.opens_settings()
    world.clock.advance(899)
    assert hanako.browser.raw("GET", SETTINGS).status_code == 200
    world.clock.advance(1)
    assert hanako.browser.raw("GET", SETTINGS).status_code == 303


def test_old_id_is_dead_after_each_proof_s43(world: World, jiro: Person) -> None:
    to_mid_step(world)
    jiro.gives_name()
    before_password = copy(jiro)
    jiro.browser.submit(password=jiro.password)
    before_code = copy(jiro)
    assert is_accepted(types(jiro, jiro.app_code()))
    signed_in = copy(jiro)
    assert is_signed_in(signed_in)
    assert not is_signed_in(before_password)
    assert not is_signed_in(before_code)
    world.clock.advance(60)
    jiro.opens_settings()
    assert is_signed_in(jiro.browser)
    assert not is_signed_in(signed_in)
    assert signed_in.raw("GET", SETTINGS).status_code == 303


def test_id_from_before_the_sign_in_is_not_kept_s43(hanako: Person) -> None:
    """Fixation: whoever planted a cookie holds nothing after the owner signs in."""
    hanako.browser.get("/ap/signin")
    planted = copy(hanako)
    hanako.signs_in()
    assert not is_signed_in(planted)


def test_token_of_forms_from_before_the_sign_in_is_dead_s43(hanako: Person) -> None:
    """Nothing of the cookie that a stranger may have put into the browser is kept."""
    hanako.gives_name()
    before = hanako.browser.csrf_token
    hanako.browser.submit(password=hanako.password)
    answer = hanako.browser.raw("POST", "/ap/signout", data={"csrf_token": before})
    assert answer.status_code == 400
    assert is_signed_in(hanako.browser)


def test_signing_in_again_ends_the_earlier_session_s43(world: World, hanako: Person) -> None:
    hanako.signs_in()
    earlier = copy(hanako)
    hanako.browser.get("/ap/signin")
    hanako.browser.submit(email=hanako.email)
    hanako.browser.submit(password=hanako.password)
    assert is_signed_in(hanako.browser)
    assert not is_signed_in(earlier)
    assert len(rows(world, "sessions")) == 1


def test_ids_are_random_and_server_side_s44(world: World, hanako: Person) -> None:
    hanako.signs_in()
    cookie = hanako.browser.cookie("mihon_8000_session")
    assert cookie is not None
    readable = contents(cookie).decode()
    found = re.search(r'"_user_id":"([\w-]+)"', readable)
    assert found is not None
    assert len(found[1]) >= 22  # 128 bits in URL-safe base64
    for private in (hanako.email, hanako.name, hanako.number, "hanako", "elevated"):
        assert private not in readable
    (session,) = rows(world, "sessions")
    assert found[1] not in str(session)
    elsewhere = hanako.elsewhere()
    elsewhere.signs_in()
    other = elsewhere.browser.cookie("mihon_8000_session")
    assert other is not None
    assert found[1] not in contents(other).decode()


COOKIES = 7
"""Session, browser, language, the mark of a browser that signed in, the trust of the shop and of the music app, its
session. A passkey's dialog has none: its flow is found by the challenge (docs/promises.md#90)."""


def cookies_of(world: World, person: Person, origin: str) -> dict[str, str]:
    """Every cookie that the site sets on the way in, by name, with its attributes."""
    found: dict[str, str] = {}
    browser = person.browser
    browser.origin = origin
    browser.url = origin + "/"
    fetch = browser.client.open

    def watching(*args: object, **kwargs: object) -> TestResponse:
        answer = fetch(*args, **kwargs)  # type: ignore[arg-type]
        for cookie in answer.headers.getlist("Set-Cookie"):
            name, _, attributes = cookie.partition("=")
            found[name] = attributes.partition(";")[2]
        return answer

    browser.client.open = watching  # type: ignore[method-assign]
    browser.get("/?lang=en")
    person.signs_in(trust=True)
    assert is_signed_in(browser)
    assert listens(person, trust=True).state == "in"
    browser.get("/ap/signin")
    fields = {"csrf_token": browser.csrf_token}
    browser.raw("POST", "/ap/passkey/options", data=fields, headers={"Referer": browser.page.url})
    return found


def test_cookies_are_kept_from_scripts_and_other_sites_s45(world: World, taro: Person) -> None:
    cookies = cookies_of(world, taro, "http://localhost:8000")
    assert len(cookies) == COOKIES
    for name, attributes in not_empty(cookies.items()):
        assert name.startswith("mihon_"), name
        assert "HttpOnly" in attributes, name
        assert "SameSite=Lax" in attributes, name
        assert "Path=/" in attributes, name


def test_cookies_are_bound_to_the_host_under_tls_s45(apps_with: Callable[..., AppFixture]) -> None:
    world = apps_with(site_url="https://mihon.example").fresh()
    taro = world.person("taro", origin="https://mihon.example")
    cookies = cookies_of(world, taro, "https://mihon.example")
    assert len(cookies) == COOKIES
    for name, attributes in not_empty(cookies.items()):
        assert name.startswith("__Host-mihon_"), name
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(attributes.strip().split("; ")), name
        assert "Domain" not in attributes, name
    assert "max-age=" in taro.page.headers["Strict-Transport-Security"]


@pytest.mark.parametrize(
    ("url", "mark"),
    [
        ("http://localhost:8001", "8001_"), ("http://localhost", ""), ("http://localhost:80", ""),
        ("http://localhost:443", ""), ("http://[::1]:8001", "8001_"),
    ],
    ids=["8001", "none", "80", "443", "v6"],
)  # fmt: skip
def test_sites_on_two_ports_share_no_cookie_s45(url: str, mark: str) -> None:
    assert Config(site_url=url).cookie("session") == f"mihon_{mark}session"
    assert Config(site_url=url.replace("http:", "https:")).cookie("session") == "__Host-mihon_session"


def test_cookies_without_a_port_are_still_read_s45(world: World, hanako: Person) -> None:
    hanako.signs_in()
    older, other = world.browser(), world.browser()
    for name in ("session", "browser"):
        value = hanako.browser.cookie(f"mihon_8000_{name}")
        assert value
        older.client.set_cookie(f"mihon_{name}", value, domain="localhost")
        other.client.set_cookie(f"mihon_8001_{name}", value, domain="localhost")
    assert is_signed_in(older) and not is_signed_in(other)
    older.get("/account")
    older.press("サインアウト")
    assert not is_signed_in(older)


def test_site_and_phone_share_no_cookie_name_s45(world: World, taro: Person, tmp_path: Path) -> None:
    of_site = set(cookies_of(world, taro, "http://localhost:8000"))
    phone = mocksms.create_app({"INSTANCE": str(tmp_path), "SMTP_PORT": -1})
    of_phone = {str(phone.config["SESSION_COOKIE_NAME"])}
    client = phone.test_client()
    for path in ("/", "/?lang=en"):
        answer = client.get(path, follow_redirects=True)
        of_phone |= {cookie.partition("=")[0] for cookie in answer.headers.getlist("Set-Cookie")}
    assert all(name.startswith("tel_") for name in of_phone), of_phone
    assert not of_site & of_phone


def test_old_cookie_is_dead_after_sign_out_s46(world: World, hanako: Person) -> None:
    hanako.signs_in()
    kept = copy(hanako)
    hanako.signs_out()
    assert not is_signed_in(kept)
    assert not is_signed_in(hanako.browser)
    assert rows(world, "sessions") == []


def test_back_shows_nothing_s46(hanako: Person) -> None:
    hanako.signs_in()
    for path in ("/", "/account", "/account/security"):
        assert hanako.browser.get(path).headers["Cache-Control"] == "no-store"
    hanako.signs_out()
    assert hanako.name not in hanako.browser.get("/").text


@pytest.mark.parametrize(("pause", "good"), [(3599, True), (3600, False)])
@pytest.mark.usefixtures("still")
def test_session_ends_after_an_idle_hour_s47(world: World, hanako: Person, pause: int, good: bool) -> None:
    hanako.signs_in()
    world.clock.advance(pause)
    assert is_signed_in(hanako.browser) is good


def test_page_left_open_does_not_keep_its_session_s47(world: World) -> None:
    desk = lockout.reviewer(world)
    for _ in range(6):
        world.clock.advance(590)
        assert desk.browser.raw("GET", "/desk/poll").status_code == 200
    world.clock.advance(60)
    assert desk.browser.raw("GET", "/desk/poll").status_code == 404


def test_session_ends_after_a_day_however_busy_s47(world: World, hanako: Person) -> None:
    hanako.signs_in()
    for _ in range(28):  # 23 h 48 min, a page each 51 min
        world.clock.advance(3060)
        assert is_signed_in(hanako.browser)
    world.clock.advance(730)
    assert not is_signed_in(hanako.browser)
