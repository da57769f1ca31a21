"""The pages behind the sign-in, in both schemes and widths: no axe violation, no overflow."""

from __future__ import annotations

import pytest

from tests.actors import PEOPLE
from tests.browser.conftest import in_order
from tests.browser.servers import Servers
from tools.driver import Page, expect
from webapp.sandbox.journeys import main_job, pages
from webapp.sandbox.journeys.steps import See

LOOKS = [(390, "dark", "ja"), (1280, "light", "en")]
OPEN = ("/ap/register", "/ap/forgotpassword", "/ap/recovery", "/music", "/music/ap/signin", "/music/older")
ACCOUNT = (
    "/account", "/account/security", "/account/security/name", "/account/security/address",
    "/account/security/email", "/account/security/phone",
    "/account/security/password", "/account/security/devices/end-all", "/a/settings/approval",
    "/a/settings/approval/disable",
)  # fmt: skip


def visit(site: Page, url: str) -> None:
    """Open a page by its address: it is there, and in order."""
    answer = site.goto(url)
    assert answer is not None and answer.status == 200, f"{url}: {answer and answer.status}"
    in_order(site)


def signs_in(servers: Servers, site: Page, who: str) -> None:
    """With name and password, and a code where one is asked for."""
    code = main_job.GIVE_CODE if who == "taro" else ()
    servers.walk(site, who, *main_job.GIVE_PASSWORD, *code)
    if who == "desk":
        servers.gives_app_code(site, who, "shop.home")
    servers.walk(site, who, See(page="shop.home"))


def gives_code(servers: Servers, site: Page) -> None:
    """The code that was just texted to taro."""
    site.locator(pages.CODE).fill(servers.world.phone.wait_for_code(PEOPLE["taro"].number))
    site.locator(pages.SIGN_IN_WITH_CODE).click()


@pytest.mark.parametrize(("width", "scheme", "language"), LOOKS)
def test_pages_of_the_account_are_in_order(servers: Servers, width: int, scheme: str, language: str) -> None:
    site = servers.window(width, language, color_scheme=scheme)
    signs_in(servers, site, "taro")
    site.goto(f"{servers.site_url}/account/security")
    site.locator(pages.EDIT_TWO_STEP).click()
    expect(site.locator("#auth-mfa-form")).to_be_visible()
    in_order(site)
    gives_code(servers, site)
    expect(site.locator('main[data-page="settings.overview"]')).to_be_visible()
    for path in ACCOUNT:
        visit(site, servers.site_url + path)
    site.goto(f"{servers.site_url}/a/settings/approval")
    site.locator(pages.DISABLE).click()
    expect(site.locator("dialog")).to_be_visible()
    in_order(site)
    site.keyboard.press("Escape")
    expect(site.locator("dialog")).to_be_hidden()
    site.locator(pages.ADD_METHOD).click()
    expect(site.locator('main[data-page="settings.choose_method"]')).to_be_visible()
    site.locator(pages.METHOD_APP).check()
    in_order(site)


@pytest.mark.parametrize(("width", "scheme", "language"), LOOKS)
def test_pages_without_an_account_are_in_order(
    servers: Servers, width: int, scheme: str, language: str
) -> None:
    site = servers.window(width, language, color_scheme=scheme)
    for path in OPEN:
        visit(site, f"{servers.site_url}{path}?lang={language}")
    site.goto(f"{servers.site_url}/ap/register")
    site.locator("main form button[type=submit]").last.click()
    expect(site.locator("#auth-error-message-box")).to_be_focused()
    in_order(site)


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_pages_of_the_desk_are_in_order(servers: Servers, width: int, scheme: str) -> None:
    site = servers.window(width, color_scheme=scheme)
    signs_in(servers, site, "desk")
    visit(site, f"{servers.site_url}/desk")
    site.locator("main a.row").first.click()
    expect(site.locator(pages.TAKE_CASE)).to_be_visible()
    in_order(site)
    site.locator(pages.TAKE_CASE).click()
    site.locator(pages.PROVE).click()
    servers.gives_app_code(site, "desk", "desk.case")
    site.locator(pages.TAKE_CASE).click()
    expect(site.locator(pages.DECIDE)).to_be_visible()
    in_order(site)
    site.locator(pages.DECIDE).click()
    expect(site.locator("#auth-error-message-box")).to_be_focused()
    in_order(site)


LINES = """each => [...each.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => {
    const text = document.createRange();
    text.selectNodeContents(node);
    return [node.data, text.getClientRects().length];
})"""


@pytest.mark.parametrize("language", ["ja", "en"])
def test_address_breaks_at_its_sign_only_and_the_trail_behind_its_own(
    servers: Servers, language: str
) -> None:
    site = servers.window(390, language)
    signs_in(servers, site, "desk")
    site.goto(f"{servers.site_url}/desk")
    site.locator("main a.row").first.click()
    address = site.locator("[aria-labelledby=who] dd").first
    expect(address).to_have_text("sakura@example.com")
    assert address.evaluate(LINES) == [["sakura@", 1], ["example.com", 1]]
    site.goto(f"{servers.site_url}/a/settings/approval")
    site.locator(pages.PROVE).click()
    servers.gives_app_code(site, "desk", "settings.overview")
    site.locator(pages.ADD_METHOD).click()
    expect(site.locator('main[data-page="settings.choose_method"]')).to_be_visible()
    names = [
        (part.bounding_box(), part.locator("a").bounding_box()) for part in site.locator(".trail li").all()
    ]
    (first, first_name), (last, last_name) = [
        (part, name) for part, name in names if part is not None and name is not None
    ]
    assert first["width"] > first_name["width"] and first["height"] == first_name["height"]
    assert last["width"] == last_name["width"], "it has no sign"


def test_pages_work_without_a_script(servers: Servers) -> None:
    site = servers.window(java_script_enabled=False)
    signs_in(servers, site, "taro")
    site.goto(f"{servers.site_url}/account/security")
    site.locator(pages.EDIT_TWO_STEP).click()
    expect(site.locator(pages.RESEND)).to_be_enabled()
    gives_code(servers, site)
    site.locator(pages.ADD_METHOD).click()
    number, code = site.locator(pages.NUMBER), site.locator(pages.APP_CODE)
    expect(number).to_be_visible()
    expect(code).to_be_hidden()
    site.locator(pages.METHOD_APP).check()
    expect(number).to_be_hidden()
    expect(code).to_be_visible()
    expect(site.locator(pages.APP_KEY)).to_be_visible()
    site.goto(f"{servers.site_url}/a/settings/approval")
    site.locator(pages.DISABLE).click()
    expect(site.locator('main[data-page="turn_off.confirm"]')).to_be_visible()


def test_file_field_shows_its_file_without_a_script(servers: Servers) -> None:
    site = servers.window(java_script_enabled=False)
    site.goto(f"{servers.site_url}/sandbox/personas")
    site.locator("[data-persona=opened]").click()
    field = site.locator(pages.DOCUMENTS)
    expect(site.locator(".file-field > label")).to_have_text("ファイルを選択")
    expect(site.locator("[data-none]")).to_be_hidden()
    expect(field).to_have_css("opacity", "1")
    field.focus()
    expect(site.locator(".file-field")).to_have_css("outline-style", "solid")


def test_music_is_dark_whatever_the_device_prefers(servers: Servers) -> None:
    site = servers.window(color_scheme="light")
    site.goto(servers.site_url)
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    by_day = site.evaluate(paper)
    site.goto(f"{servers.site_url}/music")
    by_night = site.evaluate(paper)
    assert sum(_channels(by_night)) < 150 < 600 < sum(_channels(by_day))


def _channels(colour: str) -> list[int]:
    """The numbers of ``rgb(246, 242, 233)``."""
    return [int(part) for part in colour.partition("(")[2].rstrip(")").split(",")[:3]]
