"""Every page of the handset in both languages, without JavaScript, each linted."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

import pytest

import mocksms
from mocksms import store
from mocksms.core import inbox, mail
from mocksms.core.models import Message
from mocksms.core.worlds import World
from mocksms.store.engine import recording
from tests.assertions import not_empty
from tests.form_client import Browser
from tests.handset.conftest import PHONE_URL, Sender

HANAKO = "+819012345678"
MAIL = "hanako@example.com"
KEY = "MIHONDEMOMIHONDEMOMIHONDEMO23456"
CODE_TEXT = "048213は、Mihonのワンタイムパスワードです。誰とも共有しないでください。\n@localhost #048213"
HTML = '<p style="color:#26418f">誰かが</p><a href="http://localhost:8000/a/c/r/abc">承認または否認してください</a>'


def test_desk_when_empty_tells_how_to_send_the_first_message(look_in: Browser) -> None:
    page = look_in.get("/")
    assert page.state == "empty"
    assert "/2010-04-01/Accounts/" in page.text and "smtp://127.0.0.1:8025" in page.text


def test_desk_lists_handsets_newest_first_with_unread(look_in: Browser, send: Sender) -> None:
    send.text(HANAKO, "一")
    send.text("+818012345678", "二")
    send.mail("taro@example.com", "三", "本文")
    page = look_in.get("/")
    titles = [card.to_text().strip() for card in page.all(".handset-card__title")]
    assert titles == ["taro@example.com", "080-1234-5678", "090-1234-5678"]
    assert len(page.all(".handset-card .badge")) == 3


def test_desk_pages_back_through_many_handsets(look: Browser, send: Sender) -> None:
    for number in range(42):
        send.text(f"+81901234{number:04d}", "一")
    page = look.get("/")
    assert len(page.all(".handset-card")) == 40
    page = look.get(page.all("main > p a")[0].attrs["href"])
    assert [card.to_text() for card in page.all(".handset-card__title")] == ["090-1234-0001", "090-1234-0000"]


def test_pick_up_takes_numbers_as_people_type_them(look_in: Browser) -> None:
    look_in.get("/")
    assert look_in.submit(address="０９０ 1234-5678").name == "handset.lock"
    look_in.get("/")
    page = look_in.submit(address="hello", expect=400)
    assert page.has("[role=alert]") and page.one("#pick").attrs["value"] == "hello"


def test_messages_and_thread_show_the_code_marked(look_in: Browser, send: Sender) -> None:
    assert look_in.get(f"/handsets/{HANAKO}/messages/").state == "empty"
    send.text(HANAKO, CODE_TEXT)
    send.text(HANAKO, "詳しくは http://localhost:8000/a?b=1 をご覧ください。")
    assert look_in.get(f"/handsets/{HANAKO}/messages/").state == "threads"
    page = look_in.follow(".row__open")
    assert page.name == "handset.thread"
    assert {mark.to_text() for mark in page.all("mark")} == {"048213"}
    assert page.one(".bubble__text a").attrs["href"] == "http://localhost:8000/a?b=1"


def test_a_text_by_whatsapp_has_its_mark_and_one_by_sms_has_none(look_in: Browser, send: Sender) -> None:
    long = "確認コードは 048213 です。" * 9
    for prefix, shown in (("", False), ("whatsapp:", True)):
        send.text(HANAKO, long, prefix=prefix)
        for page in (f"/handsets/{HANAKO}/", f"/handsets/{HANAKO}/messages/"):
            assert ("WhatsApp" in look_in.get(page).text) is shown
    first, second = look_in.get(f"/handsets/{HANAKO}/messages/Mihon").all(".bubble")
    assert "WhatsApp" not in first.to_text() and "WhatsApp" in second.to_text()
    assert [bool(each.query('[data-check="parts"]')) for each in (first, second)] == [True, False]


def test_thread_is_read_only_when_reported(look_in: Browser, send: Sender, here: World) -> None:
    send.text(HANAKO, CODE_TEXT)
    page = look_in.get(f"/handsets/{HANAKO}/messages/Mihon")
    assert page.state == "unread"
    assert inbox.unread(here, HANAKO) == {"sms": 1}, "looking alone changes nothing"
    look_in.submit(form="form.only-without-js")
    assert inbox.unread(here, HANAKO).get("sms", 0) == 0


def test_thread_is_inert_whatever_is_sent(look: Browser, send: Sender) -> None:
    send.text(HANAKO, '<script>alert(1)</script> http://localhost/"onclick=alert(1) code: 123456 <b>')
    page = look.get(f"/handsets/{HANAKO}/messages/Mihon")
    assert not page.has(".bubble script") and not page.has(".bubble b")
    assert page.one(".bubble__text a").attrs["href"] == "http://localhost/"


def test_thread_takes_a_reply(look_in: Browser, send: Sender) -> None:
    send.text(HANAKO, "返信できます。", sender="+15005550006")
    look_in.get(f"/handsets/{HANAKO}/messages/+15005550006")
    page = look_in.submit(body="はい、届きました。")
    assert page.one(".bubble--mine .bubble__text").to_text() == "はい、届きました。"
    assert look_in.submit(body="   ").has(".notice--problem")
    assert look_in.submit(body="あ" * 1601).has(".notice--problem")
    assert len(look_in.page.all(".bubble--mine")) == 1


def test_thread_links_to_media_but_loads_and_runs_none(look: Browser, here: World) -> None:
    message = Message(inbox.new_sid("MM"), "sms", sender="Mihon", recipient=HANAKO, body="写真です。")
    message.details["media"] = ["http://localhost:8000/a.png", "javascript:alert(1)"]
    inbox.receive(here, message)
    page = look.get(f"/handsets/{HANAKO}/messages/Mihon")
    assert [link.attrs["href"] for link in page.all(".bubble a")] == ["http://localhost:8000/a.png"]
    assert not page.has(".bubble img")


def test_thread_pages_back_through_a_long_conversation(look_in: Browser, send: Sender) -> None:
    for number in range(45):
        send.text(HANAKO, f"{number:02d}番")
    page = look_in.get(f"/handsets/{HANAKO}/messages/Mihon")
    assert len(page.all(".bubble")) == 40
    page = look_in.get(page.all(".thread > a")[0].attrs["href"])
    assert [bubble.to_text().strip() for bubble in page.all(".bubble__text")] == [
        f"{n:02d}番" for n in range(5)
    ]


def test_settings_refuse_what_is_no_address_and_keep_the_theme(look_in: Browser) -> None:
    look_in.get(f"/handsets/{HANAKO}/settings")
    page = look_in.submit(mailbox="hanako", expect=422)
    assert page.one("#pair-mailbox").attrs["aria-invalid"] == "true"
    look_in.submit(mailbox="Hanako@Example.com")
    page = look_in.submit(form="form.setting")
    assert not page.has('[name="unpair"]')
    dark = next(form for form in page.forms() if any(button[1] == "theme" for button in form.buttons))
    look_in.post(dark.action, {"theme": "dark", "csrf_token": look_in.csrf_token})
    assert look_in.page.one("html").attrs["data-theme"] == "dark"


def test_phone_is_quiet_before_the_first_call(look_in: Browser) -> None:
    assert look_in.get(f"/handsets/{HANAKO}/phone/").state == "empty"


def test_desk_has_the_phones_of_the_settings_from_the_start(tmp_path: Path) -> None:
    app = mocksms.create_app(
        {"INSTANCE": str(tmp_path), "PHONES": "090-1234-5678=Hanako@example.com, +81312345678"}
    )
    try:
        Sender(app.extensions["mocksms"].get()).mail("hanako@example.com", "件名", "本文")
        page = Browser(app, origin=PHONE_URL).get("/")
        assert [card.to_text() for card in page.all(".handset-card__title")] == [
            "090-1234-5678",
            "03-1234-5678",
        ]
        assert len(page.all(".badge")) == 1
    finally:
        app.extensions["mocksms"].close()


def test_side_by_side_shows_the_chosen_handsets(look_in: Browser, send: Sender) -> None:
    assert look_in.get("/side-by-side").state == "empty"
    send.text(HANAKO, "一")
    send.text("+81312345678", "二")
    page = look_in.get("/side-by-side")
    assert page.state == "shown" and len(page.all("iframe")) == 2, "the newest ones are chosen at first"
    page = look_in.submit(form="#side-by-side-form", handset=[HANAKO, "+81312345678"])
    assert [frame.attrs["src"] for frame in page.all("iframe")] == [
        f"/handsets/{HANAKO}/", "/handsets/+81312345678/",
    ]  # fmt: skip


def test_search_finds_on_this_phone(look_in: Browser, send: Sender) -> None:
    send.text(HANAKO, CODE_TEXT)
    send.text("+818012345678", "別の電話のワンタイムパスワード")
    send.mail("hanako@example.com", "ワンタイムのお知らせ", "本文")
    look_in.get(f"/handsets/{HANAKO}/search")
    assert len(look_in.submit(form='main form[role="search"]', q="ワンタイム").all(".row")) == 2
    assert look_in.submit(form='main form[role="search"]', q="ない言葉").state == "nothing"


def test_search_finds_what_was_typed_and_says_to_whom(look_in: Browser, send: Sender) -> None:
    send.text(HANAKO, "返信できます。", sender="+818012345678")
    look_in.get(f"/handsets/{HANAKO}/messages/+818012345678")
    look_in.submit(body="了解しました。")
    for number, rows in ((HANAKO, 1), ("+818012345678", 0)):
        assert len(look_in.get(f"/handsets/{number}/search?q=了解").all(".row")) == rows
    assert look_in.get("/search?q=了解").one(".row__open").to_text() == "090-1234-5678 → 080-1234-5678"


def test_search_all_finds_on_every_phone(look_in: Browser, send: Sender) -> None:
    assert look_in.get("/search").state == "blank"
    send.text(HANAKO, CODE_TEXT)
    send.text("+818012345678", "別の電話のワンタイムパスワード")
    found = look_in.submit(form='header form[role="search"]', q="ワンタイム").all(".row")
    assert len(found) == 2
    assert look_in.follow(".row__open").name == "handset.thread"


def test_lists_draw_the_app_of_each_result_and_the_kind_of_each_handset(
    look: Browser, here: World, send: Sender
) -> None:
    send.text(HANAKO, "found")
    send.text("+81312345678", "found")
    send.mail(MAIL, "found", "")
    inbox.receive(here, Message("CA1", "call", "+15005550006", HANAKO, "found", status="completed"))
    page = look.get("/search?q=found")
    apps = [each.attrs["class"].split("--")[1] for each in page.all(".row .app-glyph")]
    assert apps == ["phone", "mail", "messages", "messages"]
    for place, drawings in ((".row .app-glyph svg", 3), (".handset-card__kind svg", 3)):
        assert len({each.to_html() for each in not_empty(page.all(place))}) == drawings


def test_search_all_reads_as_often_for_many_results_as_for_one(look: Browser, send: Sender) -> None:
    def statements() -> list[str]:
        found: list[str] = []
        with recording.listening(found.append):
            look.get("/search?q=ワンタイム")
        return found

    send.text(HANAKO, CODE_TEXT)
    look.get("/search?q=ワンタイム")  # writes its words
    once = statements()
    for number in range(10):
        send.text(f"+81801234567{number}", CODE_TEXT)
    assert len(look.get("/search?q=ワンタイム").all(".rows .row")) == 11
    assert statements() == once


def test_export_holds_every_message(look: Browser, send: Sender) -> None:
    send.text(HANAKO, CODE_TEXT)
    send.text(HANAKO, "=1+1")
    look.get(f"/handsets/{HANAKO}/messages/Mihon")
    look.submit(body="届きました。")
    send.text("+818012345678", "別の電話", sender=HANAKO)
    exported = look.raw("GET", f"/handsets/{HANAKO}/export.json").get_json()["messages"]
    assert [row["body"] for row in exported] == ["届きました。", "=1+1", CODE_TEXT]
    table = look.raw("GET", f"/handsets/{HANAKO}/export.csv").data.decode("utf-8-sig").splitlines()
    assert table[0].startswith("id,channel") and "'=1+1" in table[2]


@pytest.mark.parametrize("form", ["json", "csv"])
@pytest.mark.parametrize(
    ("address", "saved"),
    [
        ("hanako@example.com", "hanako-at-example.com"),
        ("花子@見本.example", "-at-.example"),
        ('h"a;n=a@example.com', 'h\\"a;n=a-at-example.com'),
        ("h\\na@example.com", "na-at-example.com"),
        ("\u202efdp@example.com", "fdp-at-example.com"),
        ("é‘’@é.example", "e-at-e.example"),
    ],
    ids=str,
)
def test_export_is_a_file_whatever_its_name_s92(look: Browser, address: str, saved: str, form: str) -> None:
    answer = look.raw("GET", f"/handsets/{quote(address)}/export.{form}")
    assert answer.status_code == 200
    header = answer.headers["Content-Disposition"]
    assert re.match(r'attachment; filename="?' + re.escape(f"{saved}.{form}"), header)
    assert header.isascii()
    assert ("filename*=UTF-8''" in header) is (not address.isascii() and not address.startswith("\u202e"))


@pytest.mark.parametrize(
    ("domain", "shown"),
    [
        ("mіhon.example", "xn--mhon-l9d.example"),
        ("раураӏ.example", "xn--80aa0cbo65f.example"),
        ("見本.example", "見本.example"),
        ("пример.example", "пример.example"),
        ("bücher.example", "bücher.example"),
        ("mі" + "h" * 300 + ".example", "mі" + "h" * 300 + ".example"),
    ],
)
def test_domain_like_another_is_shown_as_xn_s92(
    look: Browser, send: Sender, here: World, domain: str, shown: str
) -> None:
    source = (
        f"From: Mihon <no-reply@{domain}>\nTo: {HANAKO}\nSubject: x\n\nSee https://{domain}/a?b=1.".encode()
    )
    message = inbox.receive(here, mail.parse(source, MAIL, f"no-reply@{domain}"), source)
    read = look.raw("GET", f"/handsets/{MAIL}/mail/{message.id}").text
    assert f"Mihon &lt;no-reply@{shown}&gt;</dd>" in read
    link = f'<a href="https://{domain}/a?b=1" target="_blank" rel="noopener noreferrer">https://{shown}/a?b=1</a>'
    assert link in read
    send.text(HANAKO, f"See https://{domain}/a?b=1", sender="Mihon")
    assert link in look.raw("GET", f"/handsets/{HANAKO}/messages/Mihon").text


@pytest.mark.parametrize(
    "path", [f"/handsets/{HANAKO}/mail/999", f"/handsets/{HANAKO}/mail/{1 << 63}", "/nowhere"]
)
def test_problem_is_told_in_words_with_the_way_back(look_in: Browser, path: str) -> None:
    page = look_in.get(path, expect=404)
    assert page.state == "problem"
    assert look_in.get(page.one("main a").attrs["href"]).name == "handset.desk"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        f"/handsets/{HANAKO}/messages/Mihon",
        f"/handsets/{HANAKO}/phone/",
        "/handsets/a@example.com/mail/box/a@example.com",
    ],
)
def test_pages_further_back_than_there_is_a_number_for(look: Browser, path: str) -> None:
    look.get(f"{path}?before={10**30}")


def test_thread_reading_of_no_message_is_no_matter(look: Browser) -> None:
    look.get(f"/handsets/{HANAKO}/settings")
    for number in ("9" * 30, "-1", "x"):
        data = {"message": number, "csrf_token": look.csrf_token}
        assert look.raw("POST", f"/handsets/{HANAKO}/read", data=data).status_code == 302, number


def test_problem_page_for_a_world_that_cannot_be(look_in: Browser) -> None:
    assert look_in.get("/?world=..", expect=422).state == "problem"


def test_problem_page_for_a_database_that_cannot_be_used_s67(
    look_in: Browser, here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise store.Unavailable("locked")

    monkeypatch.setattr(inbox, "threads", fail)
    assert look_in.get(f"/handsets/{HANAKO}/messages/", expect=503).state == "problem"


def test_posts_without_the_token_are_refused_s62(look: Browser, send: Sender) -> None:
    send.text(HANAKO, CODE_TEXT)
    look.get(f"/handsets/{HANAKO}/messages/Mihon")
    for path in ("read", "reply", "settings", "authenticator/add"):
        assert look.raw("POST", f"/handsets/{HANAKO}/{path}", data={"peer": "Mihon"}).status_code == 400, path
