"""The main job with two windows open, the site's and the phone's: as a person does it, live and with JavaScript."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import assert_accessible
from tests.browser.servers import Servers
from tools.driver import Page, expect

NUMBER = "+819012345678"
MAILBOX = "hanako@example.com"
EXAMINED: set[tuple[object, ...]] = set()
PASSWORD = "Mihon-demo-1"


def on(page: Page, name: str) -> None:
    """The window shows this page; axe looks at it when it is seen for the first time at this width."""
    expect(page.locator(f'main[data-page="{name}"]')).to_be_visible()
    seen = (name, page.locator("main").get_attribute("data-state"), page.viewport_size["width"])  # type: ignore[index]
    if seen not in EXAMINED:
        EXAMINED.add(seen)
        assert_accessible(page)


def gives_name_and_password(site: Page, identifier: str = MAILBOX) -> None:
    """From the shop's front through both pages of signing in."""
    on(site, "shop.home")
    site.locator("#nav-link-accountList").click()
    on(site, "sign_in.identifier")
    site.locator("#ap_email").fill(identifier)
    site.locator("#continue").click()
    site.locator("#ap_password").fill(PASSWORD)
    assert_accessible(site)
    site.locator("#signInSubmit").click()


def asks_for_settings(site: Page) -> None:
    """アカウントサービス → ログインとセキュリティ → 「編集」, by what the pages show."""
    site.goto(site.url.partition("/account")[0].rstrip("/").split("?")[0])
    site.locator('a[href="/account"]:visible').first.click()
    on(site, "account.services")
    site.locator('main a[href="/account/security"]').click()
    on(site, "account.security")
    site.locator("#edit-two-step").click()


def approves_on_the_phone(phone: Page) -> None:
    """The mail's banner comes by itself; its link opens the site, where 「承認」 decides."""
    phone.locator("#lock-notes").get_by_role("link", name=re.compile("Mihonセキュリティ警告")).click()
    expect(phone.locator('main[data-page="handset.mail_message"]')).to_be_visible()
    with phone.expect_popup() as popup:
        phone.frame_locator("iframe").get_by_role("link", name="承認または否認してください").click()
    page = popup.value
    on(page, "approval.decide")
    page.locator("#approve").click()
    expect(page.locator("main")).to_have_attribute("data-state", "approved")
    assert_accessible(page)
    page.close()


def opens_settings(servers: Servers, site: Page, width: int) -> None:
    """With the phone in a second window; the waiting page goes on by itself."""
    phone = servers.window(width)
    phone.goto(f"{servers.phone_url}/handsets/{MAILBOX}/")
    asks_for_settings(site)
    on(site, "approval.wait")
    expect(site.locator("[data-alone]")).to_contain_text(re.compile("自動的に次へ進みます|goes on by itself"))
    approves_on_the_phone(phone)
    on(site, "settings.overview")
    phone.close()


def turns_it_on(site: Page, *, trust: bool) -> None:
    """The last page of setting up."""
    on(site, "set_up.almost_done")
    box = site.locator("#enable-mfa-form input[type=checkbox]")
    box.set_checked(trust)
    site.locator("#enable-mfa-form").get_by_role("button").click()
    on(site, "settings.overview")
    expect(site.locator("main")).to_have_attribute("data-state", "on")


def signs_out(site: Page) -> None:
    """By the button on the account's page."""
    site.goto(re.sub(r"(https?://[^/]+).*", r"\1/account", site.url))
    site.get_by_role("button", name="サインアウト").first.click()


@pytest.mark.parametrize("width", [390, 1280])
def test_main_job_by_sms(servers: Servers, width: int) -> None:
    site = servers.window(width)
    site.goto(servers.site_url)
    gives_name_and_password(site, "090-1234-5678")
    opens_settings(servers, site, width)
    site.get_by_role("button", name="開始する").click()
    on(site, "set_up.choose_method")

    phone = servers.window(width)
    phone.goto(f"{servers.phone_url}/handsets/{NUMBER}/")
    site.locator("#cvf_phone_num").fill("090-1234-5678")
    site.locator("#cvf-submit-phone").click()
    on(site, "set_up.verify")
    first = code_that_comes(phone)
    site.locator("input[name=otpCode]").fill(first)
    site.locator("main").get_by_role("button", name="続行").click()
    turns_it_on(site, trust=False)

    signs_out(site)
    phone.goto(f"{servers.phone_url}/handsets/{NUMBER}/")
    gives_name_and_password(site)
    on(site, "sign_in.code")
    second = code_that_comes(phone, after=first)
    site.locator("#auth-mfa-otpcode").fill(second)
    site.locator("#auth-mfa-remember-device").check()
    site.locator("#auth-signin-button").click()
    on(site, "shop.home")

    signs_out(site)
    gives_name_and_password(site)
    on(site, "shop.home")  # trusted: no code is asked
    other = servers.window(width)
    other.goto(servers.site_url)
    gives_name_and_password(other)
    on(other, "sign_in.code")


def code_that_comes(phone: Page, after: str = "") -> str:
    """The code in the newest banner of the lock screen, once it has come by itself."""
    newest = phone.locator("#lock-notes [data-copy]").first
    expect(newest).not_to_have_attribute("data-copy", after)
    return newest.get_attribute("data-copy") or ""


@pytest.mark.parametrize(("width", "by"), [(390, "key"), (1280, "picture")])
def test_main_job_by_app(servers: Servers, width: int, by: str) -> None:
    site = servers.window(width)
    site.goto(servers.site_url)
    gives_name_and_password(site)
    opens_settings(servers, site, width)
    site.get_by_role("button", name="開始する").click()
    on(site, "set_up.choose_method")
    site.locator("#method-app").check()
    assert_accessible(site)
    phone = servers.window(width)
    phone.goto(f"{servers.phone_url}/handsets/{NUMBER}/authenticator/add")
    if by == "key":
        site.get_by_text("QRコードをスキャンできない場合").click()
        phone.get_by_label("アカウント", exact=True).fill("Mihon")
        phone.get_by_label("キー", exact=True).fill(site.locator("#totp-key").inner_text())
        phone.get_by_role("button", name="追加", exact=True).click()
    else:
        picture = site.locator(".qr").screenshot()
        phone.locator("#otp-picture").set_input_files(
            {"name": "qr.png", "mimeType": "image/png", "buffer": picture}
        )
    expect(phone.locator('main[data-page="handset.authenticator"]')).to_be_visible()
    site.locator("#ch-auth-app-code-input").fill(app_code(phone))
    site.locator("#ch-auth-app-submit").click()
    turns_it_on(site, trust=True)

    signs_out(site)
    gives_name_and_password(site)
    on(site, "shop.home")  # 「この端末ではコードの入力は不要です」 was ticked
    servers.clock.advance(30)  # the code just used is spent: the next one
    other = servers.window(width)
    other.goto(servers.site_url)
    gives_name_and_password(other)
    on(other, "sign_in.code")
    phone.reload()
    other.locator("#auth-mfa-otpcode").fill(app_code(phone))
    other.locator("#auth-signin-button").click()
    on(other, "shop.home")


def app_code(phone: Page) -> str:
    """What the authenticator shows."""
    return re.sub(r"\D", "", phone.locator("[data-otp-code]").first.inner_text())
