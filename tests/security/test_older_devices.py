"""Older devices and the music app: one verifier, no trust, separate cookies (docs/promises.md#25, #45, #52)."""

from __future__ import annotations

import pytest

from tests import lockout
from tests.actors import Person
from tests.app_fixture import World
from tests.flows.test_music import types
from tests.security.tools import rows
from webapp.services import trust as trust_rules
from webapp.store import trust


def test_older_device_uses_a_code_once_s25(taro: Person, jiro: Person) -> None:
    types(taro, taro.password)
    code = taro.reads_code()
    types(taro, taro.password + code)
    again = taro.elsewhere()
    types(again, taro.password)
    assert "花子" not in types(again, taro.password + code).text and again.page.problem
    app = jiro.app_code()
    types(jiro, jiro.password)
    types(jiro, jiro.password + app)
    other = jiro.elsewhere()
    other.gives_password()
    page = other.gives_code(app)
    assert page.name == "sign_in.code" and page.problem  # its step is used up on every path


def test_older_device_cancels_a_reset_too_s55(world: World) -> None:
    sakura = world.person("sakura")
    types(sakura, sakura.password)
    assert lockout.files(world)
    types(sakura, sakura.password + sakura.reads_code())
    assert not lockout.files(world)
    assert [row["state"] for row in rows(world, "flows") if row["kind"] == "recovery"] == ["cancelled"]


def test_older_device_shares_the_counter_of_wrong_codes_s25(jiro: Person) -> None:
    types(jiro, jiro.password)
    for _ in range(3):
        types(jiro, jiro.password + "000000")
    page = types(jiro, jiro.password + "000000", expect=429)
    assert page.headers["Retry-After"]
    elsewhere = jiro.elsewhere()
    elsewhere.gives_password()
    page = elsewhere.browser.submit(otpCode=jiro.app_code(), expect=429)
    assert page.name == "sign_in.code"


def test_older_device_is_never_trusted_s25(taro: Person, world: World) -> None:
    taro.browser.get("/music")
    types(taro, taro.password)
    types(taro, taro.password + taro.reads_code())
    account = lockout.account_of(world, taro)
    with world.services.store.reading() as db:
        assert trust.of_account(db, account.id, account.trust_epoch, world.clock.now()) == []
    for app in ("shop", "music"):
        assert taro.browser.cookie(f"mihon_8000_{trust_rules.cookie_name(account.id, app)}") is None


@pytest.mark.parametrize("app", ["shop", "music"])
def test_older_device_reads_no_trust_s25(taro: Person, world: World, app: str) -> None:
    if app == "shop":
        taro.signs_in(trust=True)
        taro.signs_out()
    else:
        taro.browser.get("/music")
        taro.browser.follow("#music-sign-in")
        taro.browser.submit(email=taro.email)
        taro.browser.submit(password=taro.password)
        taro.gives_code(trust=True)
        taro.browser.press("サインアウト")
    world.clock.advance(60)
    assert types(taro, taro.password).state == "code"


def test_older_device_code_is_good_on_that_device_alone_s25(taro: Person) -> None:
    types(taro, taro.password)
    code = taro.reads_code()
    other = taro.elsewhere()
    assert "パスワードが正しくありません" in types(other, taro.password + code).problem


def test_older_device_flow_dies_after_twelve_minutes_s25(taro: Person, world: World) -> None:
    types(taro, taro.password)
    code = taro.reads_code()
    world.clock.advance(721)
    assert "パスワードが正しくありません" in types(taro, taro.password + code).problem


def test_older_device_hashes_once_a_request(
    taro: Person, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    matches = world.services.hasher.matches

    def counted(stored: str | None, password: str) -> bool:
        hashed.append(password)
        return bool(matches(stored, password))

    monkeypatch.setattr(world.services.hasher, "matches", counted)
    types(taro, taro.password)
    types(taro, taro.password + taro.reads_code())
    assert hashed == [taro.password, taro.password]


def test_music_cookie_opens_nothing_in_the_shop_nor_the_other_way_s45(taro: Person, hanako: Person) -> None:
    hanako.browser.get("/music")
    hanako.browser.follow("#music-sign-in")
    hanako.browser.submit(email=hanako.email)
    hanako.browser.submit(password=hanako.password)
    assert hanako.browser.get("/account").name == "sign_in.identifier"
    assert hanako.browser.cookie("mihon_8000_music")
    headers = hanako.browser.raw("GET", "/music").headers
    assert "mihon_8000_music" not in str(headers)
    other = hanako.elsewhere()
    other.signs_in()
    assert other.browser.get("/music").state == "out"


def test_trust_of_the_music_app_rotates_and_a_copy_kills_it_s52(taro: Person, world: World) -> None:
    def signs_in() -> str:
        taro.browser.get("/music")
        if taro.page.state == "in":
            taro.browser.press("サインアウト")
        taro.browser.get("/music/ap/signin")
        taro.browser.submit(email=taro.email)
        return taro.browser.submit(password=taro.password).name

    signs_in()
    taro.gives_code(trust=True)
    name = f"mihon_8000_{trust_rules.cookie_name('taro', 'music')}"
    first = taro.browser.cookie(name) or ""
    assert signs_in() == "music.home"
    assert taro.browser.cookie(name) != first
    taro.browser.client.set_cookie(name, first, domain="localhost")
    world.clock.advance(60)
    assert signs_in() == "music.sign_in.code"
    assert "コードの入力を省略する設定を解除" in world.phone.mail(taro.email).subject
