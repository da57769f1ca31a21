"""The Details section of an SMS, a mail and a call: without JavaScript, in both languages."""

from __future__ import annotations

import pytest

from mocksms.core import calls, inbox, mail
from mocksms.core.models import Message
from mocksms.core.worlds import World
from tests.form_client import Browser
from tests.handset.conftest import Sender
from tests.handset.test_calls import ring

HANAKO = "+819012345678"
THREAD = f"/handsets/{HANAKO}/messages/Mihon"


def rows(look: Browser) -> dict[str, str]:
    """The facts of the only fold on the page."""
    fold = look.page.one("details.fold")
    labels = [each.to_text().strip() for each in fold.query("dt")]
    return dict(zip(labels, [each.to_text().strip() for each in fold.query("dd")], strict=True))


def checked(look: Browser) -> dict[str, str]:
    return {each.attrs["data-check"]: each.to_text().strip() for each in look.page.all(".check")}


def test_fold_of_a_text_says_why_this_code_and_what_was_checked(
    look_in: Browser, send: Sender, language: str
) -> None:
    send.text(HANAKO, "It’s 048213, your code. http://localhost:8000/a\n@mihon.example #048213")
    page = look_in.get(THREAD)
    assert "048213" in rows(look_in).values()
    reason = {"ja": "Webサイトに結び付いた行に記載されている", "en": "the line bound to a website names it"}
    assert rows(look_in)[{"ja": "理由", "en": "Reason"}[language]] == reason[language]
    found = checked(look_in)
    assert list(found) == ["encoding", "origin_bound", "link", "parts", "language"], (
        "against, for, other facts"
    )
    assert "U+2019" in found["encoding"] and "mihon.example" in found["origin_bound"]
    assert found["language"] in ("Language: English.", "言語: 英語")
    assert "localhost" in found["link"] and found["encoding"].startswith(("注意:", "Warning:"))
    warnings = page.one("summary .fold__warnings").to_text()
    assert warnings == {"ja": "注意1件", "en": "1 warning"}[language]


def test_fold_of_a_text_without_a_code_says_so(look: Browser, send: Sender) -> None:
    send.text(HANAKO, "お荷物をお届けしました。")
    look.get(THREAD)
    assert rows(look)["コード"] == "見つかりませんでした" and rows(look)["理由"]
    assert "“" not in checked(look)["encoding"] and not look.page.has(".fold__warnings")


@pytest.mark.parametrize("charset", ["utf-8", "iso-2022-jp"])
def test_fold_of_a_mail_names_character_sets_part_and_files(look: Browser, here: World, charset: str) -> None:
    body = "ワンタイムパスワードは 048213 です。".encode(charset)
    source = (
        b"From: a@x.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
        b"--x\r\nContent-Type: text/plain; charset=" + charset.encode() + b"\r\n\r\n" + body + b"\r\n"
        b'--x\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename="a.csv"\r\n\r\n1,2\r\n--x--\r\n'
    )
    found = inbox.receive(here, mail.parse(source, "hanako@example.com", "bounce@x.example"), source)
    look.get(f"/handsets/{HANAKO}/mail/{found.id}")
    told = rows(look)
    assert told["テキストとして表示した部分"] == "text/plain"
    assert (told["指定された文字コード"], told["使用した文字コード"]) == (charset, charset)
    assert told["添付ファイル"].startswith("a.csv (text/csv, 1 KB)")
    assert told["エンベロープの送信元"] == "bounce@x.example"


def test_fold_of_a_mail_of_html_alone_names_its_part(look: Browser, here: World) -> None:
    source = b"From: a@x.example\r\nContent-Type: text/html\r\n\r\n<p>Your code is 048213.</p>"
    found = inbox.receive(here, mail.parse(source, "hanako@example.com", ""), source)
    look.get(f"/handsets/{HANAKO}/mail/{found.id}")
    assert (rows(look)["テキストとして表示した部分"], rows(look)["指定された文字コード"]) == (
        "text/html",
        "なし",
    )


def test_fold_of_a_mail_of_an_earlier_version_leaves_out_what_was_not_kept(
    look: Browser, here: World
) -> None:
    old = Message("ML1", "mail", "a@x.example", "hanako@example.com", body="コード 048213")
    found = inbox.receive(here, old)
    look.get(f"/handsets/{HANAKO}/mail/{found.id}")
    assert "添付ファイル" in rows(look) and "使用した文字コード" not in rows(look)


def test_fold_shows_a_message_as_text_only(look: Browser, send: Sender) -> None:
    send.text(HANAKO, "<b>1</b>\n@<script>alert(1)</script> #048213")
    page = look.get(THREAD)
    assert "<script>alert" not in page.html and "<script>" in checked(look)["origin_bound"]


def test_fold_of_a_call_is_there_once_it_is_over(look_in: Browser, here: World) -> None:
    call = ring(here, HANAKO)
    calls.answer(here, call.id)
    calls.hangup(here, call.id)
    look_in.get(f"/handsets/{HANAKO}/phone/{call.id}")
    assert look_in.page.one("details.fold summary").to_text().strip() in ("詳細", "Details")
    assert "048213" in rows(look_in).values() and list(checked(look_in)) == ["language"]


def test_a_text_that_is_kept_shows_its_changes(look: Browser, send: Sender, here: World) -> None:
    message = send.text(HANAKO, "482913 is your code")
    shown = [look.get(THREAD).one("article.bubble").to_html() for _ in range(2)]
    assert shown[0] == shown[1] and "482913" in shown[0]

    def fail(found: Message) -> bool:
        found.status = "undelivered"
        return True

    inbox.change(here, message.id, fail)
    assert "bubble--failed" in look.get(THREAD).one("article.bubble").to_html()
    inbox.redact(here, message.sid)
    assert "482913" not in look.get(THREAD).one("article.bubble").to_html()
