"""Passkeys in a real browser, with its virtual authenticator in place of a fingerprint reader."""

from __future__ import annotations

import pytest

from tests.browser.conftest import assert_accessible
from tests.browser.servers import Servers, awake
from tests.more import more
from tools.driver import CDPSession, Page, expect
from webapp.sandbox.journeys import main_job, pages
from webapp.sandbox.journeys.steps import See

MAILBOX = "hanako@example.com"
OPTIONS = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def with_fingerprint(page: Page, **options: object) -> tuple[CDPSession, str]:
    """Give the window's browser a device that unlocks by fingerprint."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable", {"enableUI": False})
    added = session.send("WebAuthn.addVirtualAuthenticator", {"options": {**OPTIONS, **options}})
    return session, str(added["authenticatorId"])


def touches(device: tuple[CDPSession, str], enabled: bool) -> None:
    """Whether the person touches the reader whenever it asks."""
    session, authenticator = device
    session.send(
        "WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": authenticator, "enabled": enabled}
    )


def signs_in(servers: Servers, page: Page) -> None:
    servers.walk(page, "hanako", *main_job.GIVE_PASSWORD, See(page="shop.home"))


def signs_out(servers: Servers, page: Page) -> None:
    page.goto(f"{servers.site_url}/account")
    page.locator(pages.SIGN_OUT).click()
    expect(page.locator(pages.SIGN_OUT)).to_have_count(0)


def opens_passkeys(servers: Servers, page: Page) -> None:
    """アカウント → ログインとセキュリティ → パスキー, with the approval of the mail."""
    page.goto(f"{servers.site_url}/account/security/passkeys")
    page.locator(pages.PROVE).click()
    link = servers.world.phone.mail(MAILBOX).link("承認または否認してください")
    other = servers.window()
    other.goto(link)
    other.locator(pages.APPROVE).click()
    expect(page.locator('main[data-page="passkeys.overview"]')).to_be_visible()


def registers(servers: Servers, page: Page, name: str = "わたしの携帯") -> None:
    opens_passkeys(servers, page)
    page.locator(pages.PASSKEY_NAME).fill(name)
    awake(page)
    page.locator(pages.CREATE_PASSKEY).click()
    expect(page.locator("[data-passkey]")).to_contain_text(name)


@pytest.mark.parametrize("width", [390, more(1280)])
def test_passkey_is_made_and_signs_in_also_once_two_step_is_on(servers: Servers, width: int) -> None:
    page = servers.window(width)
    device = with_fingerprint(page)
    signs_in(servers, page)
    registers(servers, page)
    assert_accessible(page)
    page.goto(f"{servers.site_url}/a/settings/approval")
    page.locator(pages.GET_STARTED).click()
    page.locator(pages.NUMBER).fill("090-1234-5678")
    page.locator(pages.SEND_TO_NUMBER).click()
    page.locator(pages.CONTACT_CODE).fill(servers.world.phone.wait_for_code("+819012345678"))
    page.locator(pages.VERIFY_CONTACT).click()
    page.locator(pages.SKIP_BACKUP).click()
    page.locator(pages.TURN_ON).click()
    expect(page.locator('main[data-page="settings.overview"]')).to_be_visible()
    signs_out(servers, page)
    touches(device, False)
    page.goto(f"{servers.site_url}/ap/signin?lang=ja")
    page.locator(pages.EMAIL).fill(MAILBOX)
    page.locator(pages.CONTINUE).click()
    expect(page.locator(pages.SIGN_IN_BY_PASSKEY)).to_be_visible()
    assert_accessible(page)
    touches(device, True)
    awake(page)
    page.locator(pages.SIGN_IN_BY_PASSKEY).click()
    expect(page.locator("#nav-link-accountList-nav-line-1")).to_have_text("こんにちは, 花子さん")


def test_passkey_is_offered_in_the_field_of_the_first_page(servers: Servers) -> None:
    page = servers.window()
    with_fingerprint(page)
    signs_in(servers, page)
    registers(servers, page)
    signs_out(servers, page)
    # The virtual device answers the browser's quiet offer at once, as a person who picks it would.
    page.goto(f"{servers.site_url}/ap/signin")
    expect(page.locator("#nav-link-accountList-nav-line-1")).to_have_text("こんにちは, 花子さん")


@pytest.mark.more
def test_passkey_removed_opens_nothing_and_says_so(servers: Servers) -> None:
    page = servers.window()
    with_fingerprint(page)
    signs_in(servers, page)
    registers(servers, page)
    page.locator("[data-passkey] .row-actions button").click()
    expect(page.locator("[data-passkey]")).to_have_count(0)
    signs_out(servers, page)
    page.goto(f"{servers.site_url}/ap/signin")
    expect(page.locator(".notice.wrong")).to_be_visible()
    assert_accessible(page)


@pytest.mark.more
def test_passkey_on_a_second_device_stands_beside_the_first(servers: Servers) -> None:
    first = servers.window()
    with_fingerprint(first)
    signs_in(servers, first)
    registers(servers, first)
    first.locator(pages.PASSKEY_NAME).fill("もう一度")
    awake(first)
    first.locator(pages.CREATE_PASSKEY).click()
    expect(first.locator("[data-told]").first).to_have_text(
        "この端末には、すでにこのアカウントのパスキーがあります。"
    )
    second = servers.window()
    with_fingerprint(second)
    signs_in(servers, second)
    second.goto(f"{servers.site_url}/account/security/passkeys")
    servers.clock.advance(31)
    second.locator(pages.PROVE).click()
    other = servers.window()
    other.goto(servers.world.phone.mail(MAILBOX).link("承認または否認してください"))
    other.locator(pages.APPROVE).click()
    expect(second.locator('main[data-page="passkeys.overview"]')).to_be_visible()
    second.locator(pages.PASSKEY_NAME).fill("タブレット")
    awake(second)
    second.locator(pages.CREATE_PASSKEY).click()
    expect(second.locator("[data-passkey]")).to_have_count(2)


@pytest.mark.more
def test_passkey_unverified_device_is_told_and_nothing_is_lost(servers: Servers) -> None:
    page = servers.window()
    with_fingerprint(page, isUserVerified=False)
    signs_in(servers, page)
    opens_passkeys(servers, page)
    page.locator(pages.PASSKEY_NAME).fill("ひみつ")
    awake(page)
    page.locator(pages.CREATE_PASSKEY).click()
    expect(page.locator("[data-told]").first).not_to_be_empty()
    expect(page.locator(pages.PASSKEY_NAME)).to_have_value("ひみつ")


def test_passkey_page_without_scripts_says_so(servers: Servers) -> None:
    page = servers.window(java_script_enabled=False)
    signs_in(servers, page)
    page.goto(f"{servers.site_url}/account/security/passkeys")
    page.locator(pages.PROVE).click()
    other = servers.window()
    other.goto(servers.world.phone.mail(MAILBOX).link("承認または否認してください"))
    other.locator(pages.APPROVE).click()
    expect(other.locator("main")).to_have_attribute("data-state", "approved")
    page.locator(pages.APPROVAL_CONTINUE).click()
    expect(page.locator("[data-without]")).to_be_visible()
    expect(page.locator(pages.CREATE_PASSKEY)).to_be_hidden()


def test_suggestion_of_a_page_left_open_is_renewed(servers: Servers) -> None:
    page = servers.window()
    touches(with_fingerprint(page), False)
    page.clock.install()
    asked: list[str] = []
    page.on(
        "request", lambda request: asked.append(request.url) if "passkey/options" in request.url else None
    )
    with page.expect_response("**/ap/passkey/options"):
        page.goto(f"{servers.site_url}/ap/signin")
    with page.expect_response("**/ap/passkey/options"):
        page.clock.run_for(601_000)
    assert len(asked) == 2
