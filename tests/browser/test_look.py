"""Look and behaviour of the site in a real browser: both schemes and widths, focus, and each small module."""

from __future__ import annotations

import re

import pytest

from tests.assertions import not_empty
from tests.browser.conftest import assert_accessible
from tests.browser.servers import Servers
from tests.check.look.looking import PLAIN, measured
from tests.check.look.window import Window
from tools.driver import Page, expect
from webapp.sandbox.journeys import main_job, pages
from webapp.sandbox.journeys.steps import See

PASSWORD = "Mihon-demo-1"
NARROW, WIDE = 390, 1280
LARGE_TYPE = """() => new Promise((done) => {
    document.documentElement.style.fontSize = "200%";
    requestAnimationFrame(() => requestAnimationFrame(done)); // the page's modules see the new size
})"""


def to_the_password(servers: Servers, site: Page) -> None:
    """Taro, as far as the page that asks for the password."""
    servers.walk(site, "taro", *main_job.GIVE_PASSWORD[:2])
    expect(site.locator(pages.PASSWORD)).to_be_visible()


def to_the_code(servers: Servers, site: Page) -> None:
    """Taro, as far as the page that asks for a code."""
    servers.walk(site, "taro", *main_job.GIVE_PASSWORD, See(page="sign_in.code"))


def overhang(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [("ja", NARROW, "light"), ("ja", WIDE, "dark"), ("en", NARROW, "dark"), ("en", WIDE, "light")],
)
@pytest.mark.more
def test_patterns_are_accessible_and_fit(servers: Servers, width: int, scheme: str, language: str) -> None:
    site = servers.window(width, language, color_scheme=scheme)
    for path in ("/patterns", "/", "/ap/signin", "/no-such-page"):
        site.goto(servers.site_url + path)
        assert_accessible(site)
        assert overhang(site) <= 0, path


def test_pages_look_in_order_on_phones(servers: Servers) -> None:
    window = Window(servers.window(NARROW))
    for path in ("/ap/register", "/ap/recovery"):
        window.goto(servers.site_url + path)
        assert measured(window, PLAIN[:2]) == set(), path


def test_patterns_keep_to_the_smallest_phones_and_to_large_type(servers: Servers) -> None:
    site = servers.window(320)
    for path in ("/patterns", "/", "/ap/signin"):
        site.goto(servers.site_url + path)
        assert overhang(site) <= 0, path
        site.evaluate(LARGE_TYPE)
        assert overhang(site) <= 0, f"{path} with type twice as large"


@pytest.mark.parametrize("path", ["/", "/ap/signin", "/patterns", "/no-such-page"])
def test_every_page_wears_ribbon_seal_and_stamp(servers: Servers, path: str) -> None:
    site = servers.window()
    site.goto(servers.site_url + path)
    expect(site.locator(".ribbon")).to_be_visible()
    expect(site.locator(".brand img")).to_be_visible()
    assert site.locator("main .stamp").count() == 1
    turned = site.locator("main .stamp").evaluate("stamp => getComputedStyle(stamp).transform")
    assert turned.startswith("matrix"), "the stamp is not turned"
    for image in not_empty(site.locator("img").all()):
        image.scroll_into_view_if_needed()
        loaded = "image => image.decode().then(() => image.naturalWidth > 0)"
        assert image.evaluate(loaded), image.get_attribute("src")


def test_tabs_are_for_phones_and_a_page_with_one_task_has_none(servers: Servers) -> None:
    site = servers.window(NARROW)
    site.goto(servers.site_url)
    expect(site.locator(".tabs")).to_be_in_viewport()
    expect(site.locator(".tabs [aria-current=page]")).to_have_text("ホーム")
    site.locator(".tabs summary").click()
    services = site.get_by_role("link", name="アカウントサービス")
    expect(services).to_be_in_viewport(ratio=1)
    site.keyboard.press("Escape")
    expect(services).to_be_hidden()
    site.locator(".tabs summary").click()
    site.mouse.click(200, 200)
    expect(services).to_be_hidden()
    site.goto(f"{servers.site_url}/ap/signin")
    expect(site.locator(".tabs")).to_have_count(0)
    desk = servers.window(WIDE)
    desk.goto(servers.site_url)
    expect(desk.locator(".tabs")).to_be_hidden()


def test_errors_are_focused_above_and_told_beside_their_field(servers: Servers) -> None:
    site = servers.window()
    to_the_password(servers, site)
    site.locator(pages.PASSWORD).fill("wrong")
    site.locator(pages.SIGN_IN).click()
    box = site.locator("#auth-error-message-box")
    expect(box).to_contain_text("問題が発生しました。")
    expect(box).to_be_focused()
    field = site.locator(pages.PASSWORD)
    expect(field).to_have_attribute("aria-invalid", "true")
    told = site.locator(f"#{field.get_attribute('aria-describedby')}")
    expect(told).to_have_text("パスワードが正しくありません")
    box.get_by_role("link").click()
    expect(field).to_be_focused()
    assert_accessible(site)


def test_languages_change_the_page_and_keep_its_place(servers: Servers) -> None:
    site = servers.window(WIDE)
    to_the_password(servers, site)
    site.get_by_role("link", name="English").click()
    expect(site.locator("html")).to_have_attribute("lang", "en")
    expect(site.locator(pages.PASSWORD)).to_be_visible()
    expect(site.locator(pages.SIGN_IN)).to_have_text("Sign in")
    site.get_by_role("link", name="日本語").click()
    expect(site.locator(pages.SIGN_IN)).to_have_text("ログイン")


def test_countdown_holds_the_resend_button_until_it_is_time(servers: Servers) -> None:
    site = servers.window()
    with site.expect_response("**/sandbox/api/clock"):
        to_the_code(servers, site)
    button, words = site.locator(pages.RESEND), site.locator("[data-holds=resend]")
    expect(button).to_be_disabled()
    expect(words).to_contain_text(re.compile(r"あと2\d秒"))
    servers.clock.advance(-600)
    expect(words).to_contain_text(re.compile(r"あと1\d分"))
    servers.clock.advance(630)
    expect(button).to_be_enabled()
    expect(words).to_be_hidden()


def test_once_sends_a_form_a_single_time(servers: Servers) -> None:
    site = servers.window()
    to_the_code(servers, site)
    posts: list[str] = []
    site.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    site.locator(pages.CODE).fill("000000")
    site.locator("#auth-mfa-form").evaluate("form => { form.requestSubmit(); form.requestSubmit(); }")
    expect(site.locator("#auth-error-message-box")).to_be_visible()
    assert len(posts) == 1


def test_code_field_lets_the_browser_fill_it_and_takes_wide_digits(servers: Servers) -> None:
    site = servers.window()
    to_the_code(servers, site)
    field = site.locator(pages.CODE)
    expect(field).to_have_attribute("autocomplete", "one-time-code")
    expect(field).to_have_attribute("inputmode", "numeric")
    code = servers.world.phone.wait_for_code("+818012345678")
    wide = " ".join(chr(ord(digit) - ord("0") + ord("０")) for digit in code)
    field.fill(wide)
    expect(field).to_have_value(wide)
    site.locator(pages.SIGN_IN_WITH_CODE).click()
    expect(site.locator('main[data-page="shop.home"]')).to_be_visible()


def test_keyboard_alone_signs_in(servers: Servers) -> None:
    site = servers.window()
    site.goto(servers.site_url)
    site.keyboard.press("Tab")
    expect(site.locator(".skip")).to_be_focused()
    expect(site.locator(".skip")).to_be_in_viewport()
    site.goto(f"{servers.site_url}/ap/signin")
    expect(site.locator(pages.EMAIL)).to_be_focused()
    site.keyboard.type("hanako@example.com")
    site.keyboard.press("Enter")
    expect(site.locator(pages.PASSWORD)).to_be_visible()
    expect(site.locator(pages.PASSWORD)).to_be_focused()
    site.keyboard.type(PASSWORD)
    site.keyboard.press("Enter")
    expect(site.locator("#nav-link-accountList-nav-line-1")).to_have_text("こんにちは, 花子さん")
