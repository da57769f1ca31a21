"""The factor of docs/contributing.md, added to the site: set-up, sign-in, backup, removal."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import jinja2
import pytest

from tests.actors import Person
from tests.app_fixture import World
from tests.docs.blocks import Block, blocks
from tests.lint import text_of
from webapp.factors import registry as factors
from webapp.outbound import notice_templates
from webapp.pages.factors import registry as pages

LONGEST = 60
MAILBOX = "letters@example.com"


def block(language: str) -> Block:
    """The block under the heading that is the factor, or its template."""
    found = [each for each in blocks("docs/contributing.md", language) if "letter" in each.text.lower()]
    assert len(found) == 1
    return found[0]


@pytest.fixture
def letter(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The module, with the factor registered as the docs say."""
    module = ModuleType("letter")
    exec(compile(block("python").text, str(block("python")), "exec"), module.__dict__)
    own: Any = module
    monkeypatch.setitem(factors.FACTORS, "letter", own.Letter())
    monkeypatch.setitem(pages.VIEWS, "letter", own.VIEW)
    monkeypatch.setattr(pages, "STEPS", [*pages.STEPS, own.STEP])
    monkeypatch.setitem(notice_templates.METHOD_NAMES, "letter", "letter")
    before = world.site.jinja_env.loader
    template = jinja2.DictLoader({own.STEP.template: block("html").text})
    assert before is not None
    world.site.jinja_env.loader = jinja2.ChoiceLoader([template, before])
    yield own
    world.site.jinja_env.loader = before


def hanako_sets_up(world: World) -> Person:
    """Hanako at the choice of a factor."""
    hanako = world.person("hanako", "en")
    hanako.signs_in()
    hanako.begins_set_up()
    return hanako


def types_letter(person: Person, address: str = MAILBOX) -> None:
    """Give an address where the page offers letters, and the code that comes there."""
    page = person.browser.submit(form="#set-up-letter", email=address)
    assert page.name in ("set_up.verify", "settings.verify") and address in page.text
    assert "Verify the address" in page.text and "Send another letter" in page.text
    person.browser.submit(otpCode=person.reads_code(address))


def kept(person: Person) -> dict[str, str]:
    """The methods on the settings page: kind and text."""
    assert person.page.name == "settings.overview"
    return {row.attrs["data-kind"]: text_of(row) for row in person.page.all("[data-method]")}


def test_own_factor_is_short() -> None:
    lines = [line for each in ("python", "html") for line in block(each).text.splitlines() if line.strip()]
    assert len(lines) < LONGEST, "a factor of its own takes under 60 lines"


def test_own_factor_walks_set_up_sign_in_and_removal(world: World, letter: Any) -> None:
    hanako = hanako_sets_up(world)
    page = hanako.browser.submit(form="#set-up-letter", email="no address")
    assert page.name == "set_up.choose_method" and page.has("#letter-to-error-1")
    types_letter(hanako)
    hanako.finishes_set_up()
    assert list(kept(hanako)) == ["letter"] and f"Letter: {MAILBOX}" in kept(hanako)["letter"]
    assert "letter" in world.phone.mail(hanako.email).body
    hanako.signs_out()

    page = hanako.gives_password()
    assert page.name == "sign_in.code" and "We sent a letter to" in page.text and MAILBOX not in page.text
    assert hanako.gives_code("000000").name == "sign_in.code"
    first = hanako.reads_code(MAILBOX)
    world.clock.advance(60)
    hanako.browser.submit(form='form[action$="/resend"]')
    assert hanako.gives_code(first).name == "sign_in.code", "the earlier letter is no longer good"
    hanako.gives_code(hanako.reads_code(MAILBOX))

    hanako.asks_for_settings()
    hanako.gives_code(hanako.reads_code(MAILBOX))
    hanako.browser.submit(form='form[action$="/add"]')
    hanako.browser.submit(form="#set-up-phone", phoneNumber=hanako.national, channel="sms")
    hanako.browser.submit(otpCode=hanako.reads_code())
    assert list(kept(hanako)) == ["letter", "sms"]
    hanako.browser.follow('[data-kind="letter"] a[href*="/remove"]')
    hanako.browser.submit(form='form[action*="/remove"]')
    assert list(kept(hanako)) == ["sms"]


def test_own_factor_is_a_backup_that_signs_in(world: World, letter: Any) -> None:
    letter.Letter.may_be_preferred = False
    hanako = hanako_sets_up(world)
    assert not hanako.page.has("#set-up-letter"), "it may not be the preferred method"
    hanako.browser.submit(phoneNumber=hanako.national, channel="sms")
    hanako.browser.submit(otpCode=hanako.reads_code())
    types_letter(hanako)
    hanako.finishes_set_up()
    assert list(kept(hanako)) == ["sms", "letter"]
    assert not hanako.page.has('form[action$="/prefer"]')
    letter_id = hanako.page.all('[data-kind="letter"]')[0].attrs["data-method"]
    refused = hanako.browser.post(
        "/a/settings/approval/prefer",
        {"method": letter_id, "csrf_token": hanako.browser.csrf_token},
    )
    assert list(kept(hanako)) == ["sms", "letter"] and refused.has(".notice")
    hanako.browser.follow('[data-kind="sms"] a[href*="/remove"]')
    assert not hanako.page.has('form[action*="/remove"]'), "no other method may be preferred"
    hanako.signs_out()

    hanako.gives_password()
    world.clock.advance(60)
    hanako.browser.follow("#auth-get-new-otp-link")
    choices = {text_of(label): box for label, box in zip(
        hanako.page.all(".choice-name"), hanako.page.all('[name="otpDeviceContext"]'), strict=True)}  # fmt: skip
    chosen = next(box.attrs["value"] for text, box in choices.items() if text.startswith("Letter to"))
    hanako.browser.submit(otpDeviceContext=chosen)
    page = hanako.gives_code(hanako.reads_code(MAILBOX))
    assert page.name == "shop.home"
