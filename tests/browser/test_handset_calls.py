"""Calls on the handset in a real browser: it rings live, shows the words as they are spoken, takes keys."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.assertions import not_empty
from tests.browser.handset import HANAKO, Desk, complaints, desk, running_phone, window
from tests.more import more
from tools.driver import Page, expect

__all__ = ["desk", "running_phone", "window"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("handset-calls")]

Window = Callable[..., Page]
LANDLINE = "+81312345678"
CODE = (
    '<Response><Say language="ja-JP">コード</Say>'
    + "".join(f'<Say language="ja-JP">{digit}</Say>' for digit in "048213")
    + '<Pause length="60"/></Response>'
)
KEYS = '<Response><Gather numDigits="1" timeout="60"><Say language="ja-JP">1を押す</Say></Gather></Response>'
LISTEN = """
window.spoken = [];
speechSynthesis.getVoices = () => [{ lang: "ja-JP" }];
speechSynthesis.speak = (words) => {
  window.spoken.push([words.text, words.lang]);
  document.documentElement.dataset.spoken = window.spoken.length;
  setTimeout(() => words.onend(), 1);
};
"""
# Instead of playing at its pace, an audio is loaded, noted with its length, and over.
PLAY = """
window.played = [];
HTMLMediaElement.prototype.play = function () {
  const over = () => {
    window.played.push([this.src.split("/").pop(), this.duration]);
    document.documentElement.dataset.played = window.played.length;
    setTimeout(() => this.dispatchEvent(new Event("ended")), 1);
  };
  if (this.readyState) over();
  else this.addEventListener("loadedmetadata", over, { once: true });
  return Promise.resolve();
};
"""
# An audio really plays, without end.
LOOP = """
window.audios = [];
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {
  window.audios.push(this);
  this.loop = true;
  this.addEventListener("timeupdate", () => { document.documentElement.dataset.playing = window.audios.length; });
  return play.call(this);
};
"""
AUDIO = "**/speech/*.wav"


def is_rung(page: Page) -> None:
    """Waits for the call, which opens by itself, and until the page's modules listen."""
    expect(page.locator("main")).to_have_attribute("data-page", "handset.call")
    expect(page.locator("html[data-live-open]")).to_be_attached()


def answers_aloud(page: Page) -> None:
    """Takes the call with sound."""
    is_rung(page)
    toggle = page.get_by_role("button", name="音声と着信音")
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="応答").click()


@pytest.mark.parametrize("width", [390, more(1280)])
def test_call_opens_by_itself_and_shows_the_words_as_spoken(desk: Desk, window: Window, width: int) -> None:
    page = window(f"/handsets/{HANAKO}/", width=width)
    desk.call(CODE)
    expect(page.locator("main")).to_have_attribute("data-page", "handset.call")
    expect(page.get_by_role("button", name="応答")).to_be_visible()
    assert complaints(page) == []
    is_rung(page)
    page.get_by_role("button", name="応答").click()
    expect(page.locator("main")).to_have_attribute("data-state", "in-progress")
    expect(page.locator("#transcript li:not([hidden])")).to_have_count(7)
    assert complaints(page) == []
    page.get_by_role("button", name="終了").click()
    expect(page.locator("main")).to_have_attribute("data-state", "ended")
    expect(page.locator("#call-foot [data-copy]")).to_have_attribute("data-copy", "048213")


@pytest.mark.more
def test_call_is_spoken_by_the_phones_own_voice_when_asked(desk: Desk, window: Window) -> None:
    page = window(f"/handsets/{HANAKO}/home")
    page.context.add_init_script(LISTEN + PLAY)
    desk.call(CODE)
    answers_aloud(page)
    expect(page.locator("#transcript li:not([hidden])")).to_have_count(7)
    expect(page.locator("html")).to_have_attribute("data-played", "7")
    played = page.evaluate("window.played")
    assert [name for name, _ in played] == [f"{number}.wav" for number in range(7)]
    assert all(0.3 < seconds < 3 for _, seconds in not_empty(played))
    assert page.evaluate("window.spoken") == []


@pytest.mark.more
def test_call_is_spoken_by_the_browsers_voice_where_no_audio_comes(desk: Desk, window: Window) -> None:
    page = window(f"/handsets/{HANAKO}/home")
    page.context.add_init_script(LISTEN)
    page.context.route(AUDIO, lambda route: route.abort())
    desk.call(CODE)
    answers_aloud(page)
    expect(page.locator("#transcript li:not([hidden])")).to_have_count(7)
    expect(page.locator("html")).to_have_attribute("data-spoken", "7")
    assert page.evaluate("window.spoken") == [[word, "ja-JP"] for word in ("コード", *"048213")]


@pytest.mark.more
def test_call_is_silent_until_asked_and_can_be_played_again(desk: Desk, window: Window) -> None:
    page = window(f"/handsets/{HANAKO}/home")
    page.context.add_init_script(LISTEN + PLAY)
    desk.call(CODE)
    is_rung(page)
    page.get_by_role("button", name="応答").click()
    expect(page.locator("#transcript li:not([hidden])")).to_have_count(7)
    assert page.evaluate("[window.spoken, window.played]") == [[], []]
    page.get_by_role("button", name="終了").click()
    page.get_by_role("button", name="再生").click()
    expect(page.locator("html")).to_have_attribute("data-played", "7")


@pytest.mark.more
def test_call_that_was_hung_up_stops_speaking(desk: Desk, window: Window) -> None:
    page = window(f"/handsets/{HANAKO}/home")
    page.context.add_init_script(LISTEN.replace("setTimeout(() => words.onend(), 1)", "0"))
    page.context.route(AUDIO, lambda route: route.abort())
    desk.call(CODE)
    answers_aloud(page)
    expect(page.locator("html")).to_have_attribute("data-spoken", "1")
    page.get_by_role("button", name="終了").click()
    expect(page.locator("#transcript li:not([hidden])")).to_have_count(7)
    assert len(page.evaluate("window.spoken")) == 1


@pytest.mark.more
def test_call_that_was_hung_up_stops_its_audio(desk: Desk, window: Window) -> None:
    page = window(f"/handsets/{HANAKO}/home")
    page.context.add_init_script(LISTEN + LOOP)
    desk.call(CODE)
    answers_aloud(page)
    expect(page.locator("html")).to_have_attribute("data-playing", "1")
    page.get_by_role("button", name="終了").click()
    expect(page.locator("#transcript li:not([hidden])")).to_have_count(7)
    assert page.evaluate("[audios.length, audios[0].paused, spoken.length]") == [1, True, 0]


def test_call_comes_as_a_banner_over_an_open_app(desk: Desk, window: Window) -> None:
    page = window(f"/handsets/{HANAKO}/messages/", reduced_motion="reduce")
    desk.call(CODE)
    expect(page.locator(".banner--call")).to_be_visible()
    assert complaints(page) == []
    page.locator(".banner--call").get_by_role("button", name="拒否").click()
    expect(page.locator(".banner--call")).to_have_count(0)
    expect(page.locator("main")).to_have_attribute("data-page", "handset.messages")


@pytest.mark.parametrize("width", [390, more(1280)])
def test_landline_is_picked_up_and_takes_keys_from_the_keyboard(
    desk: Desk, window: Window, width: int
) -> None:
    page = window(f"/handsets/{LANDLINE}/", width=width)
    desk.call(KEYS, LANDLINE)
    is_rung(page)
    page.get_by_role("button", name="応答").click()
    expect(page.locator(".call__hint")).to_be_visible()
    assert complaints(page) == []
    page.keyboard.press("1")
    expect(page.locator("main")).to_have_attribute("data-state", "ended")


@pytest.mark.more
def test_keypad_of_a_mobile_opens_when_the_caller_asks(desk: Desk, window: Window) -> None:
    page = window(f"/handsets/{HANAKO}/", width=390)
    desk.call(KEYS)
    is_rung(page)
    page.get_by_role("button", name="応答").click()
    expect(page.locator(".call__keys .keypad")).to_be_visible()
    assert complaints(page) == []
    page.locator('.call__keys button[value="1"]').click()
    expect(page.locator("main")).to_have_attribute("data-state", "ended")


def test_keys_stay_under_the_finger_and_show_on_the_display(desk: Desk, window: Window) -> None:
    page = window(f"/handsets/{HANAKO}/", width=390)
    desk.call(KEYS.replace('"1"', '"4"', 1))
    is_rung(page)
    page.get_by_role("button", name="応答").click()
    key = page.locator('.call__keys button[value="5"]')
    expect(key).to_be_visible()  # a hidden key takes no focus, and nothing waits for it
    key.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#call-pressed")).to_contain_text("5")
    expect(key).to_be_focused()
    expect(page.locator("[data-since]")).to_have_text(re.compile(r"\d:\d\d"))
