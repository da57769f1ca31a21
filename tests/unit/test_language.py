"""How a page's language is chosen, and the format of times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_login import LoginManager

from tests.unit import little_site
from webapp.pages.framework import language
from webapp.store.engine import Busy

NOON = 1_795_312_800.0  # 2026-11-22 02:00 UTC


class Customer:
    is_authenticated = True
    is_active = True
    is_anonymous = False
    language = "en"
    time_zone = "Europe/London"

    def get_id(self) -> str:
        return "1"


def signed_in(load: Callable[[str], Any] = lambda _id: Customer()) -> FlaskClient:
    app = little_site.make()
    manager = LoginManager(app)
    manager.user_loader(load)
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = "1"
        session["_fresh"] = True
    return client


def test_language_is_japanese_where_nothing_tells() -> None:
    assert little_site.make().test_client().get("/page").get_json()["language"] == "ja"
    assert little_site.make(language="en").test_client().get("/page").get_json()["language"] == "en"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("en-US,en;q=0.9,ja;q=0.5", "en"),
        ("ja,en;q=0.5", "ja"),
        ("fr", "ja"),
        ("fr,en;q=0.1", "en"),
        ("ja-JP,en;q=0.1", "ja"),
        ("en-GB,ja;q=0.9", "en"),
        ("en;q=0.1,ja-JP;q=0.2", "ja"),
        ("EN-us-x-private", "en"),
        ("en;q=0", "ja"),
        ("*,en;q=0.5", "en"),
        ("fr,*;q=0.5", "ja"),
        ("english", "ja"),
        ("%%%", "ja"),
    ],
)
def test_language_of_the_browser(header: str, expected: str) -> None:
    answer = little_site.make().test_client().get("/page", headers={"Accept-Language": header})
    assert answer.get_json()["language"] == expected


def test_language_of_the_account_goes_before_the_browsers() -> None:
    client = signed_in()
    assert client.get("/page", headers={"Accept-Language": "ja"}).get_json()["language"] == "en"


def test_language_of_a_choice_that_nobody_made_is_the_browsers() -> None:
    class Newcomer(Customer):
        language = None  # type: ignore[assignment]

    client = signed_in(lambda _id: Newcomer())
    assert client.get("/page", headers={"Accept-Language": "en"}).get_json()["language"] == "en"
    assert client.get("/page", headers={"Accept-Language": "ja"}).get_json()["language"] == "ja"


def test_language_of_the_cookie_goes_before_the_accounts() -> None:
    client = signed_in()
    client.set_cookie("mihon_8000_lang", "ja")
    assert client.get("/page").get_json()["language"] == "ja"


def test_language_asked_for_goes_first_and_is_remembered() -> None:
    client = little_site.make().test_client()
    client.set_cookie("mihon_8000_lang", "ja")
    asked = client.get("/page?lang=en")
    assert asked.get_json()["language"] == "en"
    assert client.get("/page").get_json()["language"] == "en"


@pytest.mark.parametrize("asked", ["fr", "", "en_US", "../en", "EN"])
def test_language_that_is_not_ours_is_not_remembered(asked: str) -> None:
    answer = little_site.make().test_client().get("/page", query_string={"lang": asked})
    assert answer.get_json()["language"] == "ja"
    assert not any("mihon_8000_lang" in cookie for cookie in answer.headers.getlist("Set-Cookie"))


def test_language_comes_out_though_the_account_cannot_be_asked() -> None:
    def broken(_id: str) -> None:
        raise Busy("locked")

    client = signed_in(broken)
    assert client.get("/page", headers={"Accept-Language": "en"}).get_json()["language"] == "en"


@pytest.mark.parametrize(
    ("asked", "zone", "written"),
    [
        ("ja", None, "2026年11月22日 11:00 JST"),
        ("en", None, "22 Nov 2026, 11:00 JST"),
        ("ja", "UTC", "2026年11月22日 2:00 UTC"),
        ("en", "no/where", "22 Nov 2026, 11:00 JST"),
    ],
)
def test_moment_names_its_zone(asked: str, zone: str | None, written: str) -> None:
    with little_site.make().test_request_context(f"/page?lang={asked}"):
        assert language.moment(NOON, zone) == written


def test_moment_is_in_the_accounts_zone() -> None:
    app = little_site.make(lambda: language.moment(NOON))
    LoginManager(app).user_loader(lambda _id: Customer())
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = "1"
    assert client.get("/page").text == "22 Nov 2026, 02:00 GMT"


def test_moment_written_in_a_template_is_in_the_readers_language() -> None:
    app = little_site.make()
    with app.test_request_context("/page?lang=ja"):
        template = app.jinja_env.from_string(f"{{{{ {NOON}|moment }}}}")
        assert template.render() == "2026年11月22日 11:00 JST"
    with app.test_request_context("/page?lang=en"):
        assert template.render() == "22 Nov 2026, 11:00 JST"


@pytest.mark.parametrize(("asked", "written"), [("ja", "2026年11月22日"), ("en", "22 Nov 2026")])
def test_day_is_written_as_in_a_moment(asked: str, written: str) -> None:
    with little_site.make().test_request_context(f"/page?lang={asked}"):
        assert language.day(date(2026, 11, 22)) == written
        assert language.moment(NOON).startswith(written)
