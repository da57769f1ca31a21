"""The clock of a world: moved by steps or to a time, on the site and on the phone, and back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import webapp
from mocksms.testing import run_phone
from tests.actors import Person
from tests.app_fixture import AppFixture, World
from tests.form_client import Browser
from webapp.sandbox.server import CHEAP_HASH

DAY = 86400


def offset(world: World) -> float:
    return float(world.services.clock.offset)


def phone_offset(world: World) -> float:
    return float(world.phone.send("GET", "/api/v1/clock").json()["offset"])


def call(browser: Browser, method: str, body: object = None) -> dict[str, Any]:
    told: dict[str, Any] = browser.raw(method, "/sandbox/api/clock", json=body).json or {}
    return told


def offset_of(site: Flask, world: str = "default") -> float:
    answer = site.test_client().get("/sandbox/api/clock", headers={"X-World": world})
    return float((answer.json or {})["offset"])


@pytest.mark.parametrize("seconds", [30, 600, 3600, 30 * DAY])
def test_clock_jumps_by_a_click_and_the_phone_follows(world: World, seconds: int) -> None:
    browser = world.browser()
    browser.get("/sandbox/clock")
    page = browser.submit(form=f"#jump-{seconds}")
    assert page.name == "sandbox.clock"
    assert offset(world) == phone_offset(world) == seconds
    assert page.one("[data-clock-offset]").attrs["data-clock-offset"] == str(seconds)
    browser.get("/sandbox/clock")
    browser.submit(form=f"#jump-{seconds}")
    assert offset(world) == 2 * seconds


def test_clock_is_told_on_every_page_until_back_to_now_by_one_click(world: World, language: str) -> None:
    browser = world.browser(language)
    assert not browser.get("/ap/signin").has(".tools-note")
    browser.get("/sandbox/clock")
    browser.submit(form="#clock-by-form", by="-2", unit="hours")
    browser.get("/ap/register")
    assert browser.page.one("[data-clock-offset]").attrs["data-clock-offset"] == "-7200"
    page = browser.press("現在に戻す")
    assert page.name == "account.register"
    assert not page.has(".tools-note")
    assert offset(world) == phone_offset(world) == 0


@pytest.mark.parametrize(
    ("by", "unit", "seconds"), [("90", "seconds", 90), ("1.5", "hours", 5400), ("２", "days", 2 * DAY)]
)
def test_clock_moves_by_any_time(world: World, by: str, unit: str, seconds: float) -> None:
    browser = world.browser()
    browser.get("/sandbox/clock")
    browser.submit(form="#clock-by-form", by=by, unit=unit)
    assert offset(world) == pytest.approx(seconds)


def test_clock_is_set_to_a_local_time(world: World) -> None:
    browser = world.browser()
    browser.get("/sandbox/clock")
    browser.submit(form="#clock-to-form", to="2030-01-01T09:00")
    there = datetime.fromisoformat("2030-01-01T09:00+09:00").timestamp()
    assert world.services.clock.now() == pytest.approx(there, abs=60)
    assert "2030年1月1日" in browser.page.text


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"by": "11", "unit": "days", "times": "400"}, "前後10年"),
        ({"by": "nan"}, "前後10年"),
        ({"by": "-inf"}, "前後10年"),
        ({"by": "tomorrow"}, "のように入力"),
        ({"by": ""}, "のように入力"),
        ({"to": "2099-01-01T00:00"}, "前後10年"),
        ({"to": "0001-01-01T00:00"}, "10年|のように入力"),
        ({"to": "yesterday"}, "のように入力"),
    ],
)
def test_clock_refuses_what_is_too_far_or_no_time(world: World, fields: dict[str, str], says: str) -> None:
    browser = world.browser()
    browser.get("/sandbox/clock")
    times = float(fields.pop("times", "1"))
    if "by" in fields and times != 1:
        fields["by"] = str(float(fields["by"]) * times)
    form = "#clock-to-form" if "to" in fields else "#clock-by-form"
    filled: dict[str, Any] = dict(fields)
    page = browser.submit(form=form, **filled)
    assert any(word in page.text for word in says.split("|"))
    assert page.has(".field-error")
    assert offset(world) == 0


def test_clock_moves_what_runs_out(world: World, taro: Person) -> None:
    taro.gives_password()
    code = taro.reads_code()
    world.browser().raw("PUT", "/sandbox/api/clock", json={"by": 601})
    taro.gives_code(code)
    assert taro.page.name != "shop.home"
    taro.signs_in()
    assert "太郎" in taro.page.text
    world.browser().raw("PUT", "/sandbox/api/clock", json={"by": 3601})
    assert "太郎" not in taro.browser.get("/").text
    assert taro.browser.get("/account").name == "sign_in.identifier"


def test_clock_jump_is_followed_by_upkeep(world: World, taro: Person) -> None:
    taro.signs_in()
    assert world.sql("SELECT count(*) FROM sessions")[0][0] == 1
    answer = world.browser().raw("PUT", "/sandbox/api/clock", json={"by": 40 * DAY})
    answer.close()
    assert world.sql("SELECT count(*) FROM sessions")[0][0] == 0


def test_clock_goes_back_and_nothing_stands_in_the_way(world: World, jiro: Person, taro: Person) -> None:
    """What was used, sent or refused on a day that lies ahead again must not wait for that day."""
    tools = world.browser()
    tools.raw("PUT", "/sandbox/api/clock", json={"by": 30 * DAY})
    jiro.signs_in()
    taro.gives_password()
    wrong = "000000" if taro.reads_code() != "000000" else "111111"
    for _ in range(3):
        taro.gives_code(wrong)
    assert taro.browser.submit(otpCode=wrong, expect=429).headers["Retry-After"]
    tools.raw("DELETE", "/sandbox/api/clock")
    assert offset(world) == 0
    assert "次郎" in jiro.browser.get("/").text  # still signed in
    late = jiro.elsewhere()
    assert late.signs_in().name == "shop.home"  # the app's code of now counts
    assert jiro.browser.get("/account/security").name == "account.security"
    tools.raw("PUT", "/sandbox/api/clock", json={"by": 60})
    again = taro.elsewhere()
    again.gives_password()
    assert again.gives_code().name == "shop.home"  # another code was sent, and no wait of a month runs


def test_clock_of_another_site_process_follows_at_once(tmp_path: Path) -> None:
    phone = run_phone(str(tmp_path / "phone"))
    settings = {
        "instance": str(tmp_path / "site"), "sandbox": True, "gateway_url": phone.url,
        "smtp_port": phone.smtp_port, **CHEAP_HASH,
    }  # fmt: skip
    one, other = (webapp.create_app(settings) for _ in range(2))
    one.test_client().put("/sandbox/api/clock", json={"offset": 7200})
    assert offset_of(other, "default") == 7200
    assert other.extensions["nidankai"].clock.now() == pytest.approx(time.time() + 7200, abs=60)
    other.test_client().delete("/sandbox/api/clock")
    assert one.extensions["nidankai"].clock.offset == 0
    one.test_client().put("/sandbox/api/worlds/side")
    one.test_client().put("/sandbox/api/clock?world=side", json={"offset": 60})
    assert offset_of(other, "side") == 60
    assert offset_of(other, "default") == 0
    phone.stop()


@pytest.fixture
def phoneless(apps_with: Callable[..., AppFixture], tmp_path: Path) -> Iterator[World]:
    """A site whose phone has gone away."""
    phone = run_phone(str(tmp_path / "gone"))
    apps = AppFixture(tmp_path / "apps", phone=phone)
    world = apps.fresh()
    phone.stop()
    yield world
    apps.close()


def test_clock_moves_alone_when_the_phone_is_silent_and_says_so(phoneless: World) -> None:
    browser = phoneless.browser()
    assert "電話が応答しません" in browser.get("/sandbox/clock").text
    page = browser.submit(form="#jump-30")
    assert "サイトの時計だけを動かしました" in page.text
    assert offset(phoneless) == 30
    told = call(browser, "PUT", {"by": 30})
    assert told["offset"] == 60
    assert told["phone"] == {"answers": False, "offset": None}


def test_clock_page_sets_a_phone_right_that_was_reset_alone(world: World) -> None:
    browser = world.browser()
    browser.get("/sandbox/clock")
    browser.submit(form="#jump-600")
    assert not browser.page.has("#clock-phone")
    world.phone.reset()
    assert browser.get("/sandbox/clock").has("#clock-phone")
    page = browser.press("電話の時計を合わせる")
    assert phone_offset(world) == 600
    assert not page.has("#clock-phone")


def test_clock_api_shows_sets_and_clears(world: World) -> None:
    client = world.browser()
    told = call(client, "PUT", {"offset": 3600})
    assert told["offset"] == 3600 and told["phone"] == {"answers": True, "offset": 3600}
    assert datetime.fromisoformat(told["now"]).timestamp() == pytest.approx(time.time() + 3600, abs=60)
    assert told["local"].endswith("+09:00")
    told = call(client, "POST", {"to": "2028-02-29T00:00:00Z"})
    assert told["now"].startswith("2028-02-29T00:00")
    assert call(client, "DELETE")["offset"] == 0


@pytest.mark.parametrize(
    "body",
    [{}, {"by": 1, "to": "x"}, {"by": "1"}, {"by": True}, {"by": 4e8}, {"offset": 1e300}, {"to": 5}, {"to": ""},
     {"at": 1}, [], "x", None],
)  # fmt: skip
def test_clock_api_refuses_what_it_does_not_know(world: World, body: object) -> None:
    answer = world.browser().raw("PUT", "/sandbox/api/clock", json=body)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert offset(world) == 0


@pytest.mark.parametrize("number", ["1" + "0" * 400, "1e999", "NaN"])
def test_clock_api_refuses_numbers_that_are_none(world: World, number: str) -> None:
    for name in ("offset", "by"):
        answer = world.browser().raw(
            "PUT", "/sandbox/api/clock", data=f'{{"{name}": {number}}}', content_type="application/json"
        )
        assert answer.status_code == 422
    assert offset(world) == 0


def test_clock_that_goes_back_leaves_no_step_up_longer_than_it_was(world: World, hanako: Person) -> None:
    hanako.signs_in()
    call(hanako.browser, "PUT", {"by": 3000})
    hanako.opens_settings()
    call(hanako.browser, "DELETE")
    world.clock.site.advance(world.services.config.step_up_seconds + 60)
    assert hanako.browser.get("/a/settings/approval").name != "settings.overview"


def test_clock_is_told_on_pages_about_a_failure_too(world: World, taro: Person) -> None:
    taro.signs_in()
    call(taro.browser, "PUT", {"by": 600})
    assert taro.browser.raw("GET", "/no-such-page").get_data(as_text=True).count("data-clock-offset") == 1
