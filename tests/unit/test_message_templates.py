"""Texts of messages, word for word (docs/screens.md#messages)."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from tests.app_fixture import World
from tests.assertions import not_empty
from webapp.outbound import message_templates

APPROVAL = {
    "name": "花子",
    "when": "2026年11月22日 10:42 JST",
    "device": "Chrome, Windows",
    "near": "東京都",
    "url": "http://localhost:8000/a/c/r/token",
    "life_seconds": 600,
    "site_url": "http://localhost:8000",
}
NOTICE = {**APPROVAL, "headline": "見出し", "body": "本文です。", "advice": "お知らせください。"}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ja", "123456は、Mihonのワンタイムパスワードです。誰とも共有しないでください。\n@localhost #123456"),
        ("en", "123456 is your Mihon OTP. Do not share it with anyone.\n@localhost #123456"),
    ],
)
@pytest.mark.parametrize("host", ["localhost", "localhost:8000"])
def test_sms_code_ends_in_its_origin(world: World, language: str, text: str, host: str) -> None:
    with world.site.test_request_context():
        assert message_templates.sms_code("123456", host, language) == text


@pytest.mark.parametrize(("language", "units"), [("ja", 70), ("en", 160)])
def test_sms_code_fits_one_segment(world: World, language: str, units: int) -> None:
    with world.site.test_request_context():
        assert len(message_templates.sms_code("123456", "shop.example", language)) <= units


@pytest.mark.parametrize("language", ["ja", "en"])
def test_sms_approval_has_code_and_deny_link(world: World, language: str) -> None:
    with world.site.test_request_context():
        text = message_templates.sms_approval("123456", "http://localhost:8000/a/c/r/token", language)
    assert text.startswith("123456")
    assert text.count("http://localhost:8000/a/c/r/token") == 1
    assert bool(re.search("[ぁ-ん]", text)) is (language == "ja")


@pytest.mark.parametrize(("language", "voice"), [("ja", "ja-JP"), ("en", "en-US")])
def test_call_speaks_the_digits_one_by_one_twice(world: World, language: str, voice: str) -> None:
    with world.site.test_request_context():
        spoken = ElementTree.fromstring(message_templates.call_twiml("012345", language).encode())
    says = spoken.findall("Say")
    assert {say.get("language") for say in says} == {voice}
    texts = [say.text or "" for say in says]
    digits = [re.findall(r"\d", text) for text in texts if re.search(r"\d", text)]
    assert digits == [list("012345")] * 2
    assert not re.search(r"\d\d", "".join(texts))
    assert not re.search(r"\d", texts[0])  # greets first
    assert bool(re.search("[ぁ-ん]", texts[0])) is (language == "ja")
    assert spoken[-1].tag == "Hangup"


def test_call_cannot_be_given_other_verbs(world: World) -> None:
    with world.site.test_request_context():
        twiml = message_templates.call_twiml("<Dial>1</Dial>", "en")
    assert ElementTree.fromstring(twiml.encode()).findall("Dial") == []


def test_approval_mail_has_subject_and_link_of_the_product(world: World) -> None:
    with world.site.test_request_context("/?lang=en"):  # the reader's language, not that of the page
        mail = message_templates.compose("approval", "ja", **APPROVAL)
    assert mail.subject == "Mihonセキュリティ警告: アカウントデータアクセスの試行が検出されました"
    for part in (mail.text, mail.html):
        for fact in ("承認または否認してください", *map(str, APPROVAL.values())):
            if fact not in (APPROVAL["site_url"], "600"):
                assert fact in part
        assert "見本" in part  # the demo ribbon


def test_mail_is_in_the_accounts_language(world: World) -> None:
    with world.site.test_request_context("/?lang=ja"):
        mail = message_templates.compose(
            "approval", "en", **{**APPROVAL, "name": "Hanako", "near": "Tokyo", "when": "now"}
        )
    assert mail.subject.startswith("Mihon security alert")
    assert not re.search("[ぁ-んァ-ン]", mail.text.replace("見本", ""))
    assert '<html lang="en"' in mail.html


def test_notice_is_named_by_its_headline(world: World) -> None:
    with world.site.test_request_context():
        mail = message_templates.compose("notice", "ja", **NOTICE)
        named = message_templates.compose("notice", "ja", **NOTICE, subject="別の件名")
    assert mail.subject == "Mihon: 見出し"
    assert named.subject == "別の件名"
    assert "本文です。" in mail.text
    assert "本文です。" in mail.html


def test_code_mail_holds_the_code(world: World) -> None:
    with world.site.test_request_context():
        mail = message_templates.compose(
            "code", "ja", code="012345", life_seconds=600, site_url=APPROVAL["site_url"], name="花子"
        )
    assert "012345" in mail.text
    assert "012345" in mail.html
    assert "012345" not in mail.subject


def test_mail_of_facts_full_of_script_is_inert(world: World) -> None:
    script = "<script>alert(1)</script>"
    with world.site.test_request_context():
        mail = message_templates.compose(
            "approval", "ja", **{**APPROVAL, "device": script, "near": script, "name": script}
        )
    assert script not in mail.html


def test_html_mail_loads_nothing_from_elsewhere(world: World) -> None:
    with world.site.test_request_context():
        html = message_templates.compose("approval", "ja", **APPROVAL).html
    for address in not_empty(re.findall(r'(?:src|href|background)="([^"]+)"', html)):
        assert address.startswith((APPROVAL["site_url"], "data:", "mailto:")), address
    assert "url(" not in html
    assert "<script" not in html
