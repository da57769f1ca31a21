"""The way to the tools: their first page, and the banner on every other page."""

from __future__ import annotations

import pytest

from tests.app_fixture import World
from tests.assertions import not_empty
from tests.form_client import Page

SHOP_PAGES = ("/", "/ap/signin", "/ap/register", "/music", "/nowhere")


def banner(page: Page) -> str:
    return " ".join(page.one(".sandbox-bar").to_text().split())


def test_start_names_each_tool_and_leads_to_it(world: World, language: str) -> None:
    browser = world.browser(language)
    page = browser.get("/sandbox")
    assert page.name == "sandbox.start"
    links = [link.attrs["href"] for link in page.all(".start-tools a")]
    assert len(links) == 10
    for path in not_empty(links):
        assert browser.raw("GET", path).status_code == 200, path


def test_start_shows_who_is_here_and_what_is_set(world: World) -> None:
    taro = world.person("taro")
    taro.signs_in()
    browser = taro.browser
    browser.raw("PUT", "/sandbox/api/clock", json={"by": 600})
    browser.raw("POST", "/sandbox/api/faults", json={"fault": "sms-lost"})
    shown = browser.get("/sandbox").one(".start-now").to_text()
    for part in ("既定", "太郎", "10分", "SMSが届かない"):
        assert part in shown, part


@pytest.mark.parametrize("path", SHOP_PAGES, ids=lambda path: path[1:] or "home")
def test_banner_leads_to_the_tools(world: World, path: str) -> None:
    browser = world.browser()
    browser.raw("GET", path)
    page = browser.get(path, expect=404 if path == "/nowhere" else 200)
    assert page.one("#sandbox-tools").attrs["href"] == "/sandbox"
    assert not page.has(".tools-note")


def test_banner_names_the_persona(world: World) -> None:
    taro = world.person("taro")
    assert "taro" not in banner(taro.browser.get("/"))
    taro.signs_in()
    assert "taro" in banner(taro.page)


def test_banner_is_not_in_frames_as_the_stage_shows_the_same(world: World) -> None:
    framed = world.browser().raw("GET", "/", headers={"Sec-Fetch-Dest": "iframe"})
    assert framed.status_code == 200 and "sandbox-bar" not in framed.get_data(as_text=True)


def test_banner_shows_an_armed_fault_until_it_has_happened(world: World) -> None:
    taro = world.person("taro")
    taro.browser.raw("POST", "/sandbox/api/faults", json={"fault": "sms-lost"})
    assert "SMSが届かない (1×)" in banner(taro.browser.get("/ap/signin"))
    taro.gives_password()
    assert not taro.browser.get("/").has("[data-faults]")


def test_banner_clears_faults_and_stays_on_the_page(world: World) -> None:
    browser = world.browser()
    for fault in ("sms-lost", "mail-lost", "call-lost"):
        browser.raw("POST", "/sandbox/api/faults", json={"fault": fault, "times": None})
    page = browser.get("/ap/register")
    assert page.one("[data-faults]").attrs["data-faults"] == "3" and "ほか1件" in banner(page)
    page = browser.submit(form='.tools-note form[action$="/faults/lift"]')
    assert page.name == "account.register" and not page.has(".tools-note")
    assert world.phone.send("GET", "/api/v1/faults").json()["faults"] == []


def test_banner_learns_of_the_phones_own_faults_on_the_tools_pages(world: World) -> None:
    browser = world.browser()
    world.phone.faults.add("drop", 1, channel="sms")
    browser.get("/sandbox")
    assert "SMSが届かない" in banner(browser.get("/"))
    world.phone.faults.clear()
    assert not browser.get("/").has("[data-faults]")


def test_banner_is_for_those_who_may_use_the_tools(world: World) -> None:
    stranger = world.browser()
    answer = stranger.raw("GET", "/", headers={"X-Forwarded-For": "198.51.100.7"})
    assert "sandbox-bar" not in answer.get_data(as_text=True)
