"""The demo accounts (docs/screens.md#demo-accounts): each is always in the state of its name."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_private_key

from tests.actors import Person
from tests.app_fixture import World
from tests.authenticator import Authenticator
from tests.flows.test_passkeys import enters
from webapp.sandbox.personas import personas, states


def made(world: World, key: str) -> Person:
    """A persona, made by name, in front of a new browser."""
    personas.seed(world.services, (key,))
    person = world.person("hanako")
    persona = personas.PERSONAS[key]
    person.name, person.email, person.number = persona.name, persona.email, persona.phone or ""
    person.national = "0" + person.number.removeprefix("+81")
    return person


def cookies_of(world: World, key: str) -> dict[str, str]:
    services = world.services
    return personas.PERSONAS[key].browser(services, key)


@pytest.mark.parametrize("key", sorted(personas.PERSONAS))
def test_persona_can_be_made_again_and_again(world: World, key: str) -> None:
    for _ in range(2):
        made = personas.seed(world.services, (key,))
        matches = world.services.hasher.matches
        found = [(account.id, matches(account.password_hash, personas.PASSWORD)) for account in made]
        assert found == ([(key, True)] if personas.PERSONAS[key].registered else [])


def test_persona_trusted_is_asked_in_other_browsers_only(world: World) -> None:
    person = made(world, "trusted")
    assert person.gives_password().name == "sign_in.code"
    other = person.elsewhere()
    [(name, value)] = cookies_of(world, "trusted").items()
    other.browser.client.set_cookie(name, value, domain="localhost")
    assert other.gives_password().name == "shop.home"


def test_persona_throttled_waits_and_gets_in_after(world: World) -> None:
    person = made(world, "throttled")
    person.gives_password()
    code = person.reads_code()
    waiting = person.browser.submit(otpCode=code, expect=429)
    assert 500 < int(waiting.headers["Retry-After"]) <= 512
    world.clock.advance(513)
    assert person.gives_code(code).name == "shop.home"


def test_persona_half_way_is_off_and_can_begin_anew(world: World) -> None:
    person = made(world, "halfway")
    person.signs_in()
    assert person.sets_up_by_sms().state == "on"


def test_persona_kept_turns_it_on_again_by_one_code(world: World) -> None:
    person = made(world, "kept")
    assert person.signs_in().name == "shop.home"
    page = person.begins_set_up()
    assert page.name != "set_up.choose_method"
    person.browser.submit(otpCode=person.reads_code())
    assert person.finishes_set_up().state == "on"


def test_persona_capped_gets_no_more_texts(world: World) -> None:
    person = made(world, "capped")
    page = person.gives_password()
    assert "24時間後に再度リクエストできます" in page.text
    assert not world.phone.messages(to=person.number)


def test_persona_older_signs_in_by_text(world: World) -> None:
    assert made(world, "older").signs_in().name == "shop.home"


def test_persona_passkey_is_the_one_that_everybody_has(world: World) -> None:
    person = made(world, "passkey")
    told = {name: base64.b64decode(value) for name, value in cookies_of(world, "passkey").items()}
    key = load_der_private_key(told["privateKey"], None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert told["credentialId"] == states.PASSKEY_ID
    device = Authenticator(key=key, credential_id=told["credentialId"], handle=told["userHandle"])
    assert enters(person.browser, device).name == "shop.home"
    assert "鍵子" in person.page.text
