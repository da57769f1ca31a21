"""A locked-out user and the reviewer in a real browser: upload progress and errors, documents, the two other apps."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests import sample_files
from tests.actors import PASSWORD
from tests.browser.conftest import assert_accessible
from tests.browser.servers import Servers, awake
from tests.more import more
from tools.driver import Page, expect
from webapp.sandbox.journeys import pages

TARO, SAKURA, DESK = "taro@example.com", "sakura@example.com", "desk@example.com"
PHONE = "+818012345678"
POLL = "/ap/recovery/case/poll"


def picture(name: str = "licence.jpg", content: bytes | None = None) -> Any:
    return {"name": name, "mimeType": "image/jpeg", "buffer": content or sample_files.jpg()}


def is_in(page: Page, state: str) -> None:
    expect(page.locator(f'main[data-page="recovery.case"][data-state="{state}"]')).to_be_visible()


def opens_case(servers: Servers, page: Page, mailbox: str = TARO, *, with_scripts: bool = True) -> None:
    page.goto(f"{servers.site_url}/ap/recovery")
    page.locator(pages.EMAIL).fill(mailbox)
    page.locator(pages.PASSWORD).fill(PASSWORD)
    page.locator(pages.RECOVERY_CONTINUE).click()
    expect(page.locator('main[data-page="recovery.case"]')).to_be_visible()
    if with_scripts:
        awake(page)


def signs_in(servers: Servers, page: Page, mailbox: str, path: str = "/ap/signin") -> None:
    page.goto(servers.site_url + path)
    page.locator(pages.EMAIL).fill(mailbox)
    page.locator(pages.CONTINUE).click()
    page.locator(pages.PASSWORD).fill(PASSWORD)
    page.locator(pages.SIGN_IN).click()


def test_upload_shows_what_was_chosen_and_goes_on_when_it_is_sent(servers: Servers) -> None:
    page = servers.window()
    opens_case(servers, page)
    expect(page.locator("[data-none]")).to_be_visible()
    page.locator(pages.DOCUMENTS).set_input_files(
        [picture(), picture("front.jpg", sample_files.jpg(900, 600))]
    )
    expect(page.locator("[data-none]")).to_be_hidden()
    expect(page.locator("[data-chosen] li")).to_have_count(2)
    expect(page.locator("[data-chosen] li").last).to_have_text(re.compile(r"^front\.jpg \(\d+KB\)$"))
    told: list[str] = []

    def tell(text: str) -> None:
        told.append(text)

    page.expose_function("told", tell)
    page.locator("[data-percent]").evaluate(
        "bar => new MutationObserver(() => told(bar.textContent)).observe(bar, { childList: true })"
    )
    with page.expect_request(lambda request: request.resource_type == "xhr") as sent:
        page.locator(pages.SEND_DOCUMENTS).click()
    assert "multipart/form-data" in sent.value.headers["content-type"]
    is_in(page, "received")
    assert told[0] == "0%" and told[-1] == "100%"
    assert_accessible(page)


def test_upload_shows_the_servers_errors_in_place_and_takes_the_next_try(servers: Servers) -> None:
    page = servers.window()
    opens_case(servers, page)
    page.locator(pages.DOCUMENTS).set_input_files([picture("page.jpg", b"<!doctype html>")])
    page.locator(pages.SEND_DOCUMENTS).click()
    expect(page.locator("#auth-error-message-box")).to_be_focused()
    is_in(page, "opened")
    assert_accessible(page)
    page.locator(pages.DOCUMENTS).set_input_files([picture()])
    page.locator(pages.SEND_DOCUMENTS).click()
    is_in(page, "received")


def test_upload_is_not_begun_with_too_many_files(servers: Servers) -> None:
    page = servers.window()
    opens_case(servers, page)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.method))
    page.locator(pages.DOCUMENTS).set_input_files([picture(f"{at}.jpg") for at in range(4)])
    page.locator(pages.SEND_DOCUMENTS).click()
    message = page.locator(pages.DOCUMENTS).evaluate("field => field.validationMessage")
    assert "3件まで" in message
    assert "POST" not in requests


def test_upload_cannot_be_sent_twice_at_once(servers: Servers) -> None:
    page = servers.window()
    opens_case(servers, page)
    page.locator(pages.DOCUMENTS).set_input_files([picture()])
    page.route(
        "**/ap/recovery/case", lambda _route: None
    )  # the answer does not come: the bar stays to be seen
    page.locator(pages.SEND_DOCUMENTS).click()
    expect(page.locator("#upload-progress")).to_be_visible()
    expect(page.locator(pages.SEND_DOCUMENTS)).to_be_disabled()
    expect(page.locator("[data-percent]")).to_have_text("0%")


def test_upload_tells_when_the_connection_breaks(servers: Servers) -> None:
    page = servers.window()
    opens_case(servers, page)
    page.locator(pages.DOCUMENTS).set_input_files([picture()])
    page.route("**/ap/recovery/case", lambda route: route.abort())
    page.locator(pages.SEND_DOCUMENTS).click()
    expect(page.locator(pages.SEND_DOCUMENTS)).to_be_enabled()
    expect(page.locator("#upload-progress")).to_be_hidden()


def test_upload_works_without_javascript(servers: Servers) -> None:
    page = servers.window(java_script_enabled=False)
    opens_case(servers, page, with_scripts=False)
    page.locator(pages.DOCUMENTS).set_input_files([picture()])
    page.locator(pages.SEND_DOCUMENTS).click()
    is_in(page, "received")


def test_page_of_a_case_follows_it_but_no_failing_poll_and_cancels_no_form(servers: Servers) -> None:
    page = servers.window()
    page.clock.install()
    opens_case(servers, page, SAKURA)
    page.evaluate("window.isOld = true")
    page.route(f"**{POLL}?*", lambda route: route.fulfill(status=503, json={"status": 503}), times=1)
    for status in (503, 200):
        with page.expect_response(f"**{POLL}?*") as answer:
            page.clock.fast_forward(3000)  # a timer that is set later comes by itself: this clock goes on
        assert answer.value.status == status and page.evaluate("window.isOld")
    with servers.world.services.store.writing() as db:
        db.execute("UPDATE flows SET state = 'in_review' WHERE id = 'sakura-recovery'")
    page.clock.fast_forward(3000)
    is_in(page, "in_review")
    held: list[Any] = []

    def answer_poll_before(route: Any) -> None:
        held[0].fulfill(json={"status": "changed"})
        route.continue_()

    page.route(f"**{POLL}?*", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks it
    page.route("**/leave", answer_poll_before)
    with page.expect_request(f"**{POLL}?*"):
        page.clock.fast_forward(3000)
    page.get_by_role("button", name="このページを閉じる").click()  # the news does not cancel the form
    expect(page.locator('main[data-page="sign_in.identifier"]')).to_be_visible()


@pytest.mark.parametrize("width", [more(390), 1280])
def test_desk_shows_the_document_and_decides(servers: Servers, width: int) -> None:
    owner = servers.window(width)
    opens_case(servers, owner, SAKURA)
    desk = servers.window(width)
    signs_in(servers, desk, DESK)
    servers.gives_app_code(desk, "desk", "shop.home")
    desk.goto(f"{servers.site_url}/desk")
    assert_accessible(desk)
    desk.locator("a.row").first.click()
    desk.locator(pages.TAKE_CASE).click()
    desk.locator(pages.PROVE).click()
    servers.gives_app_code(desk, "desk", "desk.case")
    desk.route("**/documents/*", lambda route: None)  # it waits until `unroute`
    desk.locator(pages.TAKE_CASE).click()
    image = desk.locator(".document img")
    image.scroll_into_view_if_needed()
    room = image.bounding_box()
    desk.unroute("**/documents/*")
    expect(image).to_have_js_property("naturalWidth", 1000)
    assert image.bounding_box() == room, "the page moves under the pointer"
    assert_accessible(desk)
    with desk.expect_download() as downloaded:
        desk.locator(".document a").click()
    assert downloaded.value.suggested_filename == "document-1.png"
    desk.locator("#verdict-approve").check()
    desk.locator(pages.REASON).fill("氏名と住所が登録と一致")
    desk.locator(pages.DECIDE).click()
    expect(desk.locator('main[data-page="desk.queue"]')).to_be_visible()
    is_in(owner, "approved")  # by itself: see poll.js
    assert_accessible(owner)


@pytest.mark.parametrize("scheme", ["light", more("dark")])
def test_pages_for_the_locked_out_are_accessible(servers: Servers, scheme: str) -> None:
    page = servers.window(color_scheme=scheme)
    page.goto(f"{servers.site_url}/ap/recovery")
    assert_accessible(page)
    opens_case(servers, page)
    assert_accessible(page)
    link = servers.world.phone.mail(TARO).link("リセットを取り消す")
    page.goto(link)
    assert_accessible(page)
    page.locator(pages.CANCEL_RECOVERY).click()
    expect(page.locator(pages.CANCEL_RECOVERY)).to_have_count(0)
    assert_accessible(page)


@pytest.mark.more
def test_music_and_the_older_device_are_accessible_and_sign_in(servers: Servers) -> None:
    page = servers.window()
    page.goto(f"{servers.site_url}/music")
    assert_accessible(page)
    signs_in(servers, page, TARO, "/music/ap/signin")
    expect(page.locator("#auth-mfa-form")).to_be_visible()
    assert_accessible(page)
    page.locator(pages.CODE).fill(servers.world.phone.wait_for_code(PHONE))
    page.locator(pages.SIGN_IN_WITH_CODE).click()
    expect(page.locator('main[data-page="music.home"][data-state="in"]')).to_be_visible()
    page.locator(pages.MUSIC_SIGN_OUT).click()
    page.locator(pages.OLDER_DEVICE).click()
    servers.clock.advance(60)
    page.locator(pages.OLDER_EMAIL).fill(TARO)
    page.locator(pages.OLDER_PASSWORD).fill(PASSWORD)
    page.locator(pages.OLDER_SIGN_IN).click()
    expect(page.locator("#auth-error-message-box")).to_be_focused()
    assert_accessible(page)
    page.locator(pages.OLDER_PASSWORD).fill(PASSWORD + servers.world.phone.wait_for_code(PHONE))
    page.locator(pages.OLDER_SIGN_IN).click()
    expect(page.locator(pages.OLDER_SIGN_OUT)).to_be_visible()
    assert_accessible(page)
