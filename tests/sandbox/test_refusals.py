"""Every refusal is one click and one last action away, and that action produces it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from mocksms.testing import run_phone
from tests.actors import Person
from tests.app_fixture import AppFixture, World
from tests.assertions import not_empty
from tests.form_client import Browser
from tests.lint import text_of
from webapp.sandbox.refusals.next_step_hint import FIELD_LABELS
from webapp.sandbox.refusals.sample_files import sample_bytes
from webapp.sandbox.refusals.scenarios import SCENARIOS, UNSEEN, every_refusal


@pytest.fixture
def slow_apps(tmp_path: Path) -> Iterator[AppFixture]:
    """A site that soon loses patience with a phone that is served as in life."""
    running = run_phone(str(tmp_path / "phone"))
    apps = AppFixture(tmp_path, running, outbound_deadline_seconds=0.5)
    yield apps
    apps.close()
    running.stop()


SLOW = [name for name in SCENARIOS if name.endswith(".slow")]


def reach(browser: Browser, name: str) -> None:
    """Press the button of the list."""
    browser.get("/sandbox/refusals?q=" + name)
    lands_on = 404 if name == "LinkTampered" else 200
    browser.submit(form=f"form[action='/sandbox/refusals/{name}']", expect=lands_on)


def refused(world: World) -> dict[str, int]:
    """How often each refusal was made in this world."""
    trace_log = world.site.extensions["nidankai_worlds"].get().trace_log
    return {count.name: count.times for count in trace_log.counts() if count.kind == "refusal"}


def do_last(browser: Browser) -> None:
    """Do what the strip says, as it says it."""
    strip = browser.page.one(".last-step")
    if "data-last-press" not in strip.attrs:
        return
    if "data-last-action" in strip.attrs:
        browser.submit(form=".last-step form", expect=_status(browser))
        return
    fields: dict[str, Any] = json.loads(strip.attrs["data-last-fields"])
    if "data-last-files" in strip.attrs:
        names = [path.rpartition("/")[2] for path in json.loads(strip.attrs["data-last-files"])]
        fields["documents"] = [(io.BytesIO(sample_bytes(name)), name) for name in names]
    browser.submit(press=strip.attrs["data-last-press"], expect=_status(browser), **fields)


def _status(browser: Browser) -> int:
    name = browser.page.one(".last-step").attrs["data-way"]
    return STATUS.get(name, 200)


STATUS = {
    "database.locked": 503,
    "StaleFlow": 410,
    "DocumentTooLarge": 413,
    "SenderThrottled": 429,
    "BudgetSpent.texts_per_sender": 429,
    "BudgetSpent.texts_per_number": 429,
    "BudgetSpent.texts_in_all": 429,
    "Throttled": 429,
    "Throttled.password": 429,
    "WrongCode.exhausted": 429,
    "Throttled.resend": 429,
}


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name not in SLOW])
def test_reach_leads_to_where_one_action_brings_the_refusal(world: World, name: str) -> None:
    _walk(world, name)


@pytest.mark.parametrize("name", SLOW)
def test_reach_leads_to_slow_networks(slow_apps: AppFixture, name: str) -> None:
    _walk(slow_apps.fresh(), name)


def _walk(world: World, name: str) -> None:
    browser, way = world.browser(), SCENARIOS[name]
    reach(browser, name)
    before = refused(world)
    if browser.page.has(".last-step"):
        do_last(browser)
    with world.site.test_request_context():
        assert way.says in browser.page.text
    if way.refusal:
        made = refused(world).get(way.refusal, 0) - (before.get(way.refusal, 0) if way.last else 0)
        assert made >= 1, (before, refused(world))


def test_every_refusal_has_a_way_or_a_reason() -> None:
    reached = {way.refusal for way in SCENARIOS.values()}
    known = (reached - {""}) | set(UNSEEN)
    missing, gone = set(every_refusal()) - known, known - set(every_refusal())
    assert not missing, f"add a scenario to webapp/sandbox/refusals/, or a reason to UNSEEN there: {missing}"
    assert not gone, f"no such error in webapp/errors.py: {gone}"
    assert not reached & set(UNSEEN), "a scenario shows it, so it needs no reason in UNSEEN"


def test_refusals_are_filtered_by_text_rule_and_name(browser: Browser) -> None:
    browser.get("/sandbox/refusals")
    assert len(browser.page.all(".refusal")) == len(SCENARIOS)
    assert browser.page.has("#unseen") and not browser.page.has("details.refusals-group[open]")
    texts, name = ("このコードは有効期限が切れています", "This code has expired"), "wrongcode.EXPIRED"
    for wanted, count in [*((text, 5) for text in texts), (name, 1)]:
        browser.submit(q=wanted)
        found = [text_of(code) for code in browser.page.all(".refusal code")]
        assert found[0] == "WrongCode.expired" and len(found) == count
        assert browser.page.has("details[open] .refusal") and not browser.page.has(
            "details:not([open]) .refusal"
        )
    browser.submit(q="no such words")
    assert not browser.page.has(".refusal")
    browser.get("/sandbox/refusals?q=固定電話にはSMSを送れない")
    assert len(browser.page.all(".refusal")) == 1


def test_last_step_has_a_label_for_each_of_several_fields() -> None:
    typed = [
        way.last.fields for way in SCENARIOS.values() if way.last is not None and len(way.last.fields) > 1
    ]
    assert {field.name for fields in not_empty(typed) for field in fields} == set(FIELD_LABELS)


def test_last_step_shows_labels(world: World, browser: Browser) -> None:
    reach(browser, "WrongCode.older")
    shown = [text_of(line) for line in browser.page.all(".last-step li")]
    assert [line.split(":")[0] for line in shown] == ["Eメールまたは携帯電話番号", "パスワード"]


def test_reach_takes_the_place_of_who_was_signed_in(world: World, taro: Person) -> None:
    taro.signs_in()
    reach(taro.browser, "WrongPassword")
    assert (taro.page.name, taro.page.state) == ("sign_in.identifier", "password")
    taro.browser.get("/account", expect=200)
    assert taro.page.name == "sign_in.identifier"
    assert not taro.page.has(".last-step")  # told at its own page only


def test_reach_puts_time_and_phone_right_for_the_next_way(world: World, browser: Browser) -> None:
    reach(browser, "trust.over")
    assert world.services.clock.offset > 0
    reach(browser, "GatewayFailed.down")
    assert world.services.clock.offset == 0
    reach(browser, "WrongPassword")
    assert world.phone.faults.all() == []


def test_reach_stays_in_its_world(world: World, browser: Browser) -> None:
    worlds = world.site.extensions["nidankai_worlds"]
    worlds.make("qa-ways")
    before = refused(world)
    browser.get("/?world=qa-ways")
    reach(browser, "sign_in.too_long")
    assert worlds.get("qa-ways").services.clock.offset > 0 and world.services.clock.offset == 0
    reach(browser, "WrongCode.wrong")
    do_last(browser)
    counted = {count.name for count in worlds.get("qa-ways").trace_log.counts()}
    assert {"WrongCode.wrong", "reach.WrongCode.wrong"} <= counted
    assert refused(world) == before
    world.apps.phone_of("qa-ways").delete_world()
    worlds.delete("qa-ways")


def test_reach_says_why_a_way_could_not_be_walked(apps_with: Callable[..., AppFixture]) -> None:
    apps = apps_with()
    browser = apps.fresh().browser()
    silent = httpx.MockTransport(lambda _request: httpx.Response(404))
    apps.site.extensions["nidankai_phone_wire"] = silent
    browser.get("/sandbox/refusals?q=WrongPassword")
    browser.submit(form="form[action='/sandbox/refusals/WrongPassword']")
    assert "準備できませんでした" in browser.page.text
    answer = browser.raw("POST", "/sandbox/api/refusals/WrongPassword")
    assert (answer.status_code, answer.mimetype) == (502, "application/problem+json")


def test_reach_knows_its_ways_only(browser: Browser) -> None:
    browser.get("/sandbox/refusals")
    browser.post("/sandbox/refusals/nothing", {"csrf_token": browser.csrf_token}, expect=404)
    assert browser.raw("POST", "/sandbox/api/refusals/nothing").status_code == 404
    assert browser.raw("GET", "/sandbox/papers/nothing").status_code == 404
    assert browser.raw("GET", "/sandbox/papers/torn.png").data == sample_bytes("torn.png")


def test_list_refusals_tells_programs_every_way(world: World, browser: Browser) -> None:
    told = browser.raw("GET", "/sandbox/api/refusals").get_json()
    assert [way["name"] for way in told["refusals"]] == list(SCENARIOS)
    assert told["unseen"].keys() == UNSEEN.keys()
    known = next(way for way in told["refusals"] if way["name"] == "WeakPassword.date")
    assert known["persona"] == "hanako" and known["text"]["en"].startswith(
        "This password contains a birthday"
    )
    assert known["last"]["field"] == "password" and known["last"]["value"] == "1990-04-01"


def test_reach_for_program_gives_cookies_and_the_last_action(world: World) -> None:
    told = world.site.test_client().post("/sandbox/api/refusals/WrongCode.replaced").get_json()
    assert (told["lands"], told["last"]["field"]) == ("/ap/mfa", "otpCode")
    other = world.browser()
    for name, value in told["cookies"].items():
        other.client.set_cookie(name, value, domain="localhost")
    other.get(told["lands"])
    other.submit(otpCode=told["last"]["value"])
    with world.site.test_request_context():
        assert SCENARIOS["WrongCode.replaced"].says in other.page.text
