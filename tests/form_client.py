"""A browser without a screen: it walks pages like a user, and lints every page.

It follows links and fills forms only as the page offers them, so a passing test proves that the page shows the way.
JavaScript does not run: what passes works without it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from flask import Flask
from justhtml import JustHTML
from werkzeug.datastructures import Headers
from werkzeug.test import Client, TestResponse

from tests import lint
from tests.catalogue import english_for
from webapp.sandbox.form_client import Answer, Button, Form, FormClient, Lost, read_forms

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/142.0.0.0 Safari/537.36"
)


@dataclass
class Page:
    """One answer of the site, parsed when a test first looks into it."""

    url: str
    status: int
    headers: Headers
    html: str
    endpoint: str | None

    @cached_property
    def dom(self) -> JustHTML:
        """Return the page's elements as in a browser without scripts; an answer that is no page has an empty one."""
        is_page = self.headers.get("Content-Type", "").startswith("text/html")
        html = self.html if is_page else "<!doctype html><title>-</title><main>"
        return JustHTML(html, sanitize=False, scripting_enabled=False)

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def is_english(self) -> bool:
        """Return whether the page's language is English, read without parsing the whole page."""
        return re.search(r'<html[^>]* lang="en', self.html) is not None

    @property
    def main(self) -> Any:
        """Return the page's `<main>`."""
        return self.dom.query("main")[0]

    @property
    def name(self) -> str:
        """Return the page's endpoint (`main[data-page]`)."""
        return str(self.main.attrs.get("data-page", ""))

    @property
    def state(self) -> str:
        """Return the flow's state on the page (`main[data-state]`)."""
        return str(self.main.attrs.get("data-state", ""))

    @property
    def text(self) -> str:
        """Return the visible text in one line."""
        return lint.text_of(self.dom.query("body")[0])

    @property
    def title(self) -> str:
        return lint.text_of(self.dom.query("title")[0])

    @property
    def problem(self) -> str:
        """Return the text of the error box, or ""."""
        boxes = self.dom.query("#auth-error-message-box")
        return lint.text_of(boxes[0]) if boxes else ""

    def all(self, selector: str) -> list[Any]:
        """Return the elements that match a CSS selector."""
        return list(self.dom.query(selector))

    def one(self, selector: str) -> Any:
        """Return the only element that matches a CSS selector."""
        found = self.all(selector)
        if len(found) != 1:
            raise Lost(f"{selector} is on {self.path} {len(found)} times, not once")
        return found[0]

    def has(self, selector: str) -> bool:
        return bool(self.all(selector))

    def forms(self) -> list[Form]:
        return read_forms(self.html, self.url)


class Browser(FormClient):
    """A browser with cookies, a language, a device and its current page. It caches nothing and runs no script."""

    def __init__(self, app: Flask, language: str = "ja", user_agent: str = CHROME, origin: str = "") -> None:
        super().__init__((origin or "http://localhost:8000") + "/")
        self.app = app
        self.language = language
        self.client: Client = app.test_client()
        self.origin = origin or "http://localhost:8000"
        self.user_agent = user_agent
        self.headers: dict[str, str] = {}
        self.page: Page = None  # type: ignore[assignment]  # no page before the first get
        if language != "ja":
            self.get(f"/?lang={language}")

    # -- going somewhere -----------------------------------------------------------------------------------

    def get(self, path: str, *, expect: int = 200) -> Page:
        """Open an address, as if typed or clicked; lint the final page."""
        return self._go("GET", urljoin(self.url, path), None, expect)

    def follow(self, label: str, *, expect: int = 200) -> Page:
        """Click the link with this text (Japanese; in an English browser its translation) or selector."""
        links = self.page.all(label) if label[0] in "#.[" else self._links_named(label)
        if not links:
            shown = [lint.text_of(link) for link in self.page.all("a[href]")]
            raise Lost(f"{self.page.path} has no link {self._words(label)!r}; it has {shown}")
        return self.get(urljoin(self.page.url, links[0].attrs["href"]), expect=expect)

    def submit(
        self, *, press: str | None = None, form: str | None = None, expect: int = 200, **fields: Any
    ) -> Page:
        """Fill the only form that has these fields (or this button, or this selector) and send it."""
        chosen = self._form(press, form, fields)
        data = chosen.fill(fields)
        button = self._button(chosen, press)
        if button is not None and button[1]:
            data[button[1]] = [button[2]]
        if chosen.method == "get":
            query = urlencode(data, doseq=True)
            return self._go("GET", f"{chosen.action.partition('?')[0]}?{query}", None, expect)
        return self._go("POST", chosen.action, data, expect, enctype=chosen.enctype)

    def press(self, label: str, *, expect: int = 200, **fields: Any) -> Page:
        """Press the button with this text (Japanese; in an English browser its translation)."""
        return self.submit(press=label, expect=expect, **fields)

    def reload(self) -> Page:
        return self.get(self.url)

    def post(self, path: str, data: dict[str, Any] | None = None, *, expect: int = 200) -> Page:
        """Send a form that no page offered, for tests of what must be refused."""
        return self._go("POST", urljoin(self.url, path), {k: [v] for k, v in (data or {}).items()}, expect)

    def raw(self, method: str, path: str, **options: Any) -> TestResponse:
        """Send one request with this browser's headers, without following, linting or leaving the page."""
        options["headers"] = {"User-Agent": self.user_agent, **self.headers, **options.get("headers", {})}
        options.setdefault("base_url", self.origin)
        return self.client.open(path, method=method, **options)

    def cookie(self, name: str) -> str | None:
        """Return the value of one of this browser's cookies."""
        cookie = self.client.get_cookie(name, domain=urlsplit(self.origin).hostname or "localhost")
        return cookie.value if cookie else None

    @property
    def csrf_token(self) -> str:
        """Return the token of the page's first form, for requests without a form."""
        return str(self.page.all('input[name="csrf_token"]')[0].attrs["value"])

    # -- how -----------------------------------------------------------------------------------------------

    def go(
        self, method: str, url: str, data: dict[str, list[Any]] | None = None, enctype: str = ""
    ) -> Answer:
        """Do a journey's step, and lint the final page."""
        answer = super().go(method, url, data, enctype)
        self._arrive(self.url, self._response, 200)
        return answer

    def _go(
        self, method: str, url: str, data: dict[str, list[Any]] | None, expect: int, enctype: str = ""
    ) -> Page:
        super().go(method, url, data, enctype)
        return self._arrive(self.url, self._response, expect)

    def exchange(self, method: str, url: str, data: dict[str, list[Any]] | None, enctype: str) -> Answer:
        """Send one request, and lint the headers of its answer."""
        if not url.startswith(self.origin + "/"):
            raise Lost(f"the way leads off the site, to {url}")
        self._response = self._open(method, url, data, enctype)
        lint.headers(self._response, self.app.debug)
        location = self._response.headers.get("Location", "")
        return Answer(self._response.status_code, location, self._response.text)

    def _open(self, method: str, url: str, data: Any, enctype: str) -> TestResponse:
        headers = {"User-Agent": self.user_agent, "Accept": "text/html,*/*;q=0.8", **self.headers}
        headers.setdefault("Accept-Language", self.language)
        if self.page is not None and method == "POST":
            headers.update({"Referer": self.url, "Origin": self.origin})
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        content_type = enctype if "multipart" in enctype else None
        return self.client.open(
            path, method=method, data=data, headers=headers, base_url=self.origin, content_type=content_type
        )

    def _arrive(self, url: str, response: TestResponse, expect: int) -> Page:
        path = urlsplit(url).path
        if response.status_code != expect:
            raise Lost(f"{path} answered {response.status_code}, not {expect}: {response.text[:2000]}")
        endpoint = lint.endpoint_of(self.app, path, response)
        page = Page(url, response.status_code, response.headers, response.text, endpoint)
        if response.mimetype == "text/html":
            self.page = page
            lint.page(self.app, page)
        return page

    def _words(self, label: str) -> str:
        return english_for(label) if self.page is not None and self.page.is_english else label

    def _links_named(self, label: str) -> list[Any]:
        return [link for link in self.page.all("a[href]") if lint.is_named(link, self._words(label))]

    def _form(self, press: str | None, selector: str | None, fields: dict[str, Any]) -> Form:
        if selector is not None:
            chosen = self.page.one(selector)
            return self.page.forms()[[node is chosen for node in self.page.all("form")].index(True)]
        forms = [form for form in self.page.forms() if set(fields) <= form.names]
        if press is not None:
            forms = [form for form in forms if self._button(form, press) is not None]
        if not forms or (len(forms) > 1 and not fields and press is None):
            offered = [(sorted(f.names), [b[0] for b in f.buttons]) for f in self.page.forms()]
            wanted = f"fields {sorted(fields)}" + (f" and button {self._words(press)!r}" if press else "")
            raise Lost(f"{self.page.path} has no one form with {wanted}; it has {offered}")
        return forms[0]

    def _button(self, form: Form, press: str | None) -> Button | None:
        if press is None:
            return form.buttons[0] if form.buttons else None
        words = self._words(press)
        return next((button for button in form.buttons if button[0] == words), None)
