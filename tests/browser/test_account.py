"""Creating an account and changing its password in a real browser."""

from __future__ import annotations

import pytest

from tests.actors import PASSWORD
from tests.browser.conftest import assert_accessible
from tests.browser.servers import Servers
from tests.more import more
from tools.driver import Page, expect
from webapp.sandbox.journeys import pages

FRESH = "tulip-harbour-9-tea"


def arrives(page: Page, name: str) -> None:
    """The page of this endpoint is there, and accessible."""
    expect(page.locator(f'main[data-page="{name}"]')).to_be_visible()
    assert_accessible(page)


@pytest.mark.parametrize(("width", "language"), [(390, "ja"), more(1280, "en")])
def test_register_in_a_browser_with_its_errors(servers: Servers, width: int, language: str) -> None:
    page = servers.window(width, language)
    page.goto(f"{servers.site_url}/ap/register")
    arrives(page, "account.register")
    page.locator(pages.CUSTOMER_NAME).fill("Yuki")
    page.locator(pages.EMAIL).fill("yuki@example.com")
    page.locator(pages.PASSWORD).fill("yuki-1985")
    page.locator(pages.CONTINUE).click()
    box = page.locator("#auth-error-message-box")
    expect(box).to_be_focused()
    assert_accessible(page)
    box.get_by_role("link").click()
    expect(page.locator(pages.PASSWORD)).to_be_focused()
    page.keyboard.insert_text(FRESH)  # as a paste does
    page.keyboard.press("Enter")
    arrives(page, "account.confirm_registration")
    page.go_back()  # to the form that was refused
    expect(page.locator(pages.EMAIL)).to_have_value("yuki@example.com")
    expect(box).to_have_count(0)
    page.go_forward()
    page.locator(pages.CONTACT_CODE).fill(servers.world.phone.wait_for_code("yuki@example.com"))
    page.locator(pages.VERIFY_CONTACT).click()
    expect(page.locator("#nav-link-accountList-nav-line-1")).to_contain_text("Yuki")


def test_new_password_can_be_looked_at_before_it_is_sent(servers: Servers) -> None:
    page = servers.window(390)
    page.goto(f"{servers.site_url}/ap/register")
    field, button = page.locator(pages.PASSWORD), page.locator("[data-shows=ap_password]")
    field.fill(FRESH)
    expect(field).to_have_attribute("type", "password")
    button.click()
    expect(field).to_have_attribute("type", "text")
    expect(field).to_be_focused()
    expect(button).to_contain_text("隠す")
    assert_accessible(page)
    button.click()
    expect(field).to_have_attribute("type", "password")
    expect(button).to_contain_text("表示")
    assert field.input_value() == FRESH


def test_forgotten_password_in_a_browser(servers: Servers) -> None:
    page = servers.window(390)
    page.goto(f"{servers.site_url}/ap/signin")
    page.locator(pages.EMAIL).fill("hanako@example.com")
    page.locator(pages.CONTINUE).click()
    page.locator(pages.FORGOT_PASSWORD).click()
    arrives(page, "account.forgot_password")
    expect(page.locator(pages.EMAIL)).to_have_value("hanako@example.com")
    page.locator(pages.CONTINUE).click()
    arrives(page, "account.confirm_reset")
    page.locator(pages.CONTACT_CODE).fill(servers.world.phone.wait_for_code("hanako@example.com"))
    page.locator(pages.VERIFY_CONTACT).click()
    arrives(page, "account.new_password")
    page.locator(pages.RESET_PASSWORD).fill(PASSWORD.upper() + "-tea")
    page.locator(pages.CONTINUE).click()
    page.locator(pages.PASSWORD).fill(PASSWORD.upper() + "-tea")
    page.locator(pages.SIGN_IN).click()
    expect(page.locator('main[data-page="shop.home"]')).to_be_visible()
