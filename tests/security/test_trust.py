"""Trusted browsers (docs/promises.md#50 to #53, #89)."""

from __future__ import annotations

import pytest

from tests.actors import Person
from tests.app_fixture import World
from tests.flows.test_music import to_music
from tests.security.tools import is_signed_in, rows, texts
from webapp.services.trust import GRACE_SECONDS, cookie_name

TARO, JIRO = f"mihon_8000_{cookie_name('taro', 'shop')}", f"mihon_8000_{cookie_name('jiro', 'shop')}"
MUSIC = f"mihon_8000_{cookie_name('taro', 'music')}"
DAY = 86_400
SINCE = 31  # seconds that a trusted browser has been one when a test gets it: another code may leave


@pytest.fixture
def trusted(world: World, taro: Person) -> Person:
    """Taro in a browser that is trusted, signed out again."""
    taro.signs_in(trust=True)
    taro.signs_out()
    world.clock.advance(SINCE)
    return taro


def cookie(person: Person, name: str = TARO) -> str:
    value = person.browser.cookie(name)
    assert value is not None
    return value


def give(person: Person, value: str, name: str = TARO) -> None:
    """Put a trust cookie into somebody's browser."""
    person.browser.client.set_cookie(name, value, domain="localhost")


def is_asked(person: Person) -> bool:
    """Whether the password alone leads to the question for a code."""
    page = person.gives_password()
    assert page.name in ("sign_in.code", "shop.home")
    return page.name == "sign_in.code"


def test_trusted_browser_is_not_asked_and_another_is_s50(trusted: Person) -> None:
    assert not is_asked(trusted)
    assert is_signed_in(trusted.browser)
    assert is_asked(trusted.elsewhere())


def test_cookie_alone_is_nothing_s50(trusted: Person) -> None:
    thief = trusted.elsewhere()
    give(thief, cookie(trusted))
    assert not is_signed_in(thief.browser)
    thief.gives_name()
    assert thief.browser.submit(password="wrong").name != "shop.home"
    assert not is_signed_in(thief.browser)


def test_cookie_of_one_app_does_nothing_for_the_other_s50(trusted: Person) -> None:
    give(trusted, cookie(trusted), MUSIC)
    assert to_music(trusted).name == "music.sign_in.code"


def test_cookie_of_one_account_does_nothing_for_another_s50(trusted: Person, jiro: Person) -> None:
    give(jiro, cookie(trusted), JIRO)
    give(jiro, cookie(trusted), TARO)
    assert is_asked(jiro)


@pytest.mark.parametrize("value", ["", ":", "x", "x:y", "a" * 3000, "%00:%00", "é:é"])
def test_forged_cookie_is_nothing_s50(world: World, taro: Person, value: str) -> None:
    give(taro, value)
    assert is_asked(taro)


def test_cookie_is_kept_as_hashes_s51(world: World, trusted: Person) -> None:
    series, _, token = cookie(trusted).partition(":")
    (row,) = rows(world, "trusted")
    assert len(series) >= 22
    assert len(token) >= 22
    assert not any(secret in str(value) for value in row.values() for secret in (series, token))


@pytest.mark.parametrize(("age", "asked"), [(30 * DAY - 1, False), (30 * DAY, True)])
@pytest.mark.usefixtures("still")
def test_trust_ends_after_thirty_days_s51(world: World, trusted: Person, age: int, asked: bool) -> None:
    world.clock.advance(age - SINCE - 1)
    trusted.browser.get("/")  # maintenance has its turn: what has just ended is still there
    world.clock.advance(1)
    assert is_asked(trusted) is asked


def open_settings(world: World, person: Person) -> None:
    person.signs_in()
    world.clock.advance(31)
    assert person.opens_settings().name == "settings.overview"


def test_one_browser_is_revoked_s51(world: World, trusted: Person) -> None:
    second = trusted.elsewhere()
    second.signs_in(trust=True)
    second.signs_out()
    world.clock.advance(31)
    owner = trusted.elsewhere()
    open_settings(world, owner)
    forms = [form for form in owner.page.forms() if "trust" in form.names]
    assert len(forms) == 2
    newest, oldest = (dict(form.values)["trust"] for form in forms)
    owner.browser.post(
        "/a/settings/approval/trusted/revoke", {"csrf_token": owner.browser.csrf_token, "trust": oldest}
    )
    world.clock.advance(31)
    assert is_asked(trusted)
    assert not is_asked(second)
    assert newest != oldest


def test_all_browsers_are_revoked_s51(world: World, trusted: Person) -> None:
    owner = trusted.elsewhere()
    open_settings(world, owner)
    owner.browser.submit(form='form[action="/a/settings/approval/trusted/revoke-all"]')
    assert rows(world, "trusted") == []
    world.clock.advance(31)
    assert is_asked(trusted)
    assert "すべて" in texts(world, trusted.email, "mail")[0].subject


def test_nobody_revokes_for_another_s51(world: World, trusted: Person, jiro: Person) -> None:
    (row,) = rows(world, "trusted")
    jiro.signs_in()
    world.clock.advance(60)
    jiro.opens_settings()
    jiro.browser.get("/account")
    jiro.browser.post(
        "/a/settings/approval/trusted/revoke", {"csrf_token": jiro.browser.csrf_token, "trust": row["id"]}
    )
    assert not is_asked(trusted)


def test_cookie_changes_at_each_use_s52(world: World, trusted: Person) -> None:
    seen = {cookie(trusted)}
    for _ in range(3):
        assert not is_asked(trusted)
        trusted.signs_out()
        seen.add(cookie(trusted))
    assert len(seen) == 4
    assert len({value.partition(":")[0] for value in seen}) == 1


def test_copied_old_value_kills_the_series_and_is_told_s52(world: World, trusted: Person) -> None:
    copied = cookie(trusted)
    assert not is_asked(trusted)
    trusted.signs_out()
    world.clock.advance(GRACE_SECONDS)
    thief = trusted.elsewhere()
    give(thief, copied)
    mails = len(texts(world, trusted.email, "mail"))
    assert is_asked(thief)
    assert rows(world, "trusted") == []
    told, *before = texts(world, trusted.email, "mail")
    assert len(before) == mails
    assert "コードの入力を省略する設定を解除" in told.subject
    world.clock.advance(31)
    assert is_asked(trusted)
    assert "trust.copied" in [row["kind"] for row in rows(world, "events")]


def test_trusted_browser_is_still_asked_for_settings_s53(world: World, trusted: Person) -> None:
    assert not is_asked(trusted)
    assert trusted.browser.raw("GET", "/a/settings/approval").status_code == 303
    assert trusted.asks_for_settings().name == "sign_in.code"


def uses(person: Person) -> str:
    """Sign in without a code and out again. Return the cookie that was used."""
    used = cookie(person)
    assert not is_asked(person)
    person.signs_out()
    return used


def is_copied(world: World) -> bool:
    """Whether the site noticed a copy. Then it trusts the browser no longer."""
    kinds = [row["kind"] for row in rows(world, "events")]
    assert ("trust.copied" in kinds) is (rows(world, "trusted") == [])
    return "trust.copied" in kinds


@pytest.mark.usefixtures("still")
@pytest.mark.parametrize(("seconds", "lost"), [(0, False), (59, False), (60, True)])
def test_trust_survives_an_answer_that_was_lost_s89(
    world: World, trusted: Person, seconds: int, lost: bool
) -> None:
    used = uses(trusted)
    current = cookie(trusted)
    give(trusted, used)
    world.clock.advance(seconds)
    assert is_asked(trusted) is lost
    assert is_copied(world) is lost
    if not lost:
        assert cookie(trusted) == current
        trusted.signs_out()
        world.clock.advance(DAY)
        assert not is_asked(trusted)


def test_trust_survives_two_requests_at_once_s89(world: World, trusted: Person) -> None:
    tabs = [trusted, trusted.elsewhere()]
    give(tabs[1], cookie(trusted))
    assert [is_asked(tab) for tab in tabs] == [False, False]
    assert cookie(tabs[0]) == cookie(tabs[1])
    assert not is_copied(world)


@pytest.mark.usefixtures("still")
def test_last_token_is_valid_from_its_first_use_only_s89(world: World, trusted: Person) -> None:
    used = uses(trusted)
    for asked in (False, True):
        world.clock.advance(GRACE_SECONDS // 2)
        give(trusted, used)
        assert is_asked(trusted) is asked
        if not asked:
            trusted.signs_out()
    assert is_copied(world)


@pytest.mark.parametrize("forged", [None, "invented"])
def test_older_and_invented_tokens_are_copies_at_once_s89(
    world: World, trusted: Person, forged: str | None
) -> None:
    oldest = uses(trusted)
    uses(trusted)
    give(trusted, oldest if forged is None else f"{oldest.partition(':')[0]}:{forged}")
    assert is_asked(trusted)
    assert is_copied(world)
