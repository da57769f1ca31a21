"""What a passkey's answer must prove, by crafted answers (docs/promises.md#64, #90)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.actors import Person
from tests.app_fixture import World
from tests.authenticator import PRESENT, Authenticator, text
from tests.flows.test_passkeys import enters, options, registers
from tests.lockout import begins, begins_review, decides, file, reviewer, sends
from tests.security.tools import rows
from tests.security.tools import sends as posts
from webapp.store import passkeys

OPTIONS = "/ap/passkey/options"


@pytest.fixture
def device(hanako: Person) -> Authenticator:
    """Hanako's registered device."""
    hanako.signs_in()
    device = Authenticator()
    registers(hanako, device)
    return device


def test_passkey_replayed_answer_is_refused_s64(hanako: Person, device: Authenticator) -> None:
    device.counts = False  # a counter that stands still protects nothing: the challenge must
    thief = hanako.elsewhere().browser
    thief.get("/ap/signin")
    answer = device.answer(options(thief, OPTIONS))
    assert thief.submit(credential=answer).name == "shop.home"
    thief.get("/account")
    thief.press("サインアウト")
    thief.get("/ap/signin")
    assert thief.submit(credential=answer).name == "sign_in.identifier"
    options(thief, OPTIONS)
    assert thief.submit(credential=answer).name == "sign_in.identifier"


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:9999"},
        {"flags": PRESENT},
        {"challenge": text(bytes(32))},
        {"handle": bytes(32)},
    ],
    ids=["other origin", "other port", "person not verified", "other challenge", "another's handle"],
)
def test_passkey_lying_answer_is_refused_s64(
    hanako: Person, device: Authenticator, lie: dict[str, Any]
) -> None:
    other = hanako.elsewhere().browser
    assert enters(other, device, **lie).name == "sign_in.identifier"
    assert enters(other, device).name == "shop.home"


def test_passkey_wrong_answer_uses_the_challenge_up_s64(hanako: Person, device: Authenticator) -> None:
    other = hanako.elsewhere().browser
    other.get("/ap/signin")
    asked = options(other, OPTIONS)
    other.submit(credential=device.answer(asked, origin="https://evil.example"))
    assert other.submit(credential=device.answer(asked)).name == "sign_in.identifier"


def test_passkey_falling_counter_is_refused_s64(hanako: Person, device: Authenticator) -> None:
    assert enters(hanako.elsewhere().browser, device).name == "shop.home"
    device.count = 0
    assert enters(hanako.elsewhere().browser, device).name == "sign_in.identifier"


def test_passkey_of_another_account_opens_nothing_s64(
    world: World, device: Authenticator, taro: Person
) -> None:
    taro.signs_in()
    taro.browser.get("/ap/cvf/confirm")
    own = Authenticator()
    registers(taro, own)
    world.clock.advance(901)
    taro.browser.get("/a/settings/approval")
    asked = options(taro.browser, "/ap/cvf/passkey/options", return_to="/a/settings/approval")
    assert taro.browser.submit(credential=device.answer(asked)).name == "step_up.confirm"


def test_passkey_step_up_answer_does_not_sign_in_s64(hanako: Person, device: Authenticator) -> None:
    asked = options(hanako.browser, "/ap/cvf/passkey/options")
    thief = hanako.elsewhere().browser
    thief.get("/ap/signin")
    options(thief, OPTIONS)
    assert thief.submit(credential=device.answer(asked)).name == "sign_in.identifier"


def test_passkey_step_up_is_no_sign_in_in_its_own_browser_either_s64(
    world: World, hanako: Person, device: Authenticator
) -> None:
    before = rows(world, "sessions")
    answer = device.answer(options(hanako.browser, "/ap/cvf/passkey/options"))
    refused = posts(hanako.browser, "/ap/passkey", credential=answer)
    assert (refused.status_code, refused.headers["Location"]) == (303, "/ap/signin")
    assert rows(world, "sessions") == before


def test_passkey_counter_is_won_once_s64(world: World, device: Authenticator) -> None:
    """Two answers that were both looked at before either was written down."""
    store = world.services.store
    with store.writing() as db:
        (passkey,) = passkeys.of_account(db, "hanako")
        uses = [passkeys.use(db, passkey, passkey.sign_count + more, 0.0) for more in (1, 2)]
    assert uses == [True, False]


@pytest.mark.parametrize(
    "rubbish",
    ["", "[]", "{", "{}", '{"rawId": "%%%"}', '{"rawId": 5, "response": []}', "x" * 30000, "[" * 20000],
)
def test_passkey_rubbish_is_refused_politely_s64(hanako: Person, device: Authenticator, rubbish: str) -> None:
    thief = hanako.elsewhere().browser
    thief.get("/ap/signin")
    options(thief, OPTIONS)
    assert thief.submit(credential=rubbish).name == "sign_in.identifier"


def test_passkey_made_elsewhere_or_unverified_is_not_kept_s64(hanako: Person) -> None:
    hanako.signs_in()
    hanako.opens_settings()
    for lie in ({"origin": "https://evil.example"}, {"flags": PRESENT}):
        hanako.browser.get("/account/security/passkeys")
        asked = options(hanako.browser, "/account/security/passkeys/options")
        page = hanako.browser.submit(credential=Authenticator().make(asked, **lie), name="x")
        assert not page.all("[data-passkey]")


def test_passkeys_stay_when_two_step_is_turned_off_s64(
    world: World, hanako: Person, device: Authenticator
) -> None:
    hanako.sets_up_by_sms()
    hanako.browser.get("/a/settings/approval/disable")
    hanako.browser.press("無効にする")
    assert enters(hanako.elsewhere().browser, device).name == "shop.home"


def test_passkey_sign_in_cancels_a_reset_s55(world: World, hanako: Person, device: Authenticator) -> None:
    hanako.sets_up_by_sms()
    locked_out = hanako.elsewhere()
    begins(locked_out)
    sends(locked_out, file())
    assert enters(hanako.elsewhere().browser, device).name == "shop.home"
    cases = [
        row for row in rows(world, "flows") if row["account_id"] == "hanako" and row["kind"] == "recovery"
    ]
    assert [row["state"] for row in cases] == ["cancelled"]


def test_passkeys_go_with_a_completed_reset_and_the_owner_is_told_s64(
    world: World, hanako: Person, device: Authenticator
) -> None:
    hanako.sets_up_by_sms()
    locked_out = hanako.elsewhere()
    begins(locked_out)
    sends(locked_out, file())
    at_desk = reviewer(world)
    begins_review(at_desk, "花子")
    decides(at_desk, "approve")
    assert enters(hanako.elsewhere().browser, device).name == "sign_in.identifier"
    subjects = [mail.subject for mail in world.phone.messages(to=hanako.email)]
    assert any("パスキーを削除しました" in subject for subject in subjects)


@pytest.mark.parametrize("first", [0, 1])
def test_passkey_dialogs_of_two_tabs_each_end_well_s90(
    world: World, hanako: Person, device: Authenticator, first: int
) -> None:
    browser = hanako.elsewhere().browser
    browser.get("/ap/signin")
    tabs = [options(browser, OPTIONS, return_to=f"/account?tab={number}") for number in (0, 1)]
    for number in (first, 1 - first):
        signed_in = posts(browser, "/ap/passkey", credential=device.answer(tabs[number]))
        browser.get("/account")
        assert signed_in.headers["Location"] == f"/account?tab={number}"


def test_passkey_wrong_answer_in_one_tab_leaves_the_other_s90(hanako: Person, device: Authenticator) -> None:
    browser = hanako.elsewhere().browser
    browser.get("/ap/signin")
    wrong, right = options(browser, OPTIONS), options(browser, OPTIONS)
    assert browser.submit(credential=device.answer(wrong, handle=bytes(32))).name == "sign_in.identifier"
    assert browser.submit(credential="{}").name == "sign_in.identifier"
    assert browser.submit(credential=device.answer(right)).name == "shop.home"


def test_passkeys_are_made_in_two_tabs_s90(hanako: Person) -> None:
    hanako.signs_in()
    hanako.opens_settings()
    hanako.browser.get("/account/security/passkeys")
    tabs = [options(hanako.browser, "/account/security/passkeys/options") for _ in range(2)]
    for number, asked in enumerate(tabs, 1):
        page = hanako.browser.submit(credential=Authenticator().make(asked), name=f"tab {number}")
        assert len(page.all("[data-passkey]")) == number


def test_passkey_challenge_of_another_browser_finds_nothing_s90(
    world: World, hanako: Person, device: Authenticator
) -> None:
    one, other = hanako.elsewhere().browser, hanako.elsewhere().browser
    for browser in (one, other):
        browser.get("/ap/signin")
    asked = options(one, OPTIONS)
    assert other.submit(credential=device.answer(asked)).name == "sign_in.identifier"
    assert one.submit(credential=device.answer(asked)).name == "shop.home"
