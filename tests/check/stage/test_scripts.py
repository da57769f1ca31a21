"""Each script of the stage, played by itself from *Start* to its last step."""

from __future__ import annotations

import pytest

from mocksms.core import authenticator
from mocksms.testing import RunningPhone
from tests.assertions import not_empty
from tests.browser.servers import Servers
from tests.browser.test_passkeys import touches, with_fingerprint
from tests.browser.test_stage import opened
from tools.driver import Page, expect
from webapp.sandbox.personas.personas import PERSONAS
from webapp.sandbox.stage.scripts import SCRIPTS

LONGEST_MILLISECONDS = 120_000
HURRY = """document.querySelector('#stage-pace option:checked').value = 250;
    document.querySelector('.stage-desk').dataset.patience = 30000"""
NEXT = "[data-step][data-is=next]"


def begins(page: Page, script: str) -> None:
    """Choose a script and wait until the stage is ready for it."""
    page.locator("#stage-script").select_option(script)
    page.locator("#stage-choose").click()
    page.wait_for_url(f"**/sandbox/stage?script={script}")
    expect(page.locator(".stage-desk[data-live][data-phone-answers]")).to_be_attached()
    page.evaluate(HURRY)


def plays(page: Page) -> None:
    """Play to the last step, whose caption is shown then."""
    expect(page.locator(NEXT)).to_have_count(1)
    page.locator("#stage-play").click()
    ends = page.locator(".stage-desk[data-finished]").or_(page.locator("[data-stuck]:not([hidden])"))
    expect(ends).to_be_attached(timeout=LONGEST_MILLISECONDS)
    assert page.locator("[data-stuck]").is_hidden(), f"stuck at: {page.locator('[data-next]').inner_text()}"
    skipped = page.locator("[data-step][data-is=skipped]:not([data-where=clock])")
    assert skipped.all_inner_texts() == []  # the clock's: the app's next code may have come by itself
    expect(page.locator("[data-caption]")).to_have_text(page.locator(NEXT).get_attribute("data-why") or "-")


@pytest.mark.parametrize("script", not_empty([key for key in SCRIPTS if key != "passkey"]))
def test_script_plays_by_itself(servers: Servers, running_phone: RunningPhone, script: str) -> None:
    page = opened(servers, language="en")
    begins(page, script)
    desk = PERSONAS["desk"]
    authenticator.add(running_phone.worlds.get(), desk.phone or "", desk.secret, desk.email, "Mihon")
    plays(page)


def test_passkey_script_waits_for_the_hand(servers: Servers) -> None:
    page = opened(servers, language="en")
    device = with_fingerprint(page)
    begins(page, "passkey")
    page.locator("#stage-play").click()
    expect(page.locator("[data-next]")).to_contain_text("is listed", timeout=LONGEST_MILLISECONDS)
    touches(device, False)  # else the virtual device answers the page's quiet offer
    page.locator("#stage-pace").select_option("4000")
    expect(page.locator("[data-next]")).to_contain_text(
        "Sign in with a passkey", timeout=LONGEST_MILLISECONDS
    )
    touches(device, True)
    expect(page.locator(".stage-desk[data-finished]")).to_be_attached()
