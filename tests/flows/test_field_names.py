"""A client that knows nothing of this site but the original's field names gets in (docs/screens.md#pages).

It sends whatever form has the field, with the hidden fields that the form carries: as page objects and
scrapers written for the original do.
"""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urljoin

from flask import Flask

from tests.app_fixture import SITE_URL, World
from tests.people import PASSWORD, Person


class Forms(HTMLParser):
    """The forms of a page: where each leads, and the fields and first values in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, list[str]]]] = []
        self._is_open = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note forms and their inputs."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((given.get("action", ""), {}))
            self._is_open = True
        elif tag == "input" and self._is_open and given.get("name"):
            self.found[-1][1].setdefault(given["name"], []).append(given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        """What comes after a form is not in it."""
        if tag == "form":
            self._is_open = False


class FieldClient:
    """Fills the one form that has a field of this name, wherever it is, and follows where it leads."""

    def __init__(self, app: Flask) -> None:
        self._client = app.test_client()
        self.url, self.page = "", ""

    def open(self, path: str) -> None:
        """Fetch a page."""
        self._take("GET", path, {})

    def fill(self, field: str, value: str | None = None, **others: str) -> None:
        """Send `field` with a value (None: the first that the page offers) and what the form hides."""
        action, fields = next(
            (action, fields) for action, fields in Forms(self.page).found if field in fields
        )
        hidden = {name: values[0] for name, values in fields.items() if name == "csrf_token" or values[0]}
        self._take("POST", action, {**hidden, field: fields[field][0] if value is None else value, **others})

    def has(self, field: str) -> bool:
        """Whether some form of the page has this field."""
        return any(field in fields for _action, fields in Forms(self.page).found)

    def _take(self, method: str, path: str, data: dict[str, str]) -> None:
        self.url = urljoin(self.url or SITE_URL, path)
        answer = self._client.open(
            self.url.removeprefix(SITE_URL),
            method=method,
            data=data,
            base_url=SITE_URL,
            follow_redirects=True,
        )
        self.page, self.url = answer.text, answer.request.url


def test_field_names_alone_sign_jiro_in(world: World, jiro: Person) -> None:
    client = FieldClient(world.site)
    client.open("/ap/signin")
    client.fill("email", "jiro@example.com")
    client.fill("password", PASSWORD)
    assert client.has("otpCode") and client.has("rememberDevice")
    client.fill("otpCode", jiro.app_code())
    assert "次郎さん" in client.page and not client.has("otpCode")


def test_field_names_alone_sign_taro_in_by_a_way_chosen(world: World, taro: Person) -> None:
    client = FieldClient(world.site)
    client.open("/ap/signin")
    client.fill("email", "080-1234-5678")
    client.fill("password", PASSWORD)
    world.clock.advance(31)
    client.open("/ap/mfa/new-otp")
    taro.reads_code()
    client.fill("otpDeviceContext")
    client.fill("otpCode", taro.reads_code(), rememberDevice="true")
    assert "太郎さん" in client.page
