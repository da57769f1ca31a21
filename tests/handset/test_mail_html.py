"""A mail's HTML in its frame: styles that fetch nothing, a phone's width, dark if the mail allows it."""

from __future__ import annotations

import re
from functools import partial

import pytest

from mocksms.handset import mail_html, mail_styles
from tests import cpu
from tests.form_client import Browser
from tests.handset.conftest import Sender

HANAKO = "+819012345678"
DARK = "@media (prefers-color-scheme: dark) { .card { background: #111 !important; color: #eee } }"


def styled(css: str) -> str:
    """What is left of a style sheet."""
    return re.sub(r"\s", "", mail_styles.sheet(f"<style>{css}</style>"))


def shown(html: str, theme: str = "") -> str:
    return mail_html.document(html, "件名", {}, theme)


def scheme(html: str, theme: str = "") -> str:
    found = re.search(r":root\{color-scheme:([^}]*)\}", shown(html, theme))
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        ("p { color: red }", "p{color:red}"),
        ("a[href^='tel'], h1 > b:first-child {font-weight:700}", "a[href^='tel'],h1>b:first-child{font-weight:700}"),
        (DARK, "@media(prefers-color-scheme:dark){.card{background:#111!important;color:#eee}}"),
        ("@media only screen and (max-width:480px){.a{padding:4px}.b{padding:5px}}",
         "@mediaonlyscreenand(max-width:480px){.a{padding:4px}}@mediaonlyscreenand(max-width:480px){.b{padding:5px}}"),
        ("/* p{color:red} */ b{color:rgb(1,2,3)}", "b{color:rgb(1,2,3)}"),
        ("@import url(https://x.example/a.css); b{color:red}", "b{color:red}"),
        ("@font-face{font-family:a;src:url(https://x.example/a)} b{color:red}", "b{color:red}"),
        ("p{position:fixed;color:red}", "p{color:red}"),
        ("p{color:red", ""),
        ("}}p{color:red}", "p{color:red}"),
        ("p{color:red;b{color:blue}}", ""),
    ],
)  # fmt: skip
def test_sheet_keeps_rules_that_a_mail_may_have(css: str, kept: str) -> None:
    assert styled(css) == kept


@pytest.mark.parametrize(
    "css",
    [
        "p{background:url(https://x.example/a)}",
        r"p{background:u\72l(https://x.example/a)}",
        r"p{background:\75rl(https://x.example/a)}",
        r"p{background:\000075\000072\00006c(https://x.example/a)}",
        r"p{background:ur\6c  ('https://x.example/a')}",
        "p{background:\\75rl(https://x.example/a)}".replace("\\", "&#92;"),
        "p{background:u&#x72;l(https://x.example/a)}",
        "p{background:URL('https://x.example/a')}",
        "p{background:image-set('https://x.example/a' 1x)}",
        "p{background:-webkit-image-set(url(https://x.example/a) 1x)}",
        "p{background:u/**/rl(https://x.example/a)}",
        r"p{back\ground:src('https://x.example/a')}",
        "@import 'https://x.example/a';",
        "@media screen{@import 'https://x.example/a';}",
        "p[a='}b{background:url(https://x.example/a)}']{color:red}",
    ],
)
def test_styles_name_no_address_in_any_spelling_s92(css: str) -> None:
    body = css[2:-1]
    found = shown(f"<style>{css}</style><p style=\"{body}\">x</p><body style='{body}'>")
    assert "x.example" not in found


def test_sheet_cannot_end_its_element() -> None:
    for css in (
        "p{font-family:'</style><b>'}",
        "p[a='</styl','e>']{color:red}",
        "</STYLE x><script>1</script>",
    ):
        found = shown(f"<style>{css}</style>")
        assert found.count("</style>") == 3 and "<script" not in found


def test_sheet_in_a_comment_does_not_count() -> None:
    assert mail_styles.sheet(
        "<!--[if mso]><style>p{color:red}</style><![endif]--><style>b{color:red}</style>"
    ) == ("b{color:red}")
    assert mail_styles.sheet("<!-- <style>p{color:red}</style>") == ""


def test_sheet_has_the_media_of_its_element() -> None:
    assert mail_styles.sheet('<style media="print">p{color:red}</style>') == "@media print{p{color:red}}"


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ('<table width="600"><tr><td>x', '<table width="100%">'),
        ('<table width="200"><tr><td>x', '<table width="200">'),
        ('<table width="100%"><tr><td>x', '<table width="100%">'),
        ('<table><tr><td width="300">x', "<td>"),
        ('<table><tr><td style="width:300px;color:red">x', '<td style="width:auto;color:red">'),
        ('<div style="width: 600px">x', '<div style="width:100%;max-width:600px">'),
        ('<div style="min-width:600px !important">x', '<div style="min-width:auto">'),
        ('<div style="max-width:600px">x', '<div style="max-width:600px">'),
        ('<div style="width:99999999999999px">x', '<div style="width:'),
    ],
)
def test_clean_gives_widths_that_a_phone_has(html: str, kept: str) -> None:
    assert kept in mail_html.clean(html)


def test_sheet_gives_widths_that_a_phone_has() -> None:
    assert styled(".a{width:600px!important}") == ".a{width:100%!important;max-width:600px!important}"


@pytest.mark.parametrize(
    ("html", "follows"),
    [
        ("<h1>件名</h1><p>本文</p>", True),
        ("<p class='a' style='margin:0'>colour</p>", True),
        (f"<style>{DARK}</style><p style='color:#222'>本文</p>", True),
        ("<meta name='color-scheme' content='light dark'><p style='color:#222'>本文</p>", True),
        ('<meta content="dark light" name="supported-color-schemes"><p style="color:#222">本文</p>', True),
        ("<style>:root{color-scheme:light dark}</style><p style='color:#222'>本文</p>", True),
        ("<p style='color:#222'>本文</p>", False),
        ("<font color='#222222'>本文</font>", False),
        ("<body bgcolor='#ffffff'><p>本文</p></body>", False),
        ("<style>p{background:#eee}</style><p>本文</p>", False),
        ("<meta name='color-scheme' content='light only'><p style='color:#222'>本文</p>", False),
    ],
)
def test_document_is_dark_only_where_the_mail_can_be_read_so(html: str, follows: bool) -> None:
    assert scheme(html) == ("light dark" if follows else "only light")
    assert scheme(html, "dark") == ("dark" if follows else "only light")


def test_document_means_the_phones_theme_by_prefers_color_scheme() -> None:
    assert "@media (min-width:0){.card{" in shown(f"<style>{DARK}</style>", "dark")
    assert "@media (max-width:0){.card{" in shown(f"<style>{DARK}</style>", "light")


def test_mail_html_follows_the_theme_of_the_handset(look: Browser, send: Sender) -> None:
    found = send.mail("hanako@example.com", "件名", "本文", f"<style>{DARK}</style><p class='card'>本文</p>")
    path = f"/handsets/{HANAKO}/mail/{found.id}/html"
    assert "color-scheme:light dark" in look.raw("GET", path).text
    page = look.get(f"/handsets/{HANAKO}/settings")
    form = next(form for form in page.forms() if any(button[1] == "theme" for button in form.buttons))
    look.post(form.action, {"theme": "dark", "csrf_token": look.csrf_token})
    assert "color-scheme:dark" in look.raw("GET", path).text


@pytest.mark.parametrize(
    "css",
    [
        "{" * 100_000,
        "a{" * 50_000 + "}" * 50_000,
        "a{color:red}" * 8_000,
        ";" * 99_999 + "{",
        "@media a{" * 11_000,
    ],
)
def test_sheet_of_any_kind_costs_less_than_a_second(css: str) -> None:
    for html in (f"<style>{css}</style>", "<style>" * 20_000, "<!--" * 30_000, f"<style>{css}</style>" * 20):
        assert cpu.seconds(partial(mail_styles.sheet, html)) < 1
