"""Every refusal is one click and one last action away, and that action brings it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mocksms.testing import run_phone
from tests.house import House, World
from tests.walk import Browser
from webapp.sandbox.papers import paper
from webapp.sandbox.ways import UNSEEN, WAYS, every_refusal


@pytest.fixture
def slow_house(tmp_path: Path) -> Iterator[House]:
    """A site that soon loses patience with a phone that is served as in life."""
    running = run_phone(str(tmp_path / "phone"))
    house = House(tmp_path, running, outbound_deadline_seconds=0.5)
    yield house
    house.close()
    running.stop()


SLOW = [name for name in WAYS if name.endswith(".slow")]


def reach(browser: Browser, name: str) -> None:
    """Press the button of the list."""
    browser.get("/sandbox/refusals?q=" + name)
    lands_on = 404 if name == "LinkTampered" else 200
    browser.submit(form=f"form[action='/sandbox/refusals/{name}']", expect=lands_on)


def refused(world: World) -> dict[str, int]:
    """How often each refusal was made in this world."""
    walks = world.site.extensions["nidankai_worlds"].get().walks
    return {count.name: count.times for count in walks.counts() if count.kind == "refusal"}


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
        fields["documents"] = [(io.BytesIO(paper(name)), name) for name in names]
    browser.submit(press=strip.attrs["data-last-press"], expect=_status(browser), **fields)


def _status(browser: Browser) -> int:
    name = browser.page.one(".last-step").attrs["data-way"]
    return STATUS.get(name, 200)


STATUS = {
    "StaleFlow": 410,
    "DocumentTooLarge": 413,
    "Throttled": 429,
    "Throttled.password": 429,
    "WrongCode.exhausted": 429,
    "Throttled.resend": 429,
}


@pytest.mark.parametrize("name", [name for name in WAYS if name not in SLOW])
def test_reach_leads_to_where_one_action_brings_the_refusal(world: World, name: str) -> None:
    _walk(world, name)


@pytest.mark.parametrize("name", SLOW)
def test_reach_leads_to_slow_networks(slow_house: House, name: str) -> None:
    _walk(slow_house.fresh(), name)


def _walk(world: World, name: str) -> None:
    browser, way = world.browser(), WAYS[name]
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
    reached = {way.refusal for way in WAYS.values()}
    assert set(every_refusal()) == (reached - {""}) | set(UNSEEN)
    assert not reached & set(UNSEEN)
