"""Coverage counts what was covered in a world since its reset, and names what was not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.actors import Person
from tests.app_fixture import World
from tests.assertions import not_empty
from tests.flows.test_passkeys import options
from tests.form_client import Page
from tests.sandbox.test_map import marked
from webapp.flows.state_machines import all_machines
from webapp.sandbox.refusals.catalogue import every_refusal
from webapp.sandbox.refusals.scenarios import SCENARIOS, UNSEEN


@pytest.fixture(autouse=True)
def nothing_walked(world: World) -> None:
    world.site.extensions["nidankai_worlds"].get().trace_log.empty()


def done(page: Page) -> set[str]:
    """The moves and refusals that the page says were exercised."""
    return {row.attrs["data-name"] for row in page.all(".cover-table tr.done")}


def listed(page: Page) -> set[str]:
    """All moves and refusals that the page lists."""
    return {row.attrs["data-name"] for row in page.all(".cover-table tbody tr")}


def told(world: World) -> dict[str, Any]:
    """The answer to programs."""
    answer = world.site.test_client().get("/sandbox/api/coverage")
    assert answer.status_code == 200 and answer.json is not None
    return dict(answer.json)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_coverage_lists_every_move_and_refusal_once(world: World, language: str) -> None:
    page = world.browser(language).get("/sandbox/coverage")
    every = [
        f"{move.name} from {source}"
        for t in all_machines()
        for move in t.transitions
        for source in move.sources
    ]
    rows = [row.attrs["data-name"] for row in page.all(".cover-table tbody tr")]
    assert sorted(rows) == sorted([*every, *(name for name in every_refusal() if name not in UNSEEN)])
    assert not done(page)
    assert ("%d scenarios" if language == "en" else "%d件あります") % len(SCENARIOS) in page.text
    assert ("Nothing covered yet" if language == "en" else "まだ何も実施されていません") in page.text


def test_coverage_counts_what_was_walked_by_any_browser(world: World, taro: Person) -> None:
    taro.gives_password()
    taro.gives_code("000000" if taro.reads_code() != "000000" else "111111")
    browser = world.browser("en")
    page = browser.get("/sandbox/coverage?flow=sign_in")
    assert done(page) == {"ask_code from begin", "WrongCode.wrong"}
    assert "Nothing covered yet" not in page.text
    left = browser.get("/sandbox/coverage?flow=sign_in&show=missing")
    assert not done(left) and listed(left) == listed(page) - done(page)
    world.person("taro").gives_password()
    row = browser.get("/sandbox/coverage?flow=sign_in").one('tr[data-name="ask_code from begin"]')
    assert "2×" in row.to_text().replace(" ", "")


def test_coverage_counts_nothing_that_a_tool_prepares(world: World) -> None:
    browser = world.browser()
    browser.get("/sandbox/personas")
    browser.submit(form='form[action="/sandbox/personas/stepping"]')
    assert browser.page.name == "sign_in.code"
    kinds = [beat.attrs["data-kind"] for beat in browser.get("/sandbox/timeline").all("li.beat")]
    assert kinds == ["tool", "message", "page"]
    browser.get("/sandbox/refusals")
    browser.submit(form='form[action$="/WrongCode.wrong"]')
    assert told(world)["totals"]["moves"]["exercised"] == 0


def test_coverage_counts_no_suggestion_of_the_page(world: World) -> None:
    browser = world.browser()
    browser.get("/ap/signin")
    options(browser, "/ap/passkey/options", suggestion="1")
    assert told(world)["totals"]["moves"]["exercised"] == 0
    page = browser.get("/sandbox/map?flow=passkey")
    assert not marked(page, "here")
    options(browser, "/ap/passkey/options")
    assert told(world)["totals"]["moves"]["exercised"] == 1


def test_coverage_begins_anew_with_a_reset(world: World, taro: Person) -> None:
    taro.gives_password()
    assert told(world)["totals"]["moves"]["exercised"] > 0
    world.site.extensions["nidankai_worlds"].get().trace_log.empty()
    assert told(world)["totals"]["moves"]["exercised"] == 0


def test_coverage_knows_no_other_flow(world: World) -> None:
    world.browser().get("/sandbox/coverage?flow=teleport", expect=404)


def test_coverage_links_each_refusal_to_its_way(world: World) -> None:
    page = world.browser().get("/sandbox/coverage")
    reached = {name for name in every_refusal() if any(way.refusal == name for way in SCENARIOS.values())}
    for name in not_empty(reached - UNSEEN.keys()):
        assert page.has(f'tr[data-name="{name}"] form'), name


def test_coverage_is_told_to_programs(world: World, taro: Person) -> None:
    taro.gives_password()
    answer = told(world)
    assert [flow["flow"] for flow in answer["flows"]][: len(all_machines())] == [
        table.kind for table in all_machines()
    ]
    sign_in = next(flow for flow in answer["flows"] if flow["flow"] == "sign_in")
    asked = next(move for move in sign_in["moves"] if move["name"] == "ask_code")
    assert asked["times"] == 1 and asked["last_at"].endswith("Z") and asked["source"] == "begin"
    assert "sign_in: accept_code from code" in answer["not_yet"]["moves"]
    assert "sign_in: ask_code from begin" not in answer["not_yet"]["moves"]
    for kind in ("moves", "refusals"):
        totals = answer["totals"][kind]
        assert totals["all"] == totals["exercised"] + len(answer["not_yet"][kind])


def test_coverage_and_recordings_survive_a_reset_unless_it_is_to_forget_them(world: World) -> None:
    taro = world.person("taro")
    taro.signs_in()
    trace_log = world.site.extensions["nidankai_worlds"].get().trace_log
    counts, steps, last = trace_log.counts(), trace_log.steps(), trace_log.last_id()
    assert counts and steps
    taro.browser.raw("POST", "/sandbox/api/reset")
    assert trace_log.steps()[: len(steps)] == steps
    assert set(counts) <= set(trace_log.counts())
    assert trace_log.last_id() > last, "the reset itself is a step, with an id of its own"
    taro.browser.raw("POST", "/sandbox/api/reset?forget=0")
    assert trace_log.steps()[: len(steps)] == steps
    taro.browser.raw("POST", "/sandbox/api/reset?forget=1")
    assert [step.name for step in trace_log.steps()] == ["world.empty"]
    assert len(trace_log.counts()) == 1


def test_coverage_is_forgotten_by_a_button_of_the_reset(world: World) -> None:
    taro = world.person("taro")
    taro.signs_in()
    taro.browser.get("/sandbox/worlds")
    taro.browser.press("記録とカバレッジも含めて初期化 既定")
    trace_log = world.site.extensions["nidankai_worlds"].get().trace_log
    assert {count.name for count in trace_log.counts()} == {"world.empty"}
