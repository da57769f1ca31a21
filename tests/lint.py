"""Rules for every page of the site: valid, labelled, translated, named, safe. Used by `tests.form_client`."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from flask import Flask
from justhtml import JustHTML
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

from tests.catalogue import untranslated_words

if TYPE_CHECKING:
    from tests.form_client import Page

# Pages that show nothing of anyone; all others must not be stored by a browser or a proxy (docs/promises.md#46).
PUBLIC = {"shop.home", "static"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\{|\{%|\bmsgid\b|Undefined")
JAPANESE = re.compile(r"[぀-ヿ一-鿿]")
NAMES = re.compile("見本|花子|太郎|次郎|さくら|窓口")  # the seal, and people's own names
OTHER_SPELLING = re.compile(r"\+81[ -]?[1-9]|(?<![\d-])0[5-9]0\d{8}(?!\d)")  # it is 090-1234-5678
ENGLISH_SENTENCE = re.compile(r"\b[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}\b")
UNTOLD = {"script", "style", "code", "kbd", "pre", "time", "template", "svg"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
TOKEN = re.compile(r'"[\w.-]{40,}"')
CSP_MUST = ("object-src 'none'", "base-uri 'none'", "frame-ancestors ")

_CLEAN: set[int] = set()


def text_of(node: Any) -> str:
    """Return the node's text as read aloud: one line, without what only eyes or machines see."""
    return " ".join(node.to_text(separator=" ", separator_blocks_only=True).split())


def parse(html: str, path: str) -> JustHTML:
    """Parse as a browser without JavaScript does, and refuse HTML errors."""
    dom = JustHTML(html, collect_errors=True, sanitize=False, scripting_enabled=False)
    if dom.errors:
        lines = html.splitlines()
        shown = [
            f"{e.code} in line {e.line}: {lines[(e.line or 1) - 1].strip()[:120]}" for e in dom.errors[:5]
        ]
        raise AssertionError(f"{path} is not valid HTML: {shown}")
    Balance(path).feed(html)
    return dom


class Balance(HTMLParser):
    """Check that every opened element is closed, in its place: parsers guess, which moves later elements."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Record an element, unless it never has content."""
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        """Skip an element that closes itself."""

    def handle_endtag(self, tag: str) -> None:
        """Check that the innermost open element ends."""
        innermost = self._open.pop() if self._open else "nothing"
        where = f"{self._path} is not valid HTML: line {self.getpos()[0]}"
        assert innermost == tag, f"{where}: </{tag}> where <{innermost}> is open"


class Outline:
    """A page's elements in order, found once: searching again for each rule takes most of a test's time."""

    def __init__(self, root: Any) -> None:
        self.elements = elements(root)

    def tags(self, *names: str) -> list[Any]:
        """Return the elements of these names."""
        return [node for node in self.elements if node.name in names]

    def having(self, attribute: str, *names: str) -> list[Any]:
        """Return the elements with this attribute, or those of them with these names."""
        return [
            node for node in self.elements if attribute in node.attrs and (not names or node.name in names)
        ]


def elements(root: Any) -> list[Any]:
    """Return the elements below a node, in the order of the page."""
    found: list[Any] = []
    stack = list(reversed(root.children or []))
    while stack:
        node = stack.pop()
        if getattr(node, "attrs", None) is not None:
            found.append(node)
        stack.extend(reversed(getattr(node, "children", None) or []))
    return found


def language(dom: JustHTML) -> str:
    """Return the language that a page declares: ja or en."""
    html = next(node for node in dom.root.children or [] if node.name == "html")
    return str(html.attrs.get("lang", ""))[:2]


def is_named(node: Any, label: str) -> bool:
    """Return whether this is the node's accessible name: its label, or its text."""
    return label in (node.attrs.get("aria-label"), text_of(node)) or label == text_of(node).strip("「」")


def endpoint_of(app: Flask, path: str, response: TestResponse) -> str | None:
    """Return the endpoint at a path, or None."""
    method = response.request.method
    try:
        return str(app.url_map.bind("localhost").match(path, method=method)[0])
    except HTTPException:
        return None


def headers(response: TestResponse, debug: bool = False) -> None:
    """Check the headers of every answer, whatever its status (docs/promises.md#62)."""
    where = f"{response.request.path} ({response.status_code})"
    csp = response.headers.get("Content-Security-Policy", "")
    missing = [part for part in CSP_MUST if part not in csp]
    assert not missing, f"{where}: Content-Security-Policy lacks {missing}: {csp!r}"
    assert "unsafe-inline" not in csp and "unsafe-eval" not in csp, (
        f"{where}: Content-Security-Policy is {csp!r}"
    )
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
    """Check every rule for a page, and report all broken ones with the page's path.

    A page that was clean before, byte for byte except for its tokens, is neither parsed nor checked again.
    """
    problems = _storage(page)
    seen = hash((app.name, page.endpoint, page.status, page.path, TOKEN.sub("", page.html)))
    if seen not in _CLEAN:
        page.dom = parse(page.html, page.path)
        outline = Outline(page.dom.root)
        for rule in (_frame, _names, _labels, _icons, _inline, _words):
            problems += rule(page, outline)
        problems += _forms(app, page, outline) + _links(app, page, outline)
    assert not problems, f"{page.path} ({page.name}): " + "; ".join(problems)
    _CLEAN.add(seen)


def _frame(page: Page, outline: Outline) -> list[str]:
    problems = []
    if language(page.dom) not in ("ja", "en"):
        problems.append(f"html lang is {language(page.dom)!r}")
    titles = [node for node in outline.tags("title") if node.parent.name == "head"]
    headings = [node for main in outline.tags("main") for node in elements(main) if node.name == "h1"]
    counts = {"title": titles, "main": outline.tags("main"), "h1": outline.tags("h1"), "h1 in main": headings}
    problems += [f"{len(found)} × {what}, not one" for what, found in counts.items() if len(found) != 1]
    if not problems and not (text_of(titles[0]) and text_of(headings[0])):
        problems.append("title or h1 is empty")
    if not any(node.attrs.get("name") == "viewport" for node in outline.tags("meta")):
        problems.append("no viewport for phones")
    return problems


def _names(page: Page, outline: Outline) -> list[str]:
    problems = []
    ids = Counter(node.attrs["id"] for node in outline.having("id"))
    twice = sorted(name for name, count in ids.items() if count > 1)
    if twice:
        problems.append(f"ids used twice: {twice}")
    if page.status < 400 and page.name != page.endpoint:
        problems.append(f"main[data-page] is {page.name!r}, the endpoint {page.endpoint!r}")
    if "data-state" not in page.main.attrs:
        problems.append("main has no data-state")
    for attribute in ("for", "aria-describedby", "aria-labelledby", "aria-controls", "form", "list"):
        for node in outline.having(attribute):
            lost = set(str(node.attrs[attribute]).split()) - set(ids)
            if lost:
                problems.append(f"{attribute} points to {sorted(lost)}, which no element has as id")
    return problems


def _labels(page: Page, outline: Outline) -> list[str]:
    problems = []
    labels = [label for label in outline.tags("label") if text_of(label)]
    labelled = {label.attrs.get("for") for label in labels} - {None}
    inside = {id(node) for label in labels for node in elements(label)}
    for control in outline.tags("input", "select", "textarea"):
        if control.attrs.get("type", "text") in ("hidden", "submit", "button", "image"):
            continue
        named = control.attrs.get("aria-label") or control.attrs.get("aria-labelledby")
        if not (named or control.attrs.get("id") in labelled or id(control) in inside):
            problems.append(f"no label for {control.name} {control.attrs.get('name')!r}")
    for node in outline.tags("button") + outline.having("href", "a"):
        if not (text_of(node) or node.attrs.get("aria-label") or _has_picture_with_name(node)):
            problems.append(f"a {node.name} without a name: {node.to_html()[:100]}")
    images = outline.tags("img")
    return problems + [f"img without alt: {i.attrs.get('src')}" for i in images if "alt" not in i.attrs]


def _icons(page: Page, outline: Outline) -> list[str]:
    is_empty = any(not path.attrs.get("d") for path in outline.tags("path"))
    return ["an icon that templates/site/components/icon.html doesn't have"] if is_empty else []


def _has_picture_with_name(node: Any) -> bool:
    return any(
        (part.name == "img" and part.attrs.get("alt"))
        or (part.name == "svg" and part.attrs.get("aria-label"))
        or (part.name == "title" and text_of(part))
        for part in elements(node)
    )


def _forms(app: Flask, page: Page, outline: Outline) -> list[str]:
    problems = []
    for form in outline.tags("form"):
        method = (form.attrs.get("method") or "get").lower()
        action = form.attrs.get("action")
        if not action:
            problems.append("a form without action")
        elif (trouble := _untaken(app, page, action, method.upper())) is not None:
            problems.append(f"form {method} {action}: {trouble}")
        if method not in ("get", "post", "dialog"):
            problems.append(f"a form with method {method!r}")
        parts = elements(form)
        tokens = [part for part in parts if part.attrs.get("name") == "csrf_token"]
        if method == "post" and len(tokens) != 1:
            problems.append(f"the form to {action} has {len(tokens)} csrf_token, not one")
        bound = [part for part in outline.having("form") if part.attrs["form"] == form.attrs.get("id")]
        if not any(part.name == "button" or part.attrs.get("type") == "submit" for part in parts + bound):
            problems.append(f"the form to {action} has no button, so it needs JavaScript")
    return problems


def _links(app: Flask, page: Page, outline: Outline) -> list[str]:
    problems = []
    ids = {node.attrs["id"] for node in outline.having("id")}
    for link in outline.having("href", "a", "link") + outline.having("src", "script", "img"):
        target = link.attrs.get("href") or link.attrs.get("src") or ""
        if target.startswith(("data:", "mailto:", "tel:", "otpauth:")):
            continue
        if target.startswith("#"):
            if len(target) > 1 and target[1:] not in ids:
                problems.append(f"link to {target}, which is not on the page")
        elif (trouble := _untaken(app, page, target, "GET")) is not None:
            problems.append(f"link to {target}: {trouble}")
    return problems


def _untaken(app: Flask, page: Page, target: str, method: str) -> str | None:
    """Return why the site doesn't answer at this address; None when it does, or for another site."""
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
    """Check that a link off the site leads to the phone beside it, on this machine."""
    return urlsplit(target).hostname in ("localhost", "127.0.0.1")


def _inline(page: Page, outline: Outline) -> list[str]:
    """Check for inline style and script, which the Content-Security-Policy would refuse."""
    problems = []
    for node in outline.elements:
        handlers = [name for name in node.attrs if name.startswith("on") or name == "style"]
        if handlers:
            problems.append(f"{node.name} has {handlers}")
    data = ("application/json", "importmap", "speculationrules")
    scripts = [s for s in outline.tags("script") if "src" not in s.attrs and s.attrs.get("type") not in data]
    if scripts or outline.tags("style"):
        problems.append("an inline script or style")
    return problems


def _words(page: Page, outline: Outline) -> list[str]:
    problems = []
    shown = language(page.dom)
    for words in _texts(page.dom.root, shown):
        if PLACEHOLDER.search(words):
            problems.append(f"a raw placeholder is seen: {words[:80]!r}")
        if shown == "ja" and (words in untranslated_words() or ENGLISH_SENTENCE.search(words)):
            problems.append(f"not translated: {words[:80]!r}")
        if shown == "en" and JAPANESE.search(NAMES.sub("", words)):
            problems.append(f"Japanese on an English page: {words[:80]!r}")
        if OTHER_SPELLING.search(words):
            problems.append(f"a number that is not in its owner's spelling: {words[:80]!r}")
    return problems


def _texts(root: Any, shown: str) -> list[str]:
    """Return texts and spoken attributes in the page's own language; parts in another language are left out."""
    found: list[str] = []
    stack = [root]
    while stack:
        part = stack.pop()
        attrs = getattr(part, "attrs", None) or {}
        is_foreign = not str(attrs.get("lang", shown)).startswith(shown)
        if part.name in UNTOLD or attrs.get("translate") == "no" or is_foreign:
            continue
        if part.name == "#text":
            found.append(" ".join(str(part.data).split()))
        found += [str(attrs[a]) for a in ("alt", "title", "aria-label", "placeholder") if a in attrs]
        stack += getattr(part, "children", None) or []
    return [text for text in found if text]


def _storage(page: Page) -> list[str]:
    control = page.headers.get("Cache-Control", "")
    if page.endpoint not in PUBLIC and "no-store" not in control:
        return [f"Cache-Control is {control!r}, but this page must not be stored"]
    return []
