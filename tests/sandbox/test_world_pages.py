"""Worlds by click and by call: create, enter, reset, delete, each with the phone's world of its name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

import webapp
from mocksms.testing import run_phone
from tests.app_fixture import AppFixture, World
from tests.assertions import not_empty
from tests.form_client import Browser
from webapp.sandbox.form_client import HttpFormClient
from webapp.sandbox.server import CHEAP_HASH, ThreadedServer
from webapp.sandbox.worlds import Worlds
from webapp.store import accounts


@pytest.fixture
def worlds(world: World) -> Iterator[Worlds]:
    found: Worlds = world.site.extensions["nidankai_worlds"]
    yield found
    for name in found.names():
        world.browser().raw("DELETE", f"/sandbox/api/worlds/{name}")


def phones(world: World) -> set[str]:
    """The names of the phone's worlds."""
    return {each["name"] for each in world.phone.send("GET", "/api/v1/worlds").json()["worlds"]}


def enters(browser: Browser, name: str = "") -> None:
    browser.get("/sandbox/worlds")
    browser.submit(form="#world-form", name=name)


def test_all_worlds_are_listed_with_what_is_in_them(world: World, worlds: Worlds, language: str) -> None:
    worlds.make("qa-1")
    page = world.browser(language).get("/sandbox/worlds")
    assert [each.attrs["data-world"] for each in page.all("[data-world]")] == ["default", "qa-1"]
    assert "http://localhost:8000/?world=qa-1" in page.text
    assert page.has('a[href="http://localhost:8001/?world=qa-1"]')


def test_world_is_made_and_entered_by_one_form_and_left_by_another(world: World, worlds: Worlds) -> None:
    browser = world.browser()
    enters(browser, "qa-2")
    assert "qa-2" in browser.page.one(".tools-note").to_text()
    assert "qa-2" in worlds.names() and "qa-2" in phones(world)
    browser.get("/sandbox/worlds")
    browser.press("切り替える 既定")
    assert not browser.page.has(".tools-note")


def test_world_without_a_name_gets_one(world: World, worlds: Worlds) -> None:
    browser = world.browser()
    enters(browser)
    (name,) = set(worlds.names()) - {"default"}
    assert re.fullmatch("[a-z2-9]{6}", name) and browser.cookie("mihon_8000_world") == name


@pytest.mark.parametrize("name", ["../up", "with space", ".hidden", "世界"])
def test_world_of_a_bad_name_is_refused(world: World, worlds: Worlds, name: str) -> None:
    browser = world.browser()
    enters(browser, name)
    assert browser.page.has("#name-error") and worlds.names() == ["default"]


@pytest.mark.parametrize(
    ("name", "status"),
    [("default.db", 201), ("default.db-wal", 201), ("CON", 201), ("a.b", 201), ("new", 201), ("-", 422)],
)
def test_world_of_an_odd_name_harms_no_other(world: World, worlds: Worlds, name: str, status: int) -> None:
    answer = world.browser().raw("PUT", f"/sandbox/api/worlds/{name}")
    assert answer.status_code == status
    world.browser().raw("DELETE", f"/sandbox/api/worlds/{name}")
    assert world.person("taro").signs_in().name == "shop.home"


def test_reset_empties_this_world_and_its_phone_and_signs_everybody_out(world: World, worlds: Worlds) -> None:
    taro, tester = world.person("taro"), world.browser()
    for browser in (taro.browser, tester):
        enters(browser, "qa-3")
    taro.gives_password()
    with world.apps.phone_of("qa-3") as phone:
        taro.gives_code(phone.wait_for_code(taro.number))
        assert "太郎" in taro.page.text
        tester.get("/sandbox/clock")
        tester.submit(form="#jump-3600")
        tester.get("/sandbox/worlds")
        tester.submit(form='form[action="/sandbox/worlds/qa-3/empty"]')
        assert phone.messages() == []
        assert phone.send("GET", "/api/v1/clock").json()["offset"] == 0
    assert worlds.get("qa-3").services.clock.offset == 0
    assert taro.browser.get("/account").name == "sign_in.identifier"
    assert taro.gives_password().name == "sign_in.code"


def test_delete_leads_back_to_the_default_world_also_in_other_browsers(world: World, worlds: Worlds) -> None:
    tester, other = world.browser(), world.browser()
    for browser in (tester, other):
        enters(browser, "qa-4")
    other.get("/ap/signin")
    tester.get("/sandbox/worlds")
    tester.submit(form='form[action="/sandbox/worlds/qa-4/delete"]')
    assert not tester.page.has(".tools-note") and worlds.names() == ["default"]
    assert "qa-4" not in phones(world)
    other.submit(expect=404, email="taro@example.com")  # a form of a world that is not there
    assert not other.page.has(".tools-note")
    assert not list(Path(world.services.config.instance, "other-worlds").glob("*"))


def test_lost_world_is_offered_to_be_made(world: World, worlds: Worlds, language: str) -> None:
    browser = world.browser(language)
    browser.get("/account?world=gone", expect=404)
    browser.press("このワールドを作成して切り替える")
    assert "gone" in browser.page.one(".tools-note").to_text()
    for path in ("/?world=../x", "/?world=" + "a" * 65):
        assert browser.raw("GET", path).status_code == 404
    assert browser.raw("GET", "/", headers={"X-World": "gone-too"}).status_code == 404
    assert browser.raw("POST", "/ap/signin?world=gone-too").status_code == 404
    told = browser.raw("GET", "/sandbox/api/clock", headers={"X-World": "gone-too"})
    assert told.status_code == 404 and told.mimetype == "application/problem+json"


def test_cookies_of_one_world_open_nothing_in_another(world: World, worlds: Worlds) -> None:
    worlds.make("there")
    taro = world.person("taro")
    taro.signs_in(trust=True)
    assert "太郎" in taro.page.text
    taro.browser.get("/?world=there")
    assert "太郎" not in taro.page.text
    assert taro.browser.get("/account").name == "sign_in.identifier"
    assert taro.gives_password().name == "sign_in.code", "trust of another world counts nothing"
    taro.browser.get("/?world=default")
    assert not taro.page.has(".tools-note")
    assert taro.gives_password().name == "shop.home", "here it does"


def test_links_of_a_world_lead_into_it_from_any_browser(world: World, worlds: Worlds) -> None:
    hanako = world.person("hanako")
    enters(hanako.browser, "links")
    hanako.signs_in()
    hanako.asks_for_settings()
    with world.apps.phone_of("links") as phone:
        link = phone.mail(hanako.email).link("承認")
    stranger = world.browser()
    stranger.get(link.partition("localhost:8000")[2])
    assert "links" in stranger.page.one(".tools-note").to_text()
    stranger.press("承認")
    assert hanako.goes_on().name == "settings.overview"
    elsewhere = world.browser()
    elsewhere.get(link.partition("localhost:8000")[2].split("?")[0], expect=404)


def test_world_is_not_entered_by_a_picture_on_another_page(world: World, worlds: Worlds) -> None:
    worlds.make("bait")
    browser = world.browser()
    browser.raw("GET", "/?world=bait", headers={"Sec-Fetch-Mode": "no-cors"})
    assert browser.cookie("mihon_8000_world") is None
    browser.raw("GET", "/?world=bait", headers={"Sec-Fetch-Mode": "navigate"})
    assert browser.cookie("mihon_8000_world") == "bait"


def test_worlds_api_makes_lists_empties_and_deletes(world: World, worlds: Worlds) -> None:
    client = world.browser()
    made = client.raw("PUT", "/sandbox/api/worlds/api-1")
    told: dict[str, Any] = made.json or {}
    assert made.status_code == 201 and told["accounts"] == 5 and told["phone"] == "ok"
    assert told["url"] == "http://localhost:8000/?world=api-1"
    assert client.raw("PUT", "/sandbox/api/worlds/api-1").status_code == 200
    listed = (client.raw("GET", "/sandbox/api/worlds").json or {})["worlds"]
    assert [each["name"] for each in listed] == ["default", "api-1"]
    with worlds.get("api-1").services.store.writing() as db:
        accounts.remove(db, "taro")
    assert (client.raw("GET", "/sandbox/api/worlds/api-1").json or {})["accounts"] == 4
    emptied = client.raw("POST", "/sandbox/api/reset", headers={"X-World": "api-1"})
    assert (emptied.json or {})["accounts"] == 5
    assert client.raw("DELETE", "/sandbox/api/worlds/api-1").status_code == 204
    assert client.raw("DELETE", "/sandbox/api/worlds/api-1").status_code == 404
    assert client.raw("DELETE", "/sandbox/api/worlds/default").status_code == 409
    assert client.raw("PUT", "/sandbox/api/worlds/.x").status_code == 422
    assert "api-1" not in phones(world)


def test_worlds_work_without_the_phone(tmp_path: Path) -> None:
    phone = run_phone(str(tmp_path / "phone"))
    apps = AppFixture(tmp_path / "apps", phone=phone)
    browser = apps.fresh().browser()
    phone.stop()
    enters(browser, "alone")
    assert "電話が応答しない" in browser.page.text
    told: dict[str, Any] = browser.raw("POST", "/sandbox/api/reset").json or {}
    assert told["accounts"] == 5 and told["phone"] != "ok"
    apps.close()


@dataclass
class TwoSites:
    """Two sites on one folder, each served, and the phone that both send to."""

    sites: list[str]
    phone: str

    def asks(self, method: str, url: str, world: str = "default", **options: Any) -> httpx.Response:
        """One request; a client of its own, as no cookie is to be shared, without a costly TLS context."""
        with httpx.Client(verify=False, trust_env=False, timeout=60) as client:
            return client.request(method, url, headers={"X-World": world}, **options)

    def taro_signs_in(self, site: str, world: str) -> str:
        """With the code from the phone; the name that the front page greets, or else the page."""
        with httpx.Client(
            base_url=site,
            headers={"X-World": world},
            verify=False,
            trust_env=False,
            timeout=60,
        ) as http:
            browser = HttpFormClient(http)
            browser.go("GET", f"{site}/ap/signin")
            browser.fill_and_send({"email": "taro@example.com"}, "/ap/signin")
            browser.fill_and_send({"password": "Mihon-demo-1"})
            browser.fill_and_send({"otpCode": self.code(world)})
            return "太郎さん" if "太郎さん" in browser.html else browser.html

    def code(self, world: str) -> str:
        """The newest code on taro's phone."""
        return self.asks("GET", f"{self.phone}/api/v1/code?to=%2B818012345678&wait=30", world).text


@pytest.fixture
def two_sites(tmp_path: Path) -> Iterator[TwoSites]:
    """Both sites are made before either is asked for anything."""
    phone = run_phone(str(tmp_path / "phone"))
    settings = {
        "instance": str(tmp_path / "site"), "sandbox": True, "gateway_url": phone.url,
        "smtp_port": phone.smtp_port, **CHEAP_HASH,
    }  # fmt: skip
    servers = [ThreadedServer(webapp.create_app(settings)) for _ in range(2)]
    for server in servers:
        server.start()
    yield TwoSites([server.url.replace("localhost", "127.0.0.1") for server in servers], phone.url)
    for server in servers:
        server.stop()
    phone.stop()


def test_worlds_ten_at_once_over_two_processes(two_sites: TwoSites) -> None:
    def walk(at: int) -> tuple[str, int]:
        here, there = two_sites.sites[at % 2], two_sites.sites[(at + 1) % 2]
        name = f"crowd-{at}"
        assert two_sites.asks("PUT", f"{here}/sandbox/api/worlds/{name}").status_code == 201
        greeting = two_sites.taro_signs_in(there, name)
        return greeting, len(
            two_sites.asks("GET", f"{two_sites.phone}/api/v1/messages", name).json()["messages"]
        )

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(walk, range(10))) == [("太郎さん", 1)] * 10
    for site in not_empty(two_sites.sites):
        assert len(two_sites.asks("GET", f"{site}/sandbox/api/worlds").json()["worlds"]) == 11
    assert two_sites.asks("GET", f"{two_sites.phone}/api/v1/messages").json()["messages"] == []


def test_world_deleted_and_made_again_by_another_process(two_sites: TwoSites) -> None:
    one, other = two_sites.sites
    for _ in range(2):
        assert two_sites.asks("PUT", f"{one}/sandbox/api/worlds/again").status_code == 201
        assert two_sites.taro_signs_in(other, "again") == "太郎さん"
        assert two_sites.asks("GET", f"{one}/", "again").status_code == 200
        assert two_sites.asks("DELETE", f"{one}/sandbox/api/worlds/again").status_code == 204
        assert two_sites.asks("GET", f"{other}/", "again").status_code == 404
    assert two_sites.asks("PUT", f"{one}/sandbox/api/worlds/again").status_code == 201
    assert two_sites.asks("POST", f"{other}/sandbox/api/reset", "again").json()["accounts"] == 5
    assert two_sites.taro_signs_in(one, "again") == "太郎さん"


def test_world_made_by_many_at_once_is_one(worlds: Worlds, world: World) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: worlds.make("same").services.store.place, range(8)))
    assert len(made) == 1
    assert worlds.names() == ["default", "same"]
    config = world.services.config
    folders = [path.name for path in Path(config.instance, "other-worlds").glob("*")]
    assert folders == ([] if config.database_url else ["same"])
