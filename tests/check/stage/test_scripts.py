"""Each script of the stage in both languages, played by itself from *Start* to its last step. Its captions fit."""

from __future__ import annotations

import re

import pytest

from mocksms.core import authenticator
from mocksms.testing import RunningPhone
from tests.assertions import not_empty
from tests.browser.servers import WIDTHS, Servers
from tests.browser.test_passkeys import touches, with_fingerprint
from tests.browser.test_stage import opened
from tools.driver import Page, expect
from webapp.sandbox.journeys import pages
from webapp.sandbox.personas.personas import PERSONAS
from webapp.sandbox.stage.scripts import SCRIPTS

LONGEST_MILLISECONDS = 120_000
HURRY = """document.querySelector('#stage-pace option:checked').value = 250;
    document.querySelector('.stage-desk').dataset.patience = 30000"""
NEXT = "[data-step][data-is=next]"
JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")
LISTEN = """() => {
    const keep = (place) => {
        const kept = new Set([place.textContent]);
        new MutationObserver(() => kept.add(place.textContent)).observe(place, { childList: true });
        return kept;
    };
    window.shown = keep(document.querySelector("[data-caption]"));
    window.said = keep(document.querySelector("[data-next]"));
}"""
SHOWS = "(words) => document.querySelector('[data-next]').textContent.trim() === words.trim()"
"""Looked for in each frame: `expect` looks once a second, and a step in a hurry takes less."""
STEPS = "(all) => all.map(({ textContent, dataset }) => [textContent, dataset.why, dataset.is])"
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
OVERFLOWING = """([selector, texts]) => texts.filter((text) => {
    const box = document.querySelector(selector);
    box.textContent = text;
    const range = document.createRange();
    range.selectNodeContents(box);
    const block = box.closest("p").getBoundingClientRect();
    const seen = document.elementFromPoint(block.left + block.width / 2, block.top + block.height / 2);
    const isOut = (rect, edge) => rect.left < edge.left - 1.5 || rect.right > edge.right + 1.5
        || rect.top < edge.top - 1.5 || rect.bottom > edge.bottom + 1.5;
    return isOut(block, { left: 0, right: innerWidth, top: 0, bottom: innerHeight }) || !box.closest("p").contains(seen)
        || [...range.getClientRects()].some((rect) => isOut(rect, block));
})"""


@pytest.fixture(params=["ja", "en"])
def language(request: pytest.FixtureRequest) -> str:
    """Both languages."""
    return str(request.param)


def begins(page: Page, script: str) -> None:
    """Choose a script and wait until the stage is ready for it."""
    page.locator("#stage-script").select_option(script)
    page.locator("#stage-choose").click()
    page.wait_for_url(f"**/sandbox/stage?script={script}")
    expect(page.locator(".stage-desk[data-live][data-phone-answers]")).to_be_attached()
    expect(page.locator(NEXT)).to_have_count(1)
    page.evaluate(HURRY)
    page.evaluate(LISTEN)


def has_played(page: Page, language: str) -> None:
    """Wait for the last step. Each step done had a caption in the page's language, which fits on phone and desk."""
    ends = page.locator(".stage-desk[data-finished]").or_(page.locator("[data-stuck]:not([hidden])"))
    expect(ends).to_be_attached(timeout=LONGEST_MILLISECONDS)
    assert page.locator("[data-stuck]").is_hidden(), f"stuck at: {page.locator('[data-next]').inner_text()}"
    skipped = page.locator("[data-step][data-is=skipped]:not([data-where=clock])")
    assert skipped.all_inner_texts() == []  # the clock's: the app's next code may have come by itself
    steps = page.locator("[data-step]").evaluate_all(STEPS)
    captions = [why for _says, why, at in steps if at != "skipped"]
    assert all(captions) and {*captions} <= {*page.evaluate("[...window.shown]")}
    for text in {text for says, why, _at in steps for text in (says, why)}:
        assert bool(JAPANESE.search(text)) is (language == "ja"), text
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": WIDTHS[width]})
        page.evaluate(PAINTED)  # the stage's modules see the new size
        for place, texts in (("[data-next]", [each[0] for each in steps]), ("[data-caption]", captions)):
            assert page.evaluate(OVERFLOWING, [place, texts]) == [], f"at {width} px"


@pytest.mark.parametrize("script", not_empty([key for key in SCRIPTS if key != "passkey"]))
def test_script_plays_by_itself(
    servers: Servers, running_phone: RunningPhone, script: str, language: str
) -> None:
    page = opened(servers, language=language)
    begins(page, script)
    desk = PERSONAS["desk"]
    authenticator.add(running_phone.worlds.get(), desk.phone or "", desk.secret, desk.email, "Mihon")
    page.locator("#stage-play").click()
    has_played(page, language)


def test_script_plays_again_after_start_over_and_paints_only_what_it_did(servers: Servers) -> None:
    page = opened(servers, language="en")
    begins(page, "music")
    label = page.locator(".stage-next-words b")
    done, play = page.locator("[data-step][data-is=done]"), page.locator("#stage-play")
    for _turn in range(2):
        expect(label).to_be_visible()
        expect(done).to_have_count(0)
        play.click()
        has_played(page, "en")
        expect(label).to_be_hidden()  # "Next: Done" would be odd
        expect(done).to_have_count(page.locator("[data-step]").count() - 1)
        expect(play).to_be_disabled()
        page.locator("#stage-again").click()
        expect(page.locator("[data-step]").first).to_have_attribute("data-is", "next")
    page.frame_locator("[name=site]").locator(pages.MUSIC_SIGN_IN).click()
    expect(done).to_have_count(1)
    page.frame_locator("[name=site]").locator("body").evaluate("() => history.back()")
    expect(done).to_have_count(0)


def test_passkey_script_tells_the_presenter_what_to_do_by_hand(servers: Servers, language: str) -> None:
    page = opened(servers, language=language)
    device = with_fingerprint(page)  # it touches the reader at once
    begins(page, "passkey")
    by_hand = {"ja": "ブラウザの画面で操作", "en": "by hand in the browser"}[language]
    page.locator("#stage-play").click()
    listed = page.locator("[data-by-hand]").first.locator("xpath=following::li[@data-step][1]").inner_text()
    page.wait_for_function(SHOWS, arg=listed, timeout=LONGEST_MILLISECONDS)
    touches(device, False)  # else the device answers the sign-in page's quiet offer
    page.locator("#stage-pace").select_option("4000")
    expect(page.locator("[data-next]")).to_contain_text(by_hand, timeout=LONGEST_MILLISECONDS)
    touches(device, True)
    has_played(page, language)
    said = [each for each in page.evaluate("[...window.said]") if by_hand in each]
    assert said == page.locator("[data-by-hand]").all_inner_texts()
