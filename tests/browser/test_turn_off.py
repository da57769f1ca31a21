"""What scripts add: the dialog before turning off, and a call that fails while its page is open."""

from __future__ import annotations

import pytest

from tests.actors import PEOPLE
from tests.browser.conftest import assert_accessible
from tests.browser.servers import Servers, awake
from tests.more import more
from tools.driver import Page, expect
from webapp.sandbox.journeys import main_job, pages

SETTINGS = "/a/settings/approval"
LANDLINE = "+81312345678"


def signs_in(servers: Servers, site: Page, name: str) -> None:
    """As somebody whose codes come by text, up to the shop's front."""
    servers.walk(site, name, *main_job.SIGN_IN_BY_CODE)


def gives_code(servers: Servers, site: Page, number: str) -> None:
    expect(site.locator('main[data-page="sign_in.code"]')).to_be_visible()
    site.locator(pages.CODE).fill(servers.world.phone.wait_for_code(number))
    site.locator(pages.SIGN_IN_WITH_CODE).click()
    expect(site.locator('main[data-page="sign_in.code"]')).to_have_count(0)


def opens_settings(servers: Servers, site: Page) -> None:
    """The settings of two-step verification, by a code."""
    site.goto(servers.site_url + SETTINGS)
    site.locator('form[action="/ap/cvf/confirm"] button').click()
    gives_code(servers, site, PEOPLE["taro"].number)
    expect(site.locator('main[data-page="settings.overview"][data-state="on"]')).to_be_visible()


@pytest.mark.parametrize(("width", "language"), [(390, "ja"), more(1280, "en")])
def test_confirm_opens_as_a_pop_up_and_closes_without_doing_anything(
    servers: Servers, width: int, language: str
) -> None:
    site = servers.window(width, language)
    signs_in(servers, site, "taro")
    opens_settings(servers, site)
    dialog = site.locator("#disable-dialog")
    expect(dialog).to_be_hidden()
    for closes in ("Escape", "Cancel"):
        awake(site)
        site.locator(pages.DISABLE).click()
        expect(dialog).to_be_visible()
        assert site.evaluate("document.querySelector('#disable-dialog').matches(':modal')")
        assert_accessible(site)
        if closes == "Escape":
            site.keyboard.press("Escape")
        else:
            dialog.locator("[data-closes]").click()
        expect(dialog).to_be_hidden()
        expect(site.locator(pages.DISABLE)).to_be_focused()
    assert site.url.endswith(SETTINGS)
    expect(site.locator("main")).to_have_attribute("data-state", "on")


@pytest.mark.parametrize("clear", [more(False), True])
def test_turn_off_from_the_pop_up(servers: Servers, clear: bool) -> None:
    site = servers.window()
    signs_in(servers, site, "taro")
    opens_settings(servers, site)
    awake(site)
    site.locator(pages.DISABLE).click()
    dialog = site.locator("#disable-dialog")
    dialog.get_by_label("2段階認証の設定もクリア").set_checked(clear)
    dialog.get_by_role("button", name="無効にする").click()
    expect(site.locator('main[data-page="turn_off.feedback"]')).to_be_visible()
    expect(site.get_by_role("heading", name="2段階認証を無効にしました。")).to_be_visible()
    assert_accessible(site)
    site.get_by_role("button", name="スキップ").click()
    expect(site.locator('main[data-page="settings.overview"][data-state="off"]')).to_be_visible()
    expect(site.locator(".notice.info")).to_have_count(0 if clear else 1)


def test_confirm_is_a_page_without_scripts(servers: Servers) -> None:
    site = servers.window(java_script_enabled=False)
    signs_in(servers, site, "taro")
    opens_settings(servers, site)
    site.locator(pages.DISABLE).click()
    expect(site.locator('main[data-page="turn_off.confirm"]')).to_be_visible()
    site.locator(pages.TURN_OFF).click()
    expect(site.locator('main[data-page="turn_off.feedback"]')).to_be_visible()


def test_verify_tells_by_itself_that_the_call_was_declined(servers: Servers) -> None:
    site = servers.window()
    signs_in(servers, site, "taro")
    opens_settings(servers, site)
    site.get_by_role("button", name="新しい電話またはアプリを追加").click()
    site.locator(pages.NUMBER).fill("03-1234-5678")
    site.locator("#channel-voice").check()
    site.locator(pages.SEND_TO_NUMBER).click()
    expect(site.locator('main[data-page="settings.verify"]')).to_be_visible()
    expect(site.locator('[data-module="call"]')).to_be_visible()
    assert_accessible(site)
    servers.world.phone.call(LANDLINE).decline()
    expect(site.locator(".notice.care")).to_contain_text("拒否")
    expect(site.locator('[data-module="call"]')).to_have_count(0)
