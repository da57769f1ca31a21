"""Refusals are counted where pages show them, not where code makes them."""

from __future__ import annotations

from tests.actors import Person
from tests.app_fixture import World
from tests.assertions import not_empty
from tests.meta.sources import modules
from webapp.pages.framework.shown_refusals import shown
from webapp.sandbox.refusals.catalogue import every_refusal
from webapp.sandbox.refusals.error_text import error_text

WITHOUT_TEXT = {"StaleFlow", "LinkExpired", "LinkTampered"}
"""An error page shows them in its own words."""


def test_errors_know_no_signal() -> None:
    """An exception can't report that it was made: its module imports nothing but typing."""
    (module,) = [each for each in modules("webapp") if each.name == "webapp.errors"]
    assert {name.partition(".")[0] for name, _line, _inside in module.imports()} <= {"__future__", "typing"}


def test_refusal_that_no_page_shows_is_not_reported(world: World) -> None:
    seen: list[object] = []

    def note(_sender: object, **what: object) -> None:
        seen.append(what)

    with world.site.test_request_context("/"), shown.connected_to(note):
        silent = {name for name in not_empty(every_refusal()) if not error_text(name)}
    assert silent == WITHOUT_TEXT
    assert not seen


def test_refusal_that_a_flow_catches_is_reported_by_the_page_that_tells_it(
    world: World, taro: Person
) -> None:
    world.phone.faults.add("http_status", status=503)
    seen: list[str] = []

    def note(_sender: object, *, name: str, **_rest: object) -> None:
        seen.append(name)

    with shown.connected_to(note):
        taro.gives_password()
    assert taro.page.name == "sign_in.code" and seen == ["GatewayFailed.down"]
