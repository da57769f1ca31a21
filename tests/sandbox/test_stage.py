"""The stage without JavaScript: both frames, the forms, the script as a list, and its module's data."""

from __future__ import annotations

from typing import Any

import pytest

from tests.actors import PEOPLE, Person
from tests.app_fixture import World
from tests.assertions import not_empty
from tests.form_client import Page
from webapp.pages.framework.language import LANGUAGES
from webapp.sandbox.journeys.main_job import MAIN_JOB
from webapp.sandbox.stage.page import handset_of
from webapp.sandbox.stage.scripts import SCRIPTS

PHONE = "http://localhost:8001"  # on the host by which the site is called


def token(page: Page) -> str:
    """The page's CSRF token: each of its forms has it."""
    return str(page.all("[name=csrf_token]")[0].attrs["value"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_stage_shows_site_phone_and_script(world: World, language: str) -> None:
    page = world.browser(language).get("/sandbox/stage")
    sources = {frame.attrs["name"]: frame.attrs["src"] for frame in page.all("iframe")}
    assert sources["site"] == "/"
    assert sources["phone"].startswith(f"{PHONE}/handsets/+819012345678/?world=default&lang={language}")
    steps = page.all("[data-step]")
    assert len(steps) == sum(len(part) for _name, part in MAIN_JOB)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("script", SCRIPTS)
def test_stage_has_words_and_a_caption_for_each_step(world: World, language: str, script: str) -> None:
    page = world.browser(language).get(f"/sandbox/stage?script={script}")
    assert page.one("#stage-script option[selected]").attrs["value"] == script
    assert page.one("[name=site]").attrs["src"] == SCRIPTS[script].start
    assert [step.to_text() for step in not_empty(page.all("[data-step]")) if not step.to_text()] == []
    assert [step.to_text() for step in page.all("[data-step]") if not step.attrs["data-why"]] == []


def test_stage_may_frame_itself_and_the_phone_only(world: World) -> None:
    answer = world.browser("ja").raw("GET", "/sandbox/stage")
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["frame-src"] == f"'self' {PHONE}"
    assert policy["default-src"] == policy["script-src"] == policy["frame-ancestors"] == "'self'"
    assert f'autoplay=(self "{PHONE}")' in answer.headers["Permissions-Policy"]
    assert "camera=()" in answer.headers["Permissions-Policy"]
    ordinary = world.browser("ja").raw("GET", "/")
    assert "frame-src" not in ordinary.headers["Content-Security-Policy"]


def test_stage_takes_a_persona_on_and_shows_its_handset(world: World) -> None:
    browser = world.browser("ja")
    page = browser.get("/sandbox/stage")
    jiro = page.one("[data-persona=jiro]")
    assert jiro.attrs["data-handset"] == "+817012345678/authenticator/"
    browser.raw("POST", jiro.attrs["formaction"], data={"csrf_token": token(page)})
    state = browser.raw("GET", "/sandbox/api/stage").get_json()
    assert (state["who"], state["handset"]) == ("次郎", "+817012345678/authenticator/")
    assert "+817012345678/authenticator/" in browser.get("/sandbox/stage").one("[name=phone]").attrs["src"]


def test_bar_goes_on_after_each_sign_in(world: World) -> None:
    browser = world.browser("ja")
    held = token(browser.get("/sandbox/stage"))

    def state(how: str = "") -> dict[str, Any]:
        answer = browser.raw("GET", f"/sandbox/api/stage{how}")
        assert answer.headers["Cache-Control"] == "no-store"
        return dict(answer.get_json())

    def sends(path: str, with_token: str, **fields: str) -> int:
        answer = browser.raw("POST", path, data={"csrf_token": with_token, "next": "/", **fields})
        return answer.status_code

    assert sends("/sandbox/personas/taro", held) == 303
    beside = state()  # while the page is on its way
    assert browser.get("/").name == "shop.home"
    assert sends("/sandbox/personas/hanako", held) == 400
    assert (beside["who"], sends("/sandbox/personas/hanako", beside["csrf"])) == ("太郎", 303)
    assert state()["who"] == "花子"
    assert sends("/sandbox/clock", state("?sends")["csrf"], by="600") == 303
    assert round(world.clock.site.offset) == 600
    assert sends("/sandbox/stage/begin", state()["csrf"]) == 303  # the one that the clock's form had
    assert (state()["who"], world.clock.site.offset) == ("", 0)


def test_stage_follows_the_newest_message_clock_and_faults(world: World) -> None:
    hanako = world.person("hanako")
    browser = hanako.browser
    assert browser.raw("GET", "/sandbox/api/stage").get_json()["message"] is None
    hanako.signs_in()
    hanako.asks_for_settings()
    browser.raw("POST", "/sandbox/api/faults", json={"fault": "sms-lost"})
    browser.raw("POST", "/sandbox/api/clock", json={"by": 600})
    state = browser.raw("GET", "/sandbox/api/stage").get_json()
    assert state["message"]["handset"] == "+819012345678/"  # the mail to hanako@example.com is on her phone
    assert len(state["going_wrong"]) == 1
    assert state["moved_by"]


def test_stage_begins_a_demo_in_the_language_of_the_page(world: World) -> None:
    browser = world.browser("en")
    browser.get("/sandbox/stage")
    page = browser.get("/sandbox/stage")
    answer = browser.raw("POST", "/sandbox/stage/begin", data={"csrf_token": token(page), "next": "/"})
    assert answer.headers["Location"] == "/"
    hanako = Person(world, PEOPLE["hanako"], browser)
    hanako.signs_in()
    hanako.asks_for_settings()
    assert "Approve or deny" in world.phone.mail(hanako.email).body


def test_stage_finds_the_handset_of_any_address() -> None:
    assert handset_of("jiro@example.com") == "+817012345678/"
    assert handset_of("hanako+qa@example.com") == "hanako+qa@example.com/"
    assert handset_of("何?#50%@example.com") == "%E4%BD%95%3F%2350%25@example.com/"
