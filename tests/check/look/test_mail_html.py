"""A mail's HTML on the handset: nothing is wider than 320 px, and both themes are readable."""

from __future__ import annotations

import pytest

from tests.browser.handset import HANAKO, Desk, desk, running_phone, window
from tests.check.look.test_handset_look import Window

__all__ = ["desk", "running_phone", "window"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("handset-look")]

PICTURE = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='640' height='80'/%3E"
NEWSLETTER = f"""<body bgcolor="#f4f4f4"><table width="600" align="center" style="width:600px;min-width:600px"><tr>
<td width="300" style="width:300px">コードは</td><td width="300"><b>048213</b></td></tr><tr><td colspan="2">
<table width="560"><tr><td><img src="{PICTURE}" width="640" height="80" alt="見本"></td></tr></table>
https://mihon.example/{"a" * 200}</td></tr></table><div style="width:720px;color:#222">本文</div></body>"""
TABLE = (
    "<table><tr>"
    + "<th>Amount_of_the_payment</th>" * 8
    + "</tr><tr>"
    + "<td>1,482,000円</td>" * 8
    + "</tr></table>"
)
PLAIN = "<h1>Mihon</h1><p>コードは <b>048213</b> です。</p><pre>" + "long_line " * 30 + "</pre>"
DARK = """<style>.card{background:#ffffff;color:#111111} @media (prefers-color-scheme: dark)
{.card{background:#101820 !important;color:#f0f0f0 !important}}</style><div class="card">コードは 048213 です。</div>"""
COLOURS = """() => { const of = (e) => { const s = getComputedStyle(e); return [s.color, s.backgroundColor]; };
  return { body: of(document.body), card: of(document.querySelector('.card, p, td')) }; }"""


def brightness(colour: str) -> float:
    red, green, blue = (int(part) for part in colour[colour.index("(") + 1 :].rstrip(")").split(",")[:3])
    return (299 * red + 587 * green + 114 * blue) / 255_000


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize(
    "html", [NEWSLETTER, TABLE, PLAIN, DARK], ids=["newsletter", "table", "plain", "dark"]
)
def test_mail_is_not_wider_than_the_phone(desk: Desk, window: Window, html: str, width: int) -> None:
    desk.mail("hanako@example.com", "件名", "本文", html)
    mail = desk.running.client().messages(channel="mail")[0].id
    page = window(f"/handsets/{HANAKO}/mail/{mail}", width=width)
    frame = page.frame_locator(".mail-frame").locator("html")
    over = frame.evaluate("(root) => root.scrollWidth - root.clientWidth")
    assert over <= 0, f"the mail is {over} px wider than its frame"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("chosen", ["", "light", "dark"])
def test_mail_can_be_read_in_the_dark(desk: Desk, window: Window, scheme: str, chosen: str) -> None:
    is_dark = (chosen or scheme) == "dark"
    for html, follows in ((PLAIN, True), (DARK, True), (NEWSLETTER, False)):
        desk.mail("hanako@example.com", "件名", "本文", html)
        mail = desk.running.client().messages(channel="mail")[0].id
        page = window("/", width=390, scheme=scheme)
        if chosen:
            page.context.add_cookies([{"name": "tel_theme", "value": chosen, "url": desk.url}])
        page.goto(f"/handsets/{HANAKO}/mail/{mail}")
        seen = page.frame_locator(".mail-frame").locator("body").evaluate(f"() => ({COLOURS})()")
        ink, paper = map(brightness, seen["card"] if html == DARK else seen["body"])
        assert abs(ink - paper) > 0.6, seen
        assert (paper < 0.3) is (is_dark and follows), (html[:30], seen)
