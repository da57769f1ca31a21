"""Times and limits in texts follow the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.app_fixture import AppFixture, World
from webapp.config import Config
from webapp.pages.framework.durations import SettingTexts, duration


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> AppFixture:
    """A site whose codes, links and limits differ from the defaults."""
    folder: Path = tmp_path_factory.mktemp("short")
    return AppFixture(folder, code_seconds=120, approval_seconds=3600, send_cap=2, send_cap_seconds=7200)


@pytest.fixture
def world(short: AppFixture) -> World:
    """Return a clean world of that site."""
    return short.fresh()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_mail_of_an_approval_names_the_life_of_its_link(world: World, language: str) -> None:
    world.sql("UPDATE accounts SET language = ?", language)
    hanako = world.person("hanako")
    hanako.signs_in()
    hanako.asks_for_settings()
    mail = world.phone.mail(hanako.email)
    for part in (mail.body, mail.html):
        assert {"ja": "有効期限は1時間", "en": "expires in 1 hour."}[language] in part


@pytest.mark.parametrize("language", ["ja", "en"])
def test_mail_with_a_code_names_its_life(world: World, language: str) -> None:
    world.sql("UPDATE accounts SET language = ?", language)
    browser = world.browser()
    browser.get("/ap/forgotpassword")
    browser.submit(email="hanako@example.com")
    mail = world.phone.mail("hanako@example.com")
    for part in (mail.body, mail.html):
        assert {"ja": "有効期限は2分です", "en": "expires in 2 minutes."}[language] in part


@pytest.mark.parametrize("language", ["ja", "en"])
def test_cap_names_its_window(world: World, language: str) -> None:
    taro = world.person("taro", language)
    for _ in range(3):
        taro.gives_password()
        world.clock.advance(60)
    assert {"ja": "2時間後に再度リクエストできます", "en": "Try again in 2 hours"}[language] in taro.page.text


def test_rules_of_the_tools_name_the_settings(world: World) -> None:
    page = world.browser().get("/sandbox/refusals?lang=en")
    assert "A code expires after 2 minutes, after 5 incorrect attempts" in page.text
    assert "2 codes per account and per number in 2 hours." in page.text
    page = world.browser().get("/sandbox/refusals?lang=ja")
    assert "承認リンクの有効期限は1時間で" in page.text and "間間" not in page.text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 second"), (90, "1 minute 30 seconds"), (600, "10 minutes"), (86400, "24 hours"), (90000, "1 day 1 hour"),
     (2592000, "30 days"), (0, "")],
)  # fmt: skip
def test_duration(world: World, seconds: int, words: str) -> None:
    with world.site.test_request_context("/?lang=en"):
        assert duration(seconds) == words


def test_duration_has_no_space_in_japanese(world: World) -> None:
    with world.site.test_request_context("/?lang=ja"):
        assert duration(5400) == "1時間30分"


@pytest.mark.parametrize(("seconds", "words"), [(1, "Wait 1 second, "), (2, "Wait 2 seconds, ")])
def test_wait_counts_its_seconds(world: World, seconds: int, words: str) -> None:
    with world.site.test_request_context("/?lang=en"):
        macros: Any = world.site.jinja_env.get_template("site/components/notice.html").module
        assert words in macros.wait_left(seconds).striptags()


def test_setting_texts_have_every_setting_and_no_other(world: World) -> None:
    with world.site.test_request_context("/?lang=en"):
        texts = SettingTexts(Config())
        assert dict(texts)["upload_bytes"] == 10 and len(texts) == len(list(texts))
        with pytest.raises(KeyError):
            texts["no_such_setting"]
