"""Every page in Chromium: the measuring script finds nothing, and axe finds nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.check.look.handset import Handset
from tests.check.look.looking import PLAIN, SET, assert_in_order, measured
from tests.check.look.pages import PHONE_STATES, SITE_STATES, State
from tests.check.look.window import LOCALES, Window
from tools.driver import Browser


@pytest.fixture(params=LOCALES)
def language(request: pytest.FixtureRequest) -> str:
    """Both languages."""
    return str(request.param)


@pytest.fixture
def window(chromium: Browser, language: str) -> Iterator[Window]:
    """A window without cookies."""
    context = chromium.new_context(
        locale=LOCALES[language], reduced_motion="reduce", timezone_id="Asia/Tokyo"
    )
    yield Window(context.new_page())
    context.close()


@pytest.mark.parametrize("state", SITE_STATES, ids=lambda state: state.name)
def test_page_of_the_site_is_in_order(state: State, window: Window, site_url: str) -> None:
    state.arrive(window, site_url)
    assert_in_order(state, measured(window, PLAIN + SET) | window.complaints())


@pytest.mark.parametrize("state", PHONE_STATES, ids=lambda state: state.name)
def test_page_of_the_phone_is_in_order(state: State, window: Window, handset: Handset) -> None:
    window.goto(handset.url + handset.path(state.path))
    assert_in_order(state, measured(window, PLAIN + SET) | window.complaints())
