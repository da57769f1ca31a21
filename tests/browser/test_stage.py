"""The stage: run the main job from it by clicks only, and what else a demo needs."""

from __future__ import annotations

from typing import Any

import pytest

from mocksms.core import authenticator
from mocksms.testing import RunningPhone
from tests.browser.conftest import assert_accessible
from tests.browser.servers import Servers
from tests.more import more
from tools.driver import Frame, Page, expect
from webapp.sandbox.journeys import pages
from webapp.store import accounts

HANAKO = "+819012345678"
JIRO = "+817012345678"
KEY = "MIHONDEMOMIHONDEMOMIHONDEMO23456"
LISTEN = """for (const kind of ["keydown", "paste"])
    addEventListener(kind, () => { window.top.typed = (window.top.typed ?? 0) + 1; }, true);"""
MOST_SECONDS = 90


def opened(servers: Servers, width: int = 1280, language: str = "ja", **options: object) -> Page:
    """The stage, ready."""
    page = servers.window(width, language, **options)
    page.add_init_script(LISTEN)
    page.goto(f"{servers.site_url}/sandbox/stage?lang={language}")
    expect(page.locator(".stage-desk[data-live][data-phone-answers]")).to_be_attached()
    expect(page.frame_locator("[name=phone]").locator("html[data-live-open]")).to_be_attached()
    return page


def frame(page: Page, name: str) -> Frame:
    """One of the stage's frames."""
    found = page.frame(name)
    assert found is not None, name
    return found


def has_two_step(servers: Servers) -> bool:
    """Whether the site asks Hanako for a second step."""
    with servers.world.services.store.reading() as db:
        return accounts.get(db, "hanako").two_step_on


def does_what_is_next(page: Page) -> None:
    """One press of the script's button, by which the next step is reached; a code is taken over by its own button."""
    step = page.locator("[data-step][data-is=next]")
    words = step.inner_text()
    takes = page.locator("#stage-take") if step.get_attribute("data-where") == "code" else None
    button = takes or page.locator("#stage-do")
    expect(button).to_be_visible()
    expect(button).to_be_enabled()
    button.click()
    expect(step).not_to_have_text(words)


@pytest.mark.more
def test_main_job_is_given_from_the_stage_by_clicks(servers: Servers) -> None:
    page = opened(servers)
    began = page.evaluate("performance.now()")
    steps = page.locator("[data-step]").count()
    for _ in range(steps - 1):
        does_what_is_next(page)
    expect(page.locator(".stage-desk[data-finished]")).to_be_attached()
    assert page.evaluate("performance.now()") - began < MOST_SECONDS * 1000
    assert page.evaluate("window.typed ?? 0") == 0
    site = frame(page, "site")
    site.goto(f"{servers.site_url}/account/security")
    expect(site.locator("main")).to_contain_text("有効")
    assert has_two_step(servers)
    page.locator("#stage-again").click()
    expect(site.locator("main[data-page='shop.home']")).to_be_visible()
    expect(page.locator("[data-step]").first).to_have_attribute("data-is", "next")
    assert not has_two_step(servers)


def test_bar_goes_on_after_each_sign_in(servers: Servers) -> None:
    page = opened(servers)
    site = page.frame_locator("[name=site]")
    for persona, called in (("taro", "太郎"), ("jiro", "次郎"), ("taro", "太郎")):
        page.locator("#stage-menu-people summary").click()
        page.locator(f"[data-persona={persona}]").click()
        expect(page.locator("[data-shows-people]")).to_have_text(called)
    page.locator("#stage-menu-clock summary").click()
    page.get_by_role("button", name="+ 10").click()
    expect(page.locator("#stage-menu-clock summary[data-moved]")).to_be_visible()
    assert round(servers.clock.site.offset) == 600
    page.context.clear_cookies()  # as a sign-in whose next page fails: no page has brought a token
    page.locator("#stage-reset button").click()
    expect(page.locator("#stage-menu-clock summary:not([data-moved])")).to_be_visible()
    expect(site.locator("main[data-page='shop.home']")).to_be_visible()
    assert servers.clock.site.offset == 0


@pytest.mark.more
def test_stage_outlines_what_to_press_and_opens_links_of_the_real_mail(servers: Servers) -> None:
    page = opened(servers, language="en")
    page.locator("#stage-again").click()
    site, phone = page.frame_locator("[name=site]"), page.frame_locator("[name=phone]")
    expect(site.locator("[data-stage-next]")).to_have_attribute("id", "nav-link-accountList")
    assert_accessible(page)
    for _ in range(6):
        does_what_is_next(page)
    expect(page.locator("[data-step][data-is=next]")).to_have_attribute("data-where", "mail")
    phone.locator("#lock-notes .note__open").first.click()
    expect(page.locator("[data-step][data-is=next]")).to_have_attribute("data-where", "link")
    phone.frame_locator(".mail-frame[data-leaves-links]").get_by_role("link", name="Approve or deny").click()
    mail = page.frame_locator("[name=site-mail]")
    expect(mail.locator("[data-stage-next]")).to_have_attribute("id", "approve")
    mail.locator(pages.APPROVE).click()
    expect(page.locator("[data-tab='0'][data-news]")).to_be_visible()
    page.locator("[data-tab='0']").click()
    expect(site.locator("[data-stage-next]")).to_have_attribute("id", "get-started")
    assert len(page.context.pages) == 1
    page.locator("#stage-reset button").click()
    expect(page.locator("[data-tab='1']")).to_be_hidden()
    expect(site.locator("main[data-page='shop.home']")).to_be_visible()


def test_code_that_the_stage_fills_in_is_no_longer_offered_by_the_phone(servers: Servers) -> None:
    page = opened(servers)
    frame(page, "site").goto(f"{servers.site_url}/ap/signin")
    site, phone = page.frame_locator("[name=site]"), page.frame_locator("[name=phone]")
    site.locator(pages.EMAIL).fill("taro@example.com")
    site.locator(pages.CONTINUE).click()
    site.locator(pages.PASSWORD).fill("Mihon-demo-1")
    site.locator(pages.SIGN_IN).click()
    expect(phone.locator("#lock-notes .note")).to_have_count(1)
    phone.get_by_role("link", name="ロックを解除").click()
    expect(phone.locator(".home__card output")).to_be_visible()
    page.locator("#stage-take").click()
    expect(phone.locator(".home__card output")).to_have_count(0)
    expect(phone.locator('[data-app="messages"] .badge')).to_have_count(0)
    site.locator(pages.SIGN_IN_WITH_CODE).click()
    expect(site.locator("main[data-page='shop.home']")).to_be_visible()


def test_stage_stops_and_says_so_where_a_step_did_not_lead_on(servers: Servers) -> None:
    with servers.world.services.store.writing() as db:
        accounts.remove(db, "hanako")
    page = opened(servers, language="en")
    page.locator("#stage-pace").select_option("700")
    page.keyboard.press("PageDown")  # a presenter's clicker
    expect(page.locator("[data-step][data-is=done]")).to_have_count(1)
    page.locator("#stage-play").click()
    expect(page.locator("[data-stuck]")).to_be_visible()
    expect(page.locator("#stage-play")).to_have_attribute("aria-pressed", "false")
    expect(page.locator("[data-step][data-is=done]")).to_have_count(2)


def test_stage_presses_a_mails_link_once_the_mail_can_be_pressed(servers: Servers) -> None:
    page = opened(servers, language="en")
    held: list[Any] = []
    page.route("**/html?presses=1", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks it
    for _ in range(7):
        does_what_is_next(page)
    mail = page.frame_locator("[name=phone]").locator(".mail-frame[sandbox*=allow-scripts]")
    mail.evaluate("(frame) => frame.dispatchEvent(new Event('load'))")  # of the document before, late
    page.locator(".stage-desk").evaluate("(desk) => { desk.dataset.patience = 500; }")
    page.locator("#stage-play").click()
    expect(page.locator("[data-stuck]")).to_be_visible()
    held[0].continue_()
    expect(page.frame_locator("[name=site-mail]").locator(pages.APPROVE)).to_be_visible()
    expect(page.locator("[data-stuck]")).to_be_hidden()


def test_stage_names_the_fault_that_lost_a_text(servers: Servers) -> None:
    page = opened(servers, language="en")
    page.evaluate("document.querySelector('.stage-desk').dataset.patience = 500")
    page.request.post(f"{servers.site_url}/sandbox/api/faults", data={"fault": "sms-lost"})
    frame(page, "site").goto(f"{servers.site_url}/ap/signin")
    site = page.frame_locator("[name=site]")
    site.locator(pages.EMAIL).fill("taro@example.com")
    site.locator(pages.CONTINUE).click()
    site.locator(pages.PASSWORD).fill("Mihon-demo-1")
    site.locator(pages.SIGN_IN).click()
    expect(page.locator("#stage-do")).to_be_disabled()
    page.locator("#stage-play").click()
    expect(page.locator("[data-stuck-fault]")).to_contain_text("SMS never arrives")
    expect(page.locator("[data-stuck-any]")).to_be_hidden()
    page.locator("#stage-menu-faults summary").click()
    page.locator("#stage-lift").click()
    expect(page.locator("[data-stuck-fault]")).to_be_hidden()


def test_stage_goes_on_while_another_mail_is_open_on_the_phone(servers: Servers) -> None:
    servers.world.services.outbound.mailer.send(
        "hanako@example.com", "Old news", "Nothing to do", "<p>Nothing"
    )
    page = opened(servers, language="en")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.request.post(f"{servers.site_url}/sandbox/api/faults", data={"fault": "mail-lost"})
    for _ in range(6):
        does_what_is_next(page)
    phone = page.frame_locator("[name=phone]")
    phone.locator("#lock-notes .note__open").first.click()
    expect(phone.locator(".mail-frame")).to_be_visible()
    page.locator("#stage-menu-people summary").click()
    page.locator("[data-persona=taro]").click()
    expect(page.locator("[data-shows-people]")).not_to_have_text("花子")
    assert errors == []


def test_stage_follows_the_persona_and_takes_the_apps_code_over(
    servers: Servers, running_phone: RunningPhone
) -> None:
    authenticator.add(running_phone.worlds.get(), JIRO, KEY, "jiro@example.com", "Mihon")
    page = opened(servers)
    page.locator("#stage-menu-people summary").click()
    page.locator("[data-persona=jiro]").click()
    expect(page.locator("[data-shows-people]")).to_have_text("次郎")
    phone = page.frame_locator("[name=phone]")
    expect(phone.locator(f"main[data-handset='{JIRO}'] [data-otp-code]")).to_be_visible()
    site = page.frame_locator("[name=site]")
    site.locator('main a[href="/account/security"]').click()
    site.locator(pages.EDIT_TWO_STEP).click()
    page.locator("#stage-take").click()
    site.locator(pages.SIGN_IN_WITH_CODE).click()
    expect(site.locator("main[data-page='settings.overview'][data-state=on]")).to_be_visible()


@pytest.mark.more
def test_step_before_a_code_that_came_by_itself_is_done(servers: Servers) -> None:
    page = opened(servers, language="en")
    page.goto(f"{servers.site_url}/sandbox/stage?script=app")
    expect(page.locator(".stage-desk[data-live][data-phone-answers]")).to_be_attached()
    passwords = page.locator("[data-step]", has_text="Enter the password")
    for _ in range(page.locator("[data-step]").count()):
        if passwords.last.get_attribute("data-is") == "next":
            break
        does_what_is_next(page)
    used = page.locator("[data-offer-code]").inner_text()
    page.request.post(f"{servers.site_url}/sandbox/api/clock", data={"by": 30})
    expect(page.locator("[data-offer-code]")).not_to_have_text(used)
    does_what_is_next(page)
    expect(page.locator("[data-step][data-is=next]")).to_have_attribute("data-where", "code")
    expect(passwords.last).to_have_attribute("data-is", "done")


@pytest.mark.more
def test_stage_moves_the_clock_and_asks_for_faults_where_the_site_is(servers: Servers) -> None:
    page = opened(servers)
    site = frame(page, "site")
    site.goto(f"{servers.site_url}/ap/signin")
    page.locator("#stage-menu-clock summary").click()
    page.get_by_role("button", name="+ 10").click()
    expect(page.locator("#stage-menu-clock summary[data-moved]")).to_be_visible()
    expect(site.locator("main[data-page='sign_in.identifier']")).to_be_visible()
    assert round(servers.clock.site.offset) == 600
    page.locator("#stage-menu-faults summary").click()
    page.locator("#stage-fault").select_option("sms-lost")
    page.locator("#stage-ask").click()
    expect(page.locator("[data-shows-faults]")).to_have_text("1")
    page.locator("#stage-menu-faults summary").click()
    page.locator("#stage-lift").click()
    expect(page.locator("[data-shows-faults]")).to_have_text("")


@pytest.mark.parametrize("scheme", ["light", more("dark")])
def test_stage_on_a_phone_shows_one_of_both_and_what_is_next(servers: Servers, scheme: str) -> None:
    page = opened(servers, 390, color_scheme=scheme)
    expect(page.locator("[name=phone]")).to_be_hidden()
    expect(page.locator("[data-next]")).to_contain_text("サインイン")
    page.locator("[data-shows=phone]").click()
    expect(page.locator("[name=phone]")).to_be_visible()
    expect(page.locator("[name=site]")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert_accessible(page)


@pytest.mark.more
def test_stage_in_large_type_stays_so(servers: Servers) -> None:
    page = opened(servers)
    page.locator("#stage-large").click()
    page.locator("#stage-width").click()
    expect(page.frame_locator("[name=site]").locator("html[data-stage-large]")).to_be_attached()
    page.reload()
    expect(page.locator("#stage-large")).to_have_attribute("aria-pressed", "true")
    assert_accessible(page)


def test_stage_does_the_last_step_to_a_refusal(servers: Servers) -> None:
    page = opened(servers)
    site = page.frame_locator("[name=site]")
    frame(page, "site").goto(f"{servers.site_url}/sandbox/refusals?q=WrongPassword")
    site.locator("main .refusals form button").first.click()
    page.locator("#stage-last").click()
    expect(site.locator("#auth-error-message-box")).to_be_visible()


@pytest.mark.more
def test_stage_follows_a_call_to_a_landline_and_takes_its_code_over(servers: Servers) -> None:
    page = opened(servers)
    site, phone = page.frame_locator("[name=site]"), page.frame_locator("[name=phone]")
    frame(page, "site").goto(f"{servers.site_url}/ap/signin")
    site.locator(pages.EMAIL).fill("jiro@example.com")
    site.locator(pages.CONTINUE).click()
    site.locator(pages.PASSWORD).fill("Mihon-demo-1")
    site.locator(pages.SIGN_IN).click()
    site.locator(pages.ANOTHER_WAY).click()
    site.get_by_label("音声電話").check()
    site.locator(pages.SEND_CODE).click()
    expect(phone.locator("html[data-live-open] main[data-handset='+81312345678']")).to_be_attached()
    expect(page.locator("#stage-take")).to_be_hidden()  # a call has said nothing before it is answered
    phone.get_by_role("button", name="応答").click()
    page.locator("#stage-take").click()
    site.locator(pages.SIGN_IN_WITH_CODE).click()
    expect(site.locator("main[data-page='shop.home']")).to_be_visible()
