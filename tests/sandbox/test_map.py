"""The diagram shows every flow, this browser's state, the visited states, and each state's personas."""

from __future__ import annotations

import pytest

from tests.actors import Person
from tests.app_fixture import World
from tests.assertions import not_empty
from tests.form_client import Page
from webapp.flows.state_machines import all_machines
from webapp.sandbox.personas.personas import PERSONAS


@pytest.fixture(autouse=True)
def nothing_walked(world: World) -> None:
    world.site.extensions["nidankai_worlds"].get().trace_log.empty()


def marked(page: Page, mark: str) -> set[str]:
    """The states with this mark in the flow's picture."""
    groups = page.all("g[data-state]")
    return {g.attrs["data-state"] for g in groups if mark in g.attrs["class"].split()}


def made(page: Page) -> set[str]:
    """The moves that the list says this walk has made."""
    return {row.attrs["data-move"] for row in page.all(".map-moves tr.walked")}


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("kind", [table.kind for table in all_machines()])
def test_flow_map_shows_every_flow(world: World, kind: str, language: str) -> None:
    page = world.browser(language).get(f"/sandbox/map?flow={kind}")
    table = next(table for table in all_machines() if table.kind == kind)
    assert page.state == kind
    assert {row.attrs["data-move"].split(" ")[0] for row in page.all(".map-moves tbody tr")} == {
        move.name for move in table.transitions
    }
    assert len(page.all(".map-card")) == len(all_machines())
    assert not marked(page, "reached") and not made(page)


def test_flow_map_knows_no_other_flow(world: World) -> None:
    world.browser().get("/sandbox/map?flow=teleport", expect=404)


def test_flow_map_follows_a_walk(world: World, taro: Person) -> None:
    browser = taro.browser
    assert browser.get("/sandbox/map").state == "sign_in"
    taro.gives_password()
    page = browser.get("/sandbox/map")
    assert marked(page, "here") == {"code"} and marked(page, "reached") == {"begin", "code"}
    assert made(page) == {"ask_code from begin"}
    assert "コードの入力待ち" in page.one(".map-places").to_text()
    browser.get("/ap/mfa")
    taro.gives_code()
    page = browser.get("/sandbox/map")
    assert page.state == "sign_in" and marked(page, "here") == {"done"}
    assert made(page) == {"ask_code from begin", "accept_code from code"}


def test_flow_map_leaves_no_one_at_the_end_of_a_flow_after_a_reset(world: World, taro: Person) -> None:
    taro.signs_in()
    assert marked(taro.browser.get("/sandbox/map?flow=sign_in"), "here") == {"done"}
    taro.browser.get("/sandbox/worlds")
    taro.browser.submit(form='form[action="/sandbox/worlds/default/empty"]')
    page = taro.browser.get("/sandbox/map?flow=sign_in")
    assert not marked(page, "here") and "done" in marked(page, "reached")


def test_flow_map_marks_this_browsers_walk_only(world: World, taro: Person) -> None:
    taro.gives_password()
    page = world.browser().get("/sandbox/map?flow=sign_in")
    assert not marked(page, "here") and not marked(page, "reached") and not made(page)


def test_flow_map_begins_anew_with_a_new_walk(world: World, taro: Person) -> None:
    taro.gives_password()
    taro.browser.get("/sandbox/map?flow=sign_in")
    page = taro.browser.press("新しい記録を開始")
    assert page.name == "sandbox.state_diagram" and page.state == "sign_in"
    assert made(page) == set()
    assert marked(page, "here") == {"code"}, "the sign-in is still under way"


def test_flow_map_forgets_a_flow_whose_time_is_over(world: World, taro: Person) -> None:
    taro.gives_password()
    world.clock.advance(31 * 60)
    page = taro.browser.get("/sandbox/map?flow=sign_in")
    assert marked(page, "here") == set() and marked(page, "reached") == {"begin", "code"}


def test_flow_map_links_states_to_the_personas_that_start_there(world: World) -> None:
    browser = world.browser()
    starts = [(*start, persona.key) for persona in PERSONAS.values() for start in persona.starts]
    pages = {kind: browser.get(f"/sandbox/map?flow={kind}") for kind in {kind for kind, _, _ in starts}}
    for kind, state, key in not_empty(starts):
        assert pages[kind].has(f'#state-{state} form[action="/sandbox/personas/{key}"]'), key


def test_stamp_changes_with_what_is_walked(world: World, taro: Person) -> None:
    def stamp() -> int:
        return int((taro.browser.raw("GET", "/sandbox/api/stamp").json or {})["stamp"])

    before = stamp()
    assert stamp() == before, "asking is no step of the walk"
    page = taro.browser.get("/sandbox/map")
    assert page.one("#map-live").attrs["data-stamp"] == str(before)
    taro.gives_password()
    assert stamp() > before
