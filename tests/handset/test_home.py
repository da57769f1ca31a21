"""The lock screen and the home screen of a handset, without JavaScript."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from mocksms.core import inbox
from mocksms.core.models import Message
from mocksms.core.worlds import World
from mocksms.handset import views
from mocksms.handset.devices import Device
from tests.form_client import Browser
from tests.handset.conftest import Sender
from tests.handset.test_pages import CODE_TEXT, HANAKO

HOME = f"/handsets/{HANAKO}/home"


def test_lock_writes_the_date_as_the_site_does(look_in: Browser, language: str) -> None:
    page = look_in.get(f"/handsets/{HANAKO}/")
    date = {"ja": r"\d+月\d+日 .曜日", "en": r"[A-Z][a-z]+day, \d+ [A-Z][a-z]+"}[language]
    assert re.fullmatch(date, page.all("[data-date]")[0].to_text().strip())


def test_lock_shows_what_is_unread(look_in: Browser, send: Sender) -> None:
    assert look_in.get(f"/handsets/{HANAKO}/").state == "quiet"
    send.text(HANAKO, CODE_TEXT)
    page = look_in.get(f"/handsets/{HANAKO}/")
    assert page.state == "unread"
    assert page.one(".note [data-copy]").attrs["data-copy"] == "048213"


def test_home_counts_what_is_unread_and_offers_the_newest_code(look_in: Browser, send: Sender) -> None:
    send.text(HANAKO, CODE_TEXT)
    send.mail("hanako@example.com", "お知らせ", "本文")
    page = look_in.get(HOME)
    assert page.one(".home__card output").to_text() == "048213"
    assert [badge.to_text() for badge in page.all(".dock .badge")] == ["1", "1"]


@pytest.mark.parametrize("how", ["read", "feedback"])
def test_home_does_not_offer_a_used_code(look_in: Browser, here: World, send: Sender, how: str) -> None:
    sent = send.text(HANAKO, CODE_TEXT)
    assert look_in.get(HOME).one(".home__card [data-copy-message]").attrs["data-copy-message"] == str(sent.id)

    def confirm(kept: Message) -> bool:
        kept.details = {**kept.details, "feedback": "confirmed"}
        return True

    if how == "read":
        inbox.mark_read(here, sent)
    else:
        inbox.change(here, sent.id, confirm)
    assert not look_in.get(HOME).all(".home__card output")
    send.text(HANAKO, CODE_TEXT)
    assert look_in.get(HOME).one(".home__card output").to_text() == "048213"


def test_stream_of_a_page_brings_what_came_while_it_was_made(
    look: Browser, here: World, send: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = views.latest_code

    def while_found(device: Device) -> Message | None:
        found = find(device)
        send.text(HANAKO, CODE_TEXT)
        here.set_offset(5)
        return found

    newest, stamp = inbox.last_news(here)
    monkeypatch.setattr(views, "latest_code", while_found)
    asked = parse_qs(urlsplit(look.get(HOME).one("body").attrs["data-events"]).query)
    assert (asked["since"], asked["conditions"]) == ([str(newest)], [stamp])
    assert inbox.last_news(here) != (newest, stamp)


def test_home_names_who_mailed_the_newest_code(look_in: Browser, send: Sender) -> None:
    send.mail("hanako@example.com", "確認コード", "確認コードは 048213 です。")
    title = look_in.get(HOME).one(".home__card-title")
    assert "Mihon" in title.to_text() and "no-reply" not in title.to_text()


def test_home_of_a_mailbox_has_no_telephone(look_in: Browser, send: Sender) -> None:
    send.mail("hanako@example.com", "お知らせ", "本文")
    page = look_in.get("/handsets/hanako@example.com/home")
    apps = [icon.attrs["data-app"] for icon in page.all(".dock .app-icon")]
    assert apps == ["mail", "authenticator"]


@pytest.mark.parametrize("address", ["Mihon", "090-1234-5678", "Hanako@Example.com", "+", "x" * 400])
def test_lock_is_for_handsets_in_their_one_spelling(look: Browser, address: str) -> None:
    assert look.raw("GET", f"/handsets/{address}/").status_code == 404
