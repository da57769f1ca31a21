"""The Mail app: mailboxes, safe HTML, source and attachments, and which phone shows whose mail."""

from __future__ import annotations

import re
from base64 import b64encode
from email.message import EmailMessage
from hashlib import sha256

import pytest

from mocksms.core import inbox, mail
from mocksms.core.models import Message
from mocksms.core.worlds import World
from mocksms.handset import mail_html
from tests.form_client import Browser
from tests.handset.conftest import Sender

HANAKO = "+819012345678"
HTML = '<p style="color:#26418f">誰かが</p><a href="http://localhost:8000/a/c/r/abc">承認または否認してください</a>'


def test_mail_leads_to_mailbox_and_message(look_in: Browser, send: Sender) -> None:
    assert look_in.get(f"/handsets/{HANAKO}/mail/").state == "empty"
    send.mail(
        "hanako@example.com", "セキュリティ警告", "承認してください http://localhost:8000/a/c/r/abc", HTML
    )
    assert look_in.get(f"/handsets/{HANAKO}/mail/").state == "mailboxes"
    assert look_in.follow(".row__open").state == "mails"
    page = look_in.follow(".row__open")
    assert page.state == "html" and page.one("iframe").attrs["sandbox"]
    assert "http://localhost:8000/a/c/r/abc" in look_in.get(page.path + "?view=text").text
    assert "multipart/alternative" in look_in.get(page.path + "?view=source").text
    assert look_in.submit(form="form.only-without-js").name == "handset.home"
    assert not look_in.get(f"/handsets/{HANAKO}/mail/").has(".badge")


def test_mail_html_tells_presses_by_one_script_of_ours(look: Browser, send: Sender) -> None:
    found = send.mail("hanako@example.com", "件名", "本文", "<p>本文</p><script>alert(1)</script>")
    answer = look.raw("GET", f"/handsets/{HANAKO}/mail/{found.id}/html?presses=1")
    policy = answer.headers["Content-Security-Policy"]
    scripts = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
    assert len(scripts) == 1 and "alert" not in answer.text
    digest = b64encode(sha256(scripts[0].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in policy and "default-src 'none'" in policy
    assert "allow-same-origin" not in policy and "sandbox allow-popups" in policy


def test_mail_html_is_cleaned_and_framed(look: Browser, send: Sender) -> None:
    evil = (
        '<p onclick="x()">読</p><script>alert(1)</script><img src="http://evil.example/p.gif" onerror="x()">'
        '<a href="javascript:alert(1)">悪</a><a href="https://mihon.example/">良</a><form action="/x"><input></form>'
        '<div style="background:url(http://evil.example/b.png)">背</div><a href="data:text/html,x">デ</a>'
    )
    found = send.mail("hanako@example.com", "件名", "本文", evil)
    answer = look.raw("GET", f"/handsets/{HANAKO}/mail/{found.id}/html")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "sandbox allow-popups" in policy and "script" not in policy
    assert answer.headers.getlist("Referrer-Policy") == ["no-referrer"], "a browser takes the last of several"
    body = answer.text.partition("<body>")[2]
    for bad in ("script", "onclick", "onerror", "javascript:", "<form", "<input", "url(", "data:"):
        assert bad not in body, bad
    assert 'href="https://mihon.example/"' in body and 'target="_blank"' in body


def test_mail_html_shows_the_pictures_it_brings(look: Browser, here: World) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "x@example.com", "hanako@example.com", "見本"
    letter.set_content(
        '<img src="cid:logo@x" alt="印"><img src="cid:other@x"><img src="cid:page@x"><a href="cid:logo@x">印</a>',
        subtype="html",
    )
    letter.add_related(b"\x89PNG", "image", "png", cid="<logo@x>")
    letter.add_related(b"<script>", "text", "html", cid="<page@x>")
    source = letter.as_bytes()
    found = inbox.receive(here, mail.parse(source, "hanako@example.com", "x@example.com"), source)
    page = look.raw("GET", f"/handsets/{HANAKO}/mail/{found.id}/html").text
    picture = b64encode(b"\x89PNG").decode()
    assert re.findall(r'src="([^"]*)"', page) == [f"data:image/png;base64,{picture}"]
    assert "cid:" not in page and page.count("data:") == 1


def test_mail_html_shows_one_picture_no_thousand_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture of megabytes is written out each time it is shown."""
    picture = "data:image/png;base64,AAAA"
    monkeypatch.setattr(mail_html, "MOST_SHOWN", 2 * len(picture))
    page = mail_html.clean('<img src="cid:a" alt="印">' * 1000, {"a": picture})
    assert (page.count(picture), page.count('alt="印"')) == (2, 1000)


def test_mail_html_loads_no_picture_from_elsewhere_and_says_so(look_in: Browser, send: Sender) -> None:
    html = '<p>読</p><img src="https://shop.example/p.gif" alt="お茶"><img src="//shop.example/q.gif">'
    found = send.mail("hanako@example.com", "件名", "本文", html)
    told = look_in.get(f"/handsets/{HANAKO}/mail/{found.id}").one(".mail-left-out").to_text()
    assert told in ("ほかのサーバーにある画像は読み込みません。", "Images on other servers are not loaded.")
    page = look_in.raw("GET", f"/handsets/{HANAKO}/mail/{found.id}/html").text
    assert "shop.example" not in page and 'alt="お茶"' in page
    plain = send.mail("hanako@example.com", "件名", "本文", "<p>読</p>")
    assert not look_in.get(f"/handsets/{HANAKO}/mail/{plain.id}").all(".mail-left-out")


def test_attachment_is_saved_never_shown(look: Browser, send: Sender) -> None:
    content = b"%PDF-1.4 <script>"
    found = send.mail("hanako@example.com", "件名", "本文", attachment=("ご案内.pdf", content))
    look.get(f"/handsets/{HANAKO}/mail/{found.id}")
    answer = look.raw("GET", look.page.one(".mail-files a").attrs["href"])
    assert answer.data == content
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert look.raw("GET", f"/handsets/{HANAKO}/mail/{found.id}/attachments/7").status_code == 404


def test_mail_eml_is_the_source_byte_for_byte(look: Browser, here: World) -> None:
    source = b"From: a@x.example\r\nSubject: \xff\r\n\r\n\x8a\xbf\x00"
    found = inbox.receive(here, mail.parse(source, "hanako@example.com", "a@x.example"), source)
    look.get(f"/handsets/{HANAKO}/mail/{found.id}?view=source")
    answer = look.raw("GET", look.page.one("a[download$='.eml']").attrs["href"])
    assert (answer.data, answer.mimetype) == (source, "message/rfc822")
    assert answer.headers["Content-Disposition"] == f"attachment; filename=mail-{found.id}.eml"


def test_mail_eml_of_a_mail_without_a_source_is_not_offered(look_in: Browser, here: World) -> None:
    found = inbox.receive(here, Message("ML1", "mail", "a@x.example", "hanako@example.com", body="本文"))
    page = look_in.get(f"/handsets/{HANAKO}/mail/{found.id}?view=source")
    assert page.one(".mail-left-out").to_text().strip() in (
        "The source of this email wasn't kept.",
        "このメールのソースは保存されていません。",
    )
    assert look_in.raw("GET", f"/handsets/{HANAKO}/mail/{found.id}/mail.eml").status_code == 404


def test_mail_comes_to_an_address_with_dots_in_a_row(look: Browser, send: Sender) -> None:
    send.mail("taro..t.@example.com", "件名", "本文")
    look.get(f"/handsets/{HANAKO}/settings")
    look.submit(mailbox="taro..t.@example.com")
    assert look.page.one("form.setting span").to_text() == "taro..t.@example.com"
    assert "件名" in look.get(f"/handsets/{HANAKO}/mail/box/taro..t.@example.com").text


def test_mail_message_of_another_phone_is_not_shown(look: Browser, send: Sender) -> None:
    found = send.mail("taro@example.com", "件名", "本文")
    look.get("/handsets/+818012345678/settings")
    look.submit(mailbox="taro@example.com")
    assert look.page.one("form.setting span").to_text() == "taro@example.com"
    assert look.raw("GET", f"/handsets/{HANAKO}/mail/{found.id}").status_code == 404
    assert look.get(f"/handsets/+818012345678/mail/{found.id}").state in ("text", "html")
    cards = [card.to_text().strip() for card in look.get("/").all(".handset-card__title")]
    assert cards == ["080-1234-5678"], "the mailbox is part of its phone"


def test_mailbox_pages_back_through_old_mail(look_in: Browser, send: Sender) -> None:
    for number in range(42):
        send.mail("hanako@example.com", f"{number:02d}", "本文")
    page = look_in.get(f"/handsets/{HANAKO}/mail/box/hanako@example.com")
    assert len(page.all(".row")) == 40
    page = look_in.get(page.all("#mails p a")[0].attrs["href"])
    assert [link.to_text() for link in page.all(".row__open")] == ["01", "00"]


def test_mail_message_names_who_else_got_it_and_where_an_answer_goes(look_in: Browser, here: World) -> None:
    source = "From: x@example.com\r\nCc: 太郎 <taro@example.com>\r\nReply-To: help@example.com\r\n\r\n本文".encode()
    found = inbox.receive(here, mail.parse(source, "hanako@example.com", "x@example.com"), source)
    people = look_in.get(f"/handsets/{HANAKO}/mail/{found.id}").one(".mail-head__people").to_text()
    assert "太郎 <taro@example.com>" in people and "help@example.com" in people


def test_mail_that_this_version_refuses_is_still_shown(look: Browser, here: World) -> None:
    head = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (at, at) for at in range(300)
    )
    kept = mail.parse(b"Subject: x\r\n\r\nbody", "hanako@example.com", "x@example.com")
    found = inbox.receive(here, kept, head + b"\r\nbody")
    page = look.get(f"/handsets/{HANAKO}/mail/{found.id}")
    assert "body" in page.one(".mail-text").to_text()
    assert look.raw("GET", f"/handsets/{HANAKO}/mail/{found.id}/attachments/0").status_code == 404


def test_mail_html_that_is_too_deep_is_shown_as_text(look: Browser, send: Sender) -> None:
    found = send.mail("hanako@example.com", "件名", "本文", "<div>" * 300 + "<b>本文 & <i>more</i>")
    page = look.raw("GET", f"/handsets/{HANAKO}/mail/{found.id}/html").text
    assert "<pre>本文 &amp; more</pre>" in page
    table = "<table><tr><td>" * 60 + "x"
    found = send.mail("hanako@example.com", "件名", "本文", table + "<p>y<br>" * 1000)
    assert "<table" in look.raw("GET", f"/handsets/{HANAKO}/mail/{found.id}/html").text
