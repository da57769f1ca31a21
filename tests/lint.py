"""What every page of the site must be: valid, labelled, translated, named, safe. Used by `tests.walk`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from flask import Flask
from justhtml import JustHTML
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

from tests.catalogue import untranslated_words

if TYPE_CHECKING:
    from tests.walk import Page

# Pages that show nothing of anyone; all others must not be stored by a browser or a proxy (SECURITY.md 46).
PUBLIC = {"shop.home", "static"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\{|\{%|\bmsgid\b|Undefined")
JAPANESE = re.compile(r"[぀-ヿ一-鿿]")
NAMES = re.compile("見本|花子|太郎|次郎|さくら|窓口")  # the seal, and people's own names
ENGLISH_SENTENCE = re.compile(r"\b[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}\b")
UNTOLD = "script, style, code, kbd, pre, time, template, svg, [translate=no]"
CSP_MUST = ("object-src 'none'", "base-uri 'none'", "frame-ancestors ")


def text_of(node: Any) -> str:
    """The node's text as read aloud: one line, without what only eyes or machines see."""
    return " ".join(node.to_text(separator=" ", separator_blocks_only=True).split())


def parse(html: str, path: str) -> JustHTML:
    """Parse as a browser without JavaScript does, and refuse what the HTML standard calls an error."""
    dom = JustHTML(html, collect_errors=True, sanitize=False, scripting_enabled=False)
    if dom.errors:
        lines = html.splitlines()
        shown = [
            f"{e.code} in line {e.line}: {lines[(e.line or 1) - 1].strip()[:120]}" for e in dom.errors[:5]
        ]
        raise AssertionError(f"{path} is not valid HTML: {shown}")
    return dom


def _all(node: Any, selector: str) -> list[Any]:
    return list(node.query(selector))


def language(dom: JustHTML) -> str:
    """The language that a page says it is in: ja or en."""
    return str(_all(dom, "html")[0].attrs.get("lang", ""))[:2]


def is_named(node: Any, label: str) -> bool:
    """Whether this is the node's accessible name: its label, or its text."""
    return label in (node.attrs.get("aria-label"), text_of(node)) or label == text_of(node).strip("「」")


def endpoint_of(app: Flask, path: str, response: TestResponse) -> str | None:
    """The endpoint that answers at a path, or None where there is none."""
    method = response.request.method
    try:
        return str(app.url_map.bind("localhost").match(path, method=method)[0])
    except HTTPException:
        return None


def headers(response: TestResponse, debug: bool = False) -> None:
    """The headers of SECURITY.md 62, on every answer whatever its status."""
    where = f"{response.request.path} ({response.status_code})"
    csp = response.headers.get("Content-Security-Policy", "")
    missing = [part for part in CSP_MUST if part not in csp]
    assert not missing, f"{where}: Content-Security-Policy lacks {missing}: {csp!r}"
    assert "unsafe-inline" not in csp and "unsafe-eval" not in csp, f"{where}: {csp}"
    wanted = {
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "",
        "X-Robots-Tag": "noindex",
    }
    for name, value in wanted.items():
        got = response.headers.get(name)
        assert got and value in got, f"{where}: header {name} is {got!r}, not {value!r}"


def page(app: Flask, page: Page) -> None:
    """Every rule for a page; the first that is broken is told with the page's path."""
    problems: list[str] = []
    for rule in (_frame, _names, _labels, _forms, _links, _inline, _words, _storage):
        problems += rule(app, page)
    assert not problems, f"{page.path} ({page.name}): " + "; ".join(problems)


def _frame(app: Flask, page: Page) -> list[str]:
    problems = []
    dom = page.dom
    if language(dom) not in ("ja", "en"):
        problems.append(f"html lang is {language(dom)!r}")
    for selector in ("title", "main", "main h1"):
        if len(_all(dom, selector)) != 1:
            problems.append(f"{len(_all(dom, selector))} × {selector}, not one")
    if len(_all(dom, "h1")) != 1:
        problems.append(f"{len(_all(dom, 'h1'))} × h1")
    if not problems and not (text_of(_all(dom, "title")[0]) and text_of(_all(dom, "h1")[0])):
        problems.append("title or h1 is empty")
    if not _all(dom, 'meta[name="viewport"]'):
        problems.append("no viewport for phones")
    return problems


def _names(app: Flask, page: Page) -> list[str]:
    problems = []
    ids = [node.attrs["id"] for node in _all(page.dom, "[id]")]
    twice = {name for name in ids if ids.count(name) > 1}
    if twice:
        problems.append(f"ids used twice: {sorted(twice)}")
    if page.status < 400 and page.name != page.endpoint:
        problems.append(f"main[data-page] is {page.name!r}, the endpoint {page.endpoint!r}")
    if "data-state" not in page.main.attrs:
        problems.append("main has no data-state")
    for attribute in ("for", "aria-describedby", "aria-labelledby", "aria-controls", "form", "list"):
        for node in _all(page.dom, f"[{attribute}]"):
            lost = set(str(node.attrs[attribute]).split()) - set(ids)
            if lost:
                problems.append(f"{attribute} points to {sorted(lost)}, which no element has as id")
    return problems


def _labels(app: Flask, page: Page) -> list[str]:
    problems = []
    labelled = {label.attrs["for"] for label in _all(page.dom, "label[for]") if text_of(label)}
    inside = {id(node) for label in _all(page.dom, "label") if text_of(label) for node in label.query("*")}
    for control in _all(page.dom, "input, select, textarea"):
        kind = control.attrs.get("type", "text")
        if kind in ("hidden", "submit", "button", "image"):
            continue
        named = control.attrs.get("aria-label") or control.attrs.get("aria-labelledby")
        if not (named or control.attrs.get("id") in labelled or id(control) in inside):
            problems.append(f"no label for {control.name} {control.attrs.get('name')!r}")
    for node in _all(page.dom, "button, a[href]"):
        images = [image for image in node.query("img") if image.attrs.get("alt")]
        titles = node.query("svg title, svg[aria-label]")
        if not (text_of(node) or node.attrs.get("aria-label") or images or titles):
            problems.append(f"a {node.name} without a name: {node.to_html()[:100]}")
    problems += [
        f"img without alt: {i.attrs.get('src')}" for i in _all(page.dom, "img") if "alt" not in i.attrs
    ]
    return problems


def _forms(app: Flask, page: Page) -> list[str]:
    problems = []
    for form in _all(page.dom, "form"):
        method = (form.attrs.get("method") or "get").lower()
        action = form.attrs.get("action")
        if not action:
            problems.append("a form without action")
        elif (trouble := _untaken(app, page, action, method.upper())) is not None:
            problems.append(f"form {method} {action}: {trouble}")
        if method not in ("get", "post", "dialog"):
            problems.append(f"a form with method {method!r}")
        if method == "post" and len(form.query('input[name="csrf_token"]')) != 1:
            problems.append(f"the form to {action} has no csrf_token, or several")
        if not form.query("button, input[type=submit]"):
            problems.append(f"the form to {action} has no button, so it needs JavaScript")
    return problems


def _links(app: Flask, page: Page) -> list[str]:
    problems = []
    for link in _all(page.dom, "a[href], link[href], script[src], img[src]"):
        target = link.attrs.get("href") or link.attrs.get("src") or ""
        if target.startswith(("data:", "mailto:", "tel:", "otpauth:")):
            continue
        if target.startswith("#"):
            if len(target) > 1 and not _all(page.dom, f'[id="{target[1:]}"]'):
                problems.append(f"link to {target}, which is not on the page")
        elif (trouble := _untaken(app, page, target, "GET")) is not None:
            problems.append(f"link to {target}: {trouble}")
    return problems


def _untaken(app: Flask, page: Page, target: str, method: str) -> str | None:
    """Why the site does not answer at this address, or None when it does, or when it is another site's."""
    url = urlsplit(urljoin(page.url, target))
    if url.netloc != urlsplit(page.url).netloc:
        return None if link_may_leave(target) else "leads off the site"
    try:
        app.url_map.bind("localhost").match(url.path, method=method)
    except RequestRedirect:
        return "is redirected by a slash"
    except MethodNotAllowed:
        return f"does not take {method}"
    except HTTPException:
        return "no such page"
    return None


def link_may_leave(target: str) -> bool:
    """Links off the site are only those to the phone beside it, on this machine."""
    return urlsplit(target).hostname in ("localhost", "127.0.0.1")


def _inline(app: Flask, page: Page) -> list[str]:
    """What the Content-Security-Policy would refuse: inline style and script."""
    problems = []
    for node in _all(page.dom, "*"):
        handlers = [name for name in node.attrs if name.startswith("on") or name == "style"]
        if handlers:
            problems.append(f"{node.name} has {handlers}")
    data = ("application/json", "importmap", "speculationrules")
    scripts = [s for s in _all(page.dom, "script:not([src])") if s.attrs.get("type") not in data]
    if scripts or _all(page.dom, "style"):
        problems.append("an inline script or style")
    return problems


def _words(app: Flask, page: Page) -> list[str]:
    problems = []
    shown = language(page.dom)
    for words in _texts(_all(page.dom, "html")[0], shown):
        if PLACEHOLDER.search(words):
            problems.append(f"a raw placeholder is seen: {words[:80]!r}")
        if shown == "ja" and (words in untranslated_words() or ENGLISH_SENTENCE.search(words)):
            problems.append(f"not translated: {words[:80]!r}")
        if shown == "en" and JAPANESE.search(NAMES.sub("", words)):
            problems.append(f"Japanese on an English page: {words[:80]!r}")
    return problems


def _texts(node: Any, shown: str) -> list[str]:
    """Texts and spoken attributes in the page's own language; parts marked as another's are left out."""
    skip = {id(part) for part in node.query(UNTOLD)}
    skip |= {id(part) for part in node.query("[lang]") if not str(part.attrs["lang"]).startswith(shown)}
    found: list[str] = []
    stack = [node]
    while stack:
        part = stack.pop()
        if id(part) in skip:
            continue
        if part.name == "#text":
            found.append(" ".join(str(part.data).split()))
        elif getattr(part, "attrs", None):
            found += [
                str(part.attrs[a]) for a in ("alt", "title", "aria-label", "placeholder") if a in part.attrs
            ]
        stack += getattr(part, "children", None) or []
    return [text for text in found if text]


def _storage(app: Flask, page: Page) -> list[str]:
    control = page.headers.get("Cache-Control", "")
    if page.endpoint not in PUBLIC and "no-store" not in control:
        return [f"Cache-Control is {control!r}, but this page must not be stored"]
    return []
