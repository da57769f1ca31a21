"""Personas in a real browser: one click switches the user."""

from __future__ import annotations

from tests.browser.conftest import assert_accessible
from tests.browser.servers import Servers
from tests.browser.test_passkeys import with_fingerprint
from tools.driver import expect


def test_personas_are_taken_on_by_a_click_and_hold_their_passkey(servers: Servers) -> None:
    page = servers.window()
    page.goto(f"{servers.site_url}/sandbox/personas")
    assert_accessible(page)
    page.locator("[data-persona=taro]").click()
    expect(page.locator('main[data-page="account.services"]')).to_be_visible()
    page.goto(f"{servers.site_url}/sandbox/personas")
    page.locator("#persona-passkey summary").click()
    told = dict(
        zip(
            page.locator("#persona-passkey dt").all_inner_texts(),
            page.locator("#persona-passkey dd").all_inner_texts(),
            strict=True,
        )
    )
    session, authenticator = with_fingerprint(page)
    credential = {**told, "isResidentCredential": True, "rpId": "localhost", "signCount": 0}
    session.send("WebAuthn.addCredential", {"authenticatorId": authenticator, "credential": credential})
    # The virtual device answers the sign-in page's quiet offer at once, as a person who picks it would.
    page.locator("[data-persona=passkey]").click()
    expect(page.locator("#nav-link-accountList-nav-line-1")).to_contain_text("鍵子")
