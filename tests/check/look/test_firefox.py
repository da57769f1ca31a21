"""Every page in Firefox: the measuring script finds nothing, in Japanese and light, in English and dark."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.check.look.firefox import Firefox, Window, running
from tests.check.look.handset import Handset
from tests.check.look.looking import assert_in_order, measured
from tests.check.look.pages import HANAKO, PHONE_STATES, SITE_STATES, Kind, State

KINDS = [("ja", "light"), ("en", "dark")]


@pytest.fixture(
    scope="session",
    params=[
        pytest.param(kind, marks=pytest.mark.xdist_group(f"firefox {kind}"), id="-".join(kind))
        for kind in KINDS
    ],
)
def firefox(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """One process for each kind."""
    with running(tmp_path_factory.mktemp("profile"), *request.param) as firefox:
        yield firefox


@pytest.fixture
def window(firefox: Firefox) -> Iterator[Window]:
    """A window without cookies."""
    window = firefox.window()
    yield window
    window.close()


@pytest.mark.parametrize("state", SITE_STATES, ids=lambda state: state.name)
def test_page_of_the_site_fits(state: State, window: Window, site_url: str) -> None:
    state.arrive(window, site_url)
    assert_in_order(state, measured(window))


@pytest.mark.parametrize("state", PHONE_STATES, ids=lambda state: state.name)
def test_page_of_the_phone_fits(state: State, window: Window, handset: Handset) -> None:
    window.goto(handset.url + handset.path(state.path))
    assert_in_order(state, measured(window))


@pytest.mark.parametrize("path", ["messages/Mihon", "mail/MAIL"], ids=["text", "mail"])
def test_open_details_fit(path: str, window: Window, handset: Handset) -> None:
    window.goto(handset.url + handset.path(f"/handsets/{HANAKO}/{path}"))
    opened = window.evaluate(
        "() => { const all = [...document.querySelectorAll('.fold')]; all.forEach((fold) => { fold.open = true; });"
        " return all.length; }"
    )
    assert opened >= 1 and measured(window) == set()
    scrolling = window.evaluate("() => getComputedStyle(document.querySelector('.screen')).scrollbarColor")
    assert scrolling != "auto", "the browser's light scroll bar stands out in the dark"


def test_window_has_the_language_scheme_and_size_that_it_should(firefox: Firefox, window: Window) -> None:
    window.goto("data:text/html,<p>")
    window.become(Kind(320, 568))
    told = window.evaluate(
        "() => [navigator.language, matchMedia('(prefers-color-scheme: dark)').matches, innerWidth, innerHeight]"
    )
    assert told == [firefox.language, firefox.scheme == "dark", 320, 568]
