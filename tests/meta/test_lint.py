"""The page linter finds each kind of error; a good page passes."""

from __future__ import annotations

import pytest
from flask import Flask, Response

from tests.form_client import Browser

GOOD = """<!doctype html><html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=1">
<title>題</title></head><body><main data-page="page" data-state=""><h1>見出し</h1>
<form action="/page" method="post"><input type="hidden" name="csrf_token" value="x">
<label for="a">名前</label><input id="a" name="a"><button>送る</button></form>
<a href="/page">ここ</a><img src="/page" alt=""><p translate="no">Plain English words here</p>
<p lang="en">More of English here</p></main></body></html>"""
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}


def visit(html: str, **headers: str) -> None:
    """Serve one page and walk to it."""
    app = Flask("little")

    @app.route("/page", methods=["GET", "POST"])
    def page() -> Response:
        return Response(html, headers={**HEADERS, **headers}, mimetype="text/html")

    Browser(app).get("/page")


def test_lint_passes_a_good_page() -> None:
    visit(GOOD)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("ここ</a>", "+81 90-1234-5678</a>", "owner's spelling"),
        ("ここ</a>", "09012345678</a>", "owner's spelling"),
        ("<h1>見出し</h1>", "<h1>見出し", "not valid HTML"),
        ("<h1>見出し</h1>", "<h1>見出し</h1></div>", "not valid HTML"),
        ("<h1>見出し</h1>", "<h1>一</h1><h1>二</h1>", "2 × h1"),
        ("<title>題</title>", "<title></title>", "title or h1 is empty"),
        ('lang="ja"', 'lang="fr"', "html lang"),
        ('name="viewport"', 'name="other"', "no viewport"),
        ('data-page="page"', 'data-page="other"', "data-page"),
        (' data-state=""', "", "no data-state"),
        ('<a href="/page">', '<a id="a" href="/page">', "ids used twice"),
        ('<label for="a">名前</label>', "", "no label for input"),
        ('<input id="a"', '<input id="a" aria-describedby="lost"', "aria-describedby points to"),
        ("<button>送る</button>", "<button></button>", "a button without a name"),
        ("<button>送る</button>", "", "no button"),
        (' alt=""', "", "img without alt"),
        ('<input type="hidden" name="csrf_token" value="x">', "", "0 csrf_token"),
        ('action="/page"', "", "a form without action"),
        ('action="/page"', 'action="/nowhere"', "no such page"),
        ('<a href="/page">', '<a href="/lost">', "no such page"),
        ('<a href="/page">', '<a href="#lost">', "not on the page"),
        ('<a href="/page">', '<a href="https://elsewhere.example/">', "leads off the site"),
        ("</main>", '<svg><path d=""></path></svg></main>', "an icon that"),
        ("<h1>", '<h1 style="color:red">', "has ['style']"),
        ("<h1>", '<h1 onclick="x()">', "has ['onclick']"),
        ("</main>", "<script>x()</script></main>", "an inline script"),
        ("<h1>見出し</h1>", "<h1>These words are English</h1>", "not translated"),
        ("<h1>見出し</h1>", "<h1>%(name)sさん</h1>", "raw placeholder"),
        ('lang="ja"', 'lang="en"', "Japanese on an English page"),
    ],
)
def test_lint_tells(old: str, new: str, told: str) -> None:
    assert old in GOOD
    with pytest.raises(AssertionError) as problem:
        visit(GOOD.replace(old, new, 1))
    assert told in str(problem.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Content-Security-Policy", "default-src 'self'"),
        ("Content-Security-Policy", HEADERS["Content-Security-Policy"] + "; style-src 'unsafe-inline'"),
        ("X-Content-Type-Options", ""),
        ("Cross-Origin-Opener-Policy", "unsafe-none"),
        ("Referrer-Policy", ""),
        ("X-Robots-Tag", "all"),
        ("Cache-Control", "public"),
    ],
)
def test_lint_tells_headers(name: str, value: str) -> None:
    with pytest.raises(AssertionError, match=name):
        visit(GOOD, **{name: value})
