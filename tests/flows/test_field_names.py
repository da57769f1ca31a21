"""A client that knows nothing of this site but the original's field names gets in (docs/screens.md#pages).

It sends whatever form has the field, with the hidden fields that the form carries: as page objects and
scrapers written for the original do.
"""

from __future__ import annotations

from urllib.parse import urljoin

import httpx
from flask import Flask

from tests.actors import PASSWORD, Person
from tests.app_fixture import SITE_URL, World
from webapp.sandbox.form_client import HttpFormClient, read_forms


class FieldClient(HttpFormClient):
    """Fills the one form that has a field of this name, wherever it is, and follows where it leads."""

    def __init__(self, app: Flask) -> None:
        super().__init__(httpx.Client(transport=httpx.WSGITransport(app=app), base_url=SITE_URL))

    def open(self, path: str) -> None:
        """Fetch a page."""
        self.go("GET", urljoin(self.url, path))

    def fill(self, field: str, value: str | None = None, **others: str) -> None:
        """Send `field` with a value (None: the first that the page offers) and what the form hides."""
        form = self.find_form([field])
        given = form.choices[field][0] if value is None else value
        self.go("POST", form.action, form.fill({field: given, **others}))

    def has(self, field: str) -> bool:
        """Whether some form of the page has this field."""
        return any(field in form.names for form in read_forms(self.html, self.url))


def test_field_names_alone_sign_jiro_in(world: World, jiro: Person) -> None:
    client = FieldClient(world.site)
    client.open("/ap/signin")
    client.fill("email", "jiro@example.com")
    client.fill("password", PASSWORD)
    assert client.has("otpCode") and client.has("rememberDevice")
    client.fill("otpCode", jiro.app_code())
    assert "次郎さん" in client.html and not client.has("otpCode")


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
    assert "太郎さん" in client.html


def test_button_says_send_only_for_what_is_sent(world: World, language: str) -> None:
    jiro = world.person("jiro", language)
    jiro.gives_password()
    page = jiro.browser.follow("#auth-get-new-otp-link")
    send, use = (
        ("コードを送信", "アプリのコードを入力")
        if language == "ja"
        else ("Send code", "Enter the app's code")
    )
    assert page.one("#auth-send-code .if-sent").to_text() == send
    assert page.one("#auth-send-code .if-unsent").to_text() == use
    unsent = [radio.attrs["value"] for radio in page.all("[data-unsent]")]
    assert len(unsent) == 1 and len(page.all('[name="otpDeviceContext"]')) == 2
