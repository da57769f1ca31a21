"""Worlds are isolated: accounts, clock, messages and recordings."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests import engines
from tests.app_fixture import World
from webapp.sandbox.store.trace_log import Step
from webapp.sandbox.worlds import MOST_WORLDS, BadWorld, Worlds
from webapp.store import accounts
from webapp.store.engine import UnknownWorld


@pytest.fixture
def worlds(world: World) -> Iterator[Worlds]:
    found: Worlds = world.site.extensions["nidankai_worlds"]
    for name in found.names():
        found.delete(name)
    yield found
    for name in found.names():
        found.delete(name)


def test_worlds_are_made_with_the_demo_accounts_and_deleted_whole(worlds: Worlds) -> None:
    made = worlds.make("qa-1")
    with made.services.store.reading() as db:
        assert [each.id for each in accounts.list_all(db)] == [
            "hanako", "taro", "jiro", "sakura", "desk",
        ]  # fmt: skip
        assert (
            len(db.execute("SELECT id FROM documents WHERE length(sealed) > 99").fetchall()) == 1
        )  # sakura's
    assert worlds.names() == ["default", "qa-1"]
    assert worlds.make("qa-1").services.store.place == made.services.store.place
    assert worlds.delete("qa-1") and not worlds.delete("qa-1")
    with pytest.raises(UnknownWorld):
        worlds.get("qa-1")
    assert not worlds.delete("default")


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "a" * 65, "日本"])
def test_worlds_of_bad_names_are_refused(worlds: Worlds, name: str) -> None:
    with pytest.raises(BadWorld):
        worlds.make(name)
    with pytest.raises(UnknownWorld):
        worlds.get(name)
    assert MOST_WORLDS >= 100


def test_worlds_have_accounts_clocks_and_walks_of_their_own(worlds: Worlds, world: World) -> None:
    one, two = worlds.make("one"), worlds.make("two")
    with one.services.store.writing() as db:
        accounts.remove(db, "taro")
    one.services.clock.advance(3600)
    with two.services.store.reading() as db:
        assert "taro" in [each.id for each in accounts.list_all(db)]
    assert one.services.clock.now() - two.services.clock.now() == pytest.approx(3600, abs=5)
    assert world.services.clock.offset == 0
    emptied = worlds.empty("one")
    with emptied.services.store.reading() as db:
        assert "taro" in [each.id for each in accounts.list_all(db)]
    assert emptied.services.clock.offset == 0


def test_worlds_are_chosen_by_link_and_kept_by_cookie(worlds: Worlds, world: World) -> None:
    worlds.make("qa-1")
    browser = world.browser()
    page = browser.get("/?world=qa-1")
    assert "qa-1" in page.text
    assert "qa-1" in browser.get("/ap/signin").text
    assert browser.raw("GET", "/?world=nobody").status_code == 404
    worlds.delete("qa-1")
    assert not browser.get("/").has(".tools-note")
    assert browser.raw("GET", "/").headers.getlist("Set-Cookie") == []  # forgotten by the answer before


def test_worlds_keep_their_messages_apart_and_links_lead_back(worlds: Worlds, world: World) -> None:
    worlds.make("qa-2")
    taro = world.person("taro")
    taro.browser.get("/?world=qa-2")
    taro.gives_password()
    assert world.phone.messages() == []
    other = world.apps.phone_of("qa-2")
    code = other.code(taro.number)
    assert code is not None and re.fullmatch("[0-9]{6}", code)
    hanako = world.person("hanako")
    hanako.browser.get("/?world=qa-2")
    hanako.signs_in()
    hanako.asks_for_settings()
    mail = other.mail(hanako.email)
    assert "?world=qa-2" in mail.link("承認")
    assert world.phone.messages() == []
    other.delete_world()


def test_worlds_ten_at_once_do_not_touch_each_other(worlds: Worlds, world: World) -> None:
    names = [f"w{at}" for at in range(10)]

    def walk(name: str) -> tuple[str, str | None]:
        worlds.make(name)
        person = world.person("taro")
        person.browser.get(f"/?world={name}")
        person.gives_password()
        with world.apps.phone_of(name) as phone:
            code = phone.code(person.number)
            count = len(phone.messages())
            phone.delete_world()
        assert count == 1
        return name, code

    with ThreadPoolExecutor(10) as pool:
        codes = dict(pool.map(walk, names))
    assert all(codes.values())
    assert world.phone.messages() == []
    for name in names:
        worlds.delete(name)


def test_worlds_can_be_listed_while_one_is_made_and_deleted(worlds: Worlds, world: World) -> None:
    over = threading.Event()

    def churn() -> None:
        while not over.is_set():
            worlds.make("churn")
            worlds.delete("churn")

    churning = threading.Thread(target=churn)
    churning.start()
    try:
        told = [world.browser().raw("GET", "/sandbox/api/worlds") for _ in range(30)]
    finally:
        over.set()
        churning.join()
    assert {answer.status_code for answer in told} == {200}
    assert {each["accounts"] for answer in told for each in (answer.json or {})["worlds"]} == {5}


def test_worlds_settings_that_change_at_once_are_all_kept(worlds: Worlds) -> None:
    settings = worlds.make("settings").settings
    for _ in range(40):
        settings.clear()
        with ThreadPoolExecutor(2) as pool:
            pool.submit(settings.change, offset=30.0)
            pool.submit(settings.change, slow_database=2.0)
        assert (settings.now().offset, settings.now().slow_database) == (30.0, 2.0)


def test_worlds_logs_begin_under_many_hands(worlds: Worlds) -> None:
    for at in range(10):
        trace_log = worlds.make(f"log{at}").trace_log
        with ThreadPoolExecutor(6) as pool:
            ids = list(pool.map(trace_log.add, [[Step(1.0, "w", "tool", "x")]] * 12))
        assert sorted(ids) == list(range(1, 13))


def test_unknown_world_is_named_with_its_nearest_and_not_made(
    worlds: Worlds, world: World, language: str
) -> None:
    for name in ("checkout-1", "checkout-2"):
        worlds.make(name)
    browser = world.browser(language)
    page = browser.get("/account?world=Chekout-1", expect=404)
    links = [link.attrs["href"] for link in page.all("#nearest-worlds a")]
    assert links == ["/?world=checkout-1", "/?world=checkout-2"]
    for path in ("clock", "personas", "faults", "worlds/Chekout-1"):
        told = browser.raw("GET", f"/sandbox/api/{path}", headers={"X-World": "Chekout-1"})
        assert told.status_code == 404 and "checkout-1, checkout-2" in (told.json or {})["detail"]
    told = browser.raw("GET", "/sandbox/api/worlds/Chekout-1")
    assert told.status_code == 404 and "checkout-1" in (told.json or {})["detail"]
    assert worlds.names() == ["default", "checkout-1", "checkout-2"]
    assert browser.get(links[0]).one(".tools-note").to_text().strip().endswith("checkout-1")


@pytest.mark.parametrize(
    ("method", "path", "options"),
    [
        ("POST", "/sandbox/api/reset?world=", {}),
        ("POST", "/sandbox/api/reset", {"headers": {"X-World": ""}}),
        ("POST", "/sandbox/reset?world=", {}),
        ("GET", "/sandbox/api/clock?world=", {}),
        ("GET", "/account?world=", {}),
        ("GET", "/?world=&lang=en", {"headers": {"Accept": "application/json"}}),
    ],
)
def test_empty_world_is_no_world(
    worlds: Worlds, world: World, method: str, path: str, options: dict[str, Any]
) -> None:
    """A variable that is unset must not stand for the world that everybody shares."""
    with world.services.store.writing() as db:
        accounts.remove(db, "taro")
    answer = world.browser().raw(method, path, **options)
    assert answer.status_code == 422
    if "/api/" in path:
        assert answer.mimetype == "application/problem+json" and "empty" in (answer.json or {})["detail"]
    with world.services.store.reading() as db:
        assert "taro" not in [each.id for each in accounts.list_all(db)]


def test_deleted_world_is_told_to_the_browsers_in_it(worlds: Worlds, world: World) -> None:
    worlds.make("qa-3")
    browser, poller, sender = (world.browser() for _ in range(3))
    for each in (browser, poller, sender):
        each.get("/?world=qa-3")
    sender.get("/ap/signin")
    worlds.delete("qa-3")
    assert "qa-3" in browser.get("/").text and not browser.page.has(".tools-note")
    assert "qa-3" not in browser.get("/").text
    fetched = poller.raw("GET", "/", headers={"Sec-Fetch-Mode": "cors"})
    assert fetched.status_code == 404 and poller.cookie("mihon_8000_world") == "qa-3"
    assert "qa-3" in poller.get("/").text
    sender.submit(
        expect=404, email="taro@example.com"
    )  # what was meant for it is not done in the default world
    assert "qa-3" in sender.page.text and sender.cookie("mihon_8000_world") is None
    assert worlds.names() == ["default"]


def test_world_deleted_under_a_request_is_told_by_it(worlds: Worlds, world: World) -> None:
    """Another process deletes the world after this request has chosen it."""
    made = worlds.make("qa-4")
    taro = world.person("taro")
    taro.browser.get("/?world=qa-4")
    taro.gives_name()

    def drop() -> None:
        with engines.another(world.services.config) as elsewhere:
            elsewhere.drop("qa-4")

    made.services.store.before_writing = drop
    page = taro.browser.submit(expect=404, password=taro.password)
    assert "qa-4" in page.text and not page.has(".tools-note")
    assert taro.browser.cookie("mihon_8000_world") is None and worlds.names() == ["default"]
    assert world.sql("SELECT count(*) FROM flows WHERE kind = 'sign_in'")[0][0] == 0


def test_deleting_the_default_world_leaves_its_parts_as_they_are(worlds: Worlds) -> None:
    before = worlds.get()
    assert not worlds.delete("default")
    assert worlds.get() is before
