"""A browser without a screen: it follows redirects and fills forms as the pages offer them. No script runs.

`FormClient` knows pages and forms; a subclass sends its requests and keeps its cookies. The tests' browser, the way to
each refusal and the benchmarks are subclasses, `HttpFormClient` is one for a served site.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urljoin, urlsplit

if TYPE_CHECKING:
    import httpx

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_REDIRECTS = 10
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="csrf_token"')


class Lost(Exception):
    """The page does not offer what the client needs. The text says what it offers instead."""


class Answer(NamedTuple):
    """The answer to a request: its status, its `Location` header or "", and the page."""

    status: int
    location: str
    html: str


class Button(NamedTuple):
    """A button that sends a form: its text, its name, its value and its id."""

    label: str
    name: str
    value: str
    id: str = ""


class Link(NamedTuple):
    """A link: its id, and the address where it leads."""

    id: str
    url: str


@dataclass
class Form:
    """A form as a page has it, with the values that its controls hold.

    `choices` are the values that radios and selects offer, `boxes` what each checkbox sends when it is ticked.
    """

    action: str
    method: str
    enctype: str
    values: list[tuple[str, str]] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)
    boxes: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    buttons: list[Button] = field(default_factory=list)

    def fill(self, entries: dict[str, Any]) -> dict[str, list[Any]]:
        """Return the data to send once the entries are typed; True and False tick and untick a box. Raises Lost."""
        data: dict[str, list[Any]] = {}
        for name, value in self.values:
            data.setdefault(name, []).append(value)
        for name, entry in entries.items():
            if name not in self.names:
                raise Lost(f"this form has no field {name!r}; it has {sorted(self.names)}")
            if name in self.choices and str(entry) not in self.choices[name]:
                raise Lost(f"{name!r} cannot be {entry!r}; the page offers {self.choices[name]}")
            if isinstance(entry, bool):
                data[name] = [self.boxes.get(name, "on")] if entry else []
            else:
                data[name] = entry if isinstance(entry, list) else [entry]
        return {name: values for name, values in data.items() if values}


class _Reader(HTMLParser):
    """Reads a page's forms with their successful controls (WHATWG 4.10.21), those bound by `form=` included."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[Link] = []
        self._url = url
        self._by_id: dict[str, Form] = {}
        self._later: list[Callable[[], None]] = []
        self._form: Form | None = None
        self._text: list[str] | None = None
        self._button: tuple[Form, dict[str, str]] | None = None
        self._select: tuple[Form, str] | None = None
        self._textarea: tuple[Form, str] | None = None
        self._option: dict[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._add(given)
        elif tag == "a" and "href" in given:
            self.links.append(Link(given.get("id", ""), urljoin(self._url, given["href"])))
        elif tag in ("option", "input", "select", "textarea", "button"):
            self._later.append(partial(self._begin, tag, given))

    def handle_data(self, data: str) -> None:
        self._later.append(partial(self._read_text, data))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("form", "option", "select", "textarea", "button"):
            self._later.append(partial(self._end, tag))

    def read(self, html: str) -> list[Form]:
        """Return the forms: first all of them are found, then their controls, as one may come before its form."""
        self.feed(html)
        self.close()
        for step in self._later:
            step()
        return self.forms

    def _add(self, given: dict[str, str]) -> None:
        form = Form(
            urljoin(self._url, given.get("action") or self._url),
            (given.get("method") or "get").lower(),
            given.get("enctype") or "application/x-www-form-urlencoded",
        )
        self.forms.append(form)
        self._later.append(partial(setattr, self, "_form", form))
        if "id" in given:
            self._by_id[given["id"]] = form

    def _begin(self, tag: str, given: dict[str, str]) -> None:
        if tag == "option":
            self._end_option()
            self._option, self._text = given, []
        elif "disabled" not in given:
            form = self._by_id.get(given["form"]) if "form" in given else self._form
            if form is not None:
                self._control(tag, given, form)

    def _control(self, tag: str, given: dict[str, str], form: Form) -> None:
        name, kind = given.get("name", ""), given.get("type", "text")
        if name:
            form.names.add(name)
        if tag == "button" or kind in ("submit", "image"):
            if tag == "input":
                value = given.get("value", "")
                form.buttons.append(Button(value, name, value, given.get("id", "")))
            elif given.get("type", "submit") != "button":
                self._button, self._text = (form, given), []
            return
        if not name:
            return
        if tag == "select":
            self._select = (form, name)
            form.choices[name] = []
        elif tag == "textarea":
            self._textarea, self._text = (form, name), []
        elif kind in ("checkbox", "radio"):
            value = given.get("value", "on")
            if kind == "checkbox":
                form.boxes[name] = value
            else:
                form.choices.setdefault(name, []).append(value)
            if "checked" in given:
                form.values.append((name, value))
        elif kind != "file":
            form.values.append((name, given.get("value", "")))

    def _read_text(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def _end(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "option":
            self._end_option()
        elif tag == "select" and self._select is not None:
            self._end_select(*self._select)
        elif tag == "textarea" and self._textarea is not None:
            form, name = self._textarea
            form.values.append((name, "".join(self._text or ()).removeprefix("\n")))
            self._textarea = self._text = None
        elif tag == "button" and self._button is not None:
            form, given = self._button
            label = " ".join("".join(self._text or ()).split())
            value = given.get("value", "")
            form.buttons.append(Button(label or value, given.get("name", ""), value, given.get("id", "")))
            self._button = self._text = None

    def _end_option(self) -> None:
        if self._option is not None and self._select is not None:
            form, name = self._select
            value = self._option.get("value", " ".join("".join(self._text or ()).split()))
            form.choices[name].append(value)
            if "selected" in self._option:
                form.values.append((name, value))
        self._option = self._text = None

    def _end_select(self, form: Form, name: str) -> None:
        self._end_option()
        if form.choices[name] and name not in dict(form.values):
            form.values.append((name, form.choices[name][0]))
        self._select = None


def read_forms(html: str, url: str) -> list[Form]:
    """Return the forms of a page in their order; `url` is the page's, for relative actions."""
    return _Reader(url).read(html)


class FormClient:
    """The page that a browser shows, and the links and forms of it. `url` is the page's whole address."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.html = ""

    def exchange(self, method: str, url: str, data: dict[str, list[Any]] | None, enctype: str) -> Answer:
        """Send one request with this browser's cookies."""
        raise NotImplementedError

    def go(
        self, method: str, url: str, data: dict[str, list[Any]] | None = None, enctype: str = ""
    ) -> Answer:
        """Send a request and follow redirects. The client is on that page then. Raises Lost."""
        for _hop in range(MOST_REDIRECTS):
            answer = self.exchange(method, url, data, enctype)
            if answer.status not in REDIRECTS:
                self.url, self.html = url, answer.html
                return answer
            url = urljoin(url, answer.location)
            if answer.status not in (307, 308):
                method, data = "GET", None
        raise Lost(f"more than {MOST_REDIRECTS} redirects, the last to {url}")

    @property
    def token(self) -> str:
        """Return the CSRF token of the page, without reading its forms. Raises Lost."""
        found = _TOKEN.search(self.html)
        if found is None:
            raise Lost(f"{self.url} has no csrf_token: {self.html[:500]!r}")
        return found[1] or found[2]

    def find_form(self, names: Iterable[str], action: str = "") -> Form:
        """Return the page's first form with these fields, and with this path as its action if one is given.

        Raises:
            Lost: there is no such form.
        """
        wanted = set(names)
        forms = read_forms(self.html, self.url)
        for form in forms:
            if wanted <= form.names and (not action or urlsplit(form.action).path == action):
                return form
        offered = [(urlsplit(form.action).path, sorted(form.names)) for form in forms]
        raise Lost(f"{self.url} has no form {action} with {sorted(wanted)}; it has {offered}")

    def fill_and_send(self, entries: dict[str, Any], action: str = "") -> Answer:
        """Fill and send the form with these fields, and follow redirects. Raises Lost."""
        form = self.find_form(entries, action)
        return self.go("POST", form.action, form.fill(entries), form.enctype)

    def press_element(self, element_id: str, path: str = "", entries: dict[str, Any] | None = None) -> Answer:
        """Press the button or link with this id, or the one that leads to ``path``; fill its form in first.

        Raises:
            Lost: the page has no such button or link, or its form has no such field.
        """
        reader = _Reader(self.url)
        forms = reader.read(self.html)
        for link in reader.links:
            is_it = link.id == element_id if element_id else urlsplit(link.url).path == path
            if is_it and not entries:
                return self.go("GET", link.url)
        for form in forms:
            for button in form.buttons:
                if button.id == element_id if element_id else urlsplit(form.action).path == path:
                    pressed = {button.name: [button.value]} if button.name else {}
                    return self.go("POST", form.action, form.fill(entries or {}) | pressed, form.enctype)
        offered = [
            *(button.id for form in forms for button in form.buttons),
            *(link.id for link in reader.links),
        ]
        raise Lost(f"{self.url} has no {element_id or path}; it has {sorted(filter(None, offered))}")


class HttpFormClient(FormClient):
    """A browser of a served site; ``http`` keeps the cookies and knows the site's address."""

    def __init__(self, http: httpx.Client) -> None:
        super().__init__(str(http.base_url))
        self._http = http

    def exchange(self, method: str, url: str, data: dict[str, list[Any]] | None, enctype: str) -> Answer:
        answer = self._http.request(method, url, data=data)
        return Answer(answer.status_code, answer.headers.get("Location", ""), answer.text)
