"""The main job in two windows, the site's and the phone's: as a user does it, live and with JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import assert_accessible
from tests.browser.page_runner import PageRunner
from tests.browser.servers import Servers
from tests.more import more
from tools.driver import Page, expect
from webapp import paths
from webapp.sandbox.journeys import main_job, pages
from webapp.sandbox.journeys.main_job import APPROVE, ASK_FOR_SETTINGS, GO_ON, SET_UP_BY_SMS, SIGN_IN
from webapp.sandbox.journeys.steps import Open, Press, See, Step, TakeCode
from webapp.sandbox.personas.personas import PERSONAS

HANAKO = PERSONAS["hanako"]
EXAMINED: set[tuple[object, ...]] = set()
OPEN_SETTINGS: tuple[Step, ...] = (*ASK_FOR_SETTINGS, *APPROVE, GO_ON)
SIGN_IN_BY_NUMBER: tuple[Step, ...] = (
    main_job.START,
    SIGN_IN[0],
    Press(pages.CONTINUE, {pages.EMAIL: main_job.number}, page="sign_in.identifier"),
    SIGN_IN[2],
    See(page="shop.home"),
)
SIGN_IN_AGAIN: tuple[Step, ...] = (Open(paths.ACCOUNT), Press(pages.SIGN_OUT), *SIGN_IN)


class LivePhone:
    """The phone's window: what comes is read from the lock screen, once it has come by itself."""

    def __init__(self, servers: Servers, width: int) -> None:
        self.page = servers.window(width)
        self._url = f"{servers.phone_url}/handsets/"
        self.popup: Page | None = None
        self._read = ""

    def watch(self, to: str) -> None:
        """Show the lock screen of a number or mailbox."""
        self.page.goto(f"{self._url}{to}/")

    def code(self, to: str) -> str:
        """Return the code in the newest banner."""
        newest = self.page.locator("#lock-notes [data-copy]").first
        expect(newest).not_to_have_attribute("data-copy", self._read)
        self._read = newest.get_attribute("data-copy") or ""
        return self._read

    def link(self, to: str, part: str) -> str:
        """Press the link in the mail whose banner comes, and return where it leads."""
        self.page.locator("#lock-notes").get_by_role("link", name=re.compile("Mihonセキュリティ警告")).click()
        expect(self.page.locator('main[data-page="handset.mail_message"]')).to_be_visible()
        with self.page.expect_popup() as popup:
            self.page.frame_locator("iframe").get_by_role("link", name="承認または否認してください").click()
        self.popup = popup.value
        return self.popup.url


class Live(PageRunner):
    """Hanako in front of both windows. Axe looks at each page that is seen for the first time at this width."""

    def __init__(self, servers: Servers, width: int) -> None:
        self.phone = LivePhone(servers, width)
        super().__init__(HANAKO, self.phone, servers.site_url, servers.window(width), servers.window)

    def see(self, page: str, state: str) -> None:
        super().see(page, state)
        size = self.page.viewport_size
        shown = (page, self.page.locator("main").get_attribute("data-state"), size and size["width"])
        if shown not in EXAMINED:
            EXAMINED.add(shown)
            assert_accessible(self.page)

    def change_browser(self, path: str = "", signed_in_as: str = "") -> Callable[[], None]:
        assert self.phone.popup is not None
        site, self.page = self.page, self.phone.popup

        def back() -> None:
            self.page.close()
            self.page = site

        return back

    def opens_settings(self) -> None:
        """The waiting page says that it goes on by itself, and does."""
        self.phone.watch(HANAKO.email)
        self.walk((*ASK_FOR_SETTINGS, See(page="approval.wait")))
        expect(self.page.locator("[data-alone]")).to_contain_text(
            re.compile("自動的に次へ進みます|goes on by itself")
        )
        self.walk((*APPROVE, GO_ON, See(page="settings.overview")))


def elsewhere(servers: Servers, width: int) -> PageRunner:
    """Hanako at another browser, asked for a code."""
    other = Live(servers, width)
    other.walk((main_job.START, *SIGN_IN, See(page="sign_in.code")))
    return other


@pytest.mark.parametrize("width", [390, more(1280)])
def test_main_job_by_sms(servers: Servers, width: int) -> None:
    hanako = Live(servers, width)
    hanako.walk(SIGN_IN_BY_NUMBER)
    hanako.opens_settings()
    hanako.phone.watch(hanako.number)
    hanako.walk((*SET_UP_BY_SMS, See(page="settings.overview", state="on")))
    hanako.walk(
        (
            *SIGN_IN_AGAIN,
            TakeCode(pages.CODE, page="sign_in.code"),
            Press(pages.SIGN_IN_WITH_CODE, {pages.REMEMBER: True}),
            See(page="shop.home"),
        )
    )
    hanako.walk((*SIGN_IN_AGAIN, See(page="shop.home")))  # trusted: no code is asked
    elsewhere(servers, width)


@pytest.mark.parametrize(("width", "by"), [(390, "key"), (1280, "picture")])
@pytest.mark.more
def test_main_job_by_app(servers: Servers, width: int, by: str) -> None:
    hanako = Live(servers, width)
    hanako.walk((main_job.START, *SIGN_IN, See(page="shop.home")))
    hanako.opens_settings()
    hanako.walk((main_job.BEGIN_SET_UP, See(page="set_up.choose_method")))
    site, phone = hanako.page, hanako.phone.page
    site.locator(pages.METHOD_APP).check()
    assert_accessible(site)
    phone.goto(f"{servers.phone_url}/handsets/{hanako.number}/authenticator/add")
    if by == "key":
        expect(site.get_by_text("QRコードをスキャンできない場合")).to_be_visible()
        phone.get_by_label("アカウント", exact=True).fill("Mihon")
        phone.get_by_label("キー", exact=True).fill(site.locator(pages.APP_KEY).inner_text())
        phone.get_by_role("button", name="追加", exact=True).click()
    else:
        picture = site.locator(".qr").screenshot()
        phone.locator("#otp-picture").set_input_files(
            {"name": "qr.png", "mimeType": "image/png", "buffer": picture}
        )
    expect(phone.locator('main[data-page="handset.authenticator"]')).to_be_visible()

    def app_code(_run: Any) -> str:
        phone.reload()
        return re.sub(r"\D", "", phone.locator("[data-otp-code]").first.inner_text())

    hanako.walk(
        (
            Press(pages.VERIFY_APP, {pages.APP_CODE: app_code}),
            main_job.SKIP_BACKUP,
            Press(pages.TURN_ON, {pages.TURN_ON_REMEMBER: True}, page="set_up.almost_done"),
            See(page="settings.overview", state="on"),
            *SIGN_IN_AGAIN,
            See(page="shop.home"),  # 「この端末ではコードの入力は不要です」 was ticked
        )
    )
    servers.clock.advance(30)  # the code just used is spent: the next one
    elsewhere(servers, width).walk(
        (Press(pages.SIGN_IN_WITH_CODE, {pages.CODE: app_code}), See(page="shop.home"))
    )
