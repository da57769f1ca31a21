"""Personas: one click or one call puts a browser into any of their states, always the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.app_fixture import AppFixture, World
from tests.assertions import not_empty
from tests.form_client import Browser, Page
from webapp.flows import sign_in
from webapp.flows.state_machine import BEGIN, StateMachine
from webapp.flows.state_machines import all_machines
from webapp.sandbox.personas.personas import MAIN, PASSWORD, PERSONAS, STEPS

LANDS = {
    "hanako": "account.services",
    "taro": "account.services",
    "jiro": "account.services",
    "sakura": "recovery.case",
    "desk": "desk.queue",
    "trusted": "sign_in.identifier",
    "throttled": "sign_in.code",
    "halfway": "set_up.verify",
    "kept": "account.services",
    "capped": "sign_in.another_way",
    "older": "older_device.sign_in",
    "passkey": "sign_in.identifier",
}


def take_on(browser: Browser, key: str) -> Page:
    """Press the persona's button."""
    browser.get("/sandbox/personas")
    return browser.submit(form=f'form[action="/sandbox/personas/{key}"]')


def asked(world: World, name: str, **body: Any) -> tuple[FlaskClient, dict[str, Any]]:
    """A new client that asked to be this persona, and what it was told."""
    client = world.site.test_client()
    answer = client.post("/sandbox/api/personas", json={"name": name, **body})
    assert answer.status_code == 201, answer.text
    return client, answer.get_json()


@pytest.mark.parametrize(
    ("language", "name", "reason"),
    [("ja", "葵", "氏名の部分が読み取れません。"), ("en", "Aoi 葵", "The name can't be read.")],
)
def test_persona_is_in_the_language_of_the_page(world: World, language: str, name: str, reason: str) -> None:
    browser = world.browser(language)
    assert name in browser.get("/sandbox/personas").one("#persona-wanted").to_text()
    assert reason in take_on(browser, "wanted").text


@pytest.mark.parametrize("language", ["ja", "en"])
def test_people_page_shows_everybody_and_what_one_needs(world: World, language: str) -> None:
    page = world.browser(language).get("/sandbox/personas")
    for persona in not_empty(PERSONAS.values()):
        assert page.all(f"#persona-{persona.key}"), persona.key
        assert persona.name in page.text
    for told in (
        PASSWORD,
        "hanako@example.com",
        "080-1234-5678",
        "MIHO NDEM",
        "mihon-demo-series",
        "privateKey",
    ):
        assert told in page.text, told


@pytest.mark.parametrize("key", sorted(LANDS))
def test_people_land_where_their_state_shows(world: World, key: str) -> None:
    browser = world.browser()
    for _ in range(2):
        assert take_on(browser, key).name == LANDS[key]


@pytest.mark.parametrize("persona", STEPS, ids=lambda persona: persona.key)
def test_people_at_a_step_are_in_the_state_that_they_name(world: World, persona: Any) -> None:
    ((kind, state),) = persona.starts
    table: StateMachine = next(table for table in all_machines() if table.kind == kind)
    browser = world.browser()
    for _ in range(2):
        page = take_on(browser, persona.key)
        shown = "off" if kind == "turn_off" else state  # that page tells what became of it
        assert (page.name, page.state) == (table.pages[state], shown)


def test_people_start_in_states_that_there_are() -> None:
    states = {table.kind: {BEGIN, *(move.target for move in table.transitions)} for table in all_machines()}
    starts = [(*start, persona.key) for persona in PERSONAS.values() for start in persona.starts]
    for kind, state, key in not_empty(starts):
        assert state in states[kind], (key, kind, state)


def test_people_start_in_every_state_that_waits_for_somebody() -> None:
    reached = {start for persona in PERSONAS.values() for start in persona.starts}
    fleeting = {("approval", "used"), ("passkey", "asked"), ("passkey_registration", "asked")}
    states = {
        (table.kind, move.target)
        for table in all_machines()
        for move in table.transitions
        if move.target not in table.ends
    }
    assert states - reached == fleeting


def test_people_are_the_states_that_the_product_promises() -> None:
    assert [persona.key for persona in MAIN] == [
        "hanako", "taro", "jiro", "sakura", "desk", "trusted", "throttled", "halfway", "kept", "capped", "older",
        "passkey",
    ]  # fmt: skip
    phones = [persona.phone for persona in PERSONAS.values() if persona.phone]
    assert len(phones) == len(set(phones))


def test_take_on_somebody_else_signs_the_former_out(world: World) -> None:
    taro = world.browser()
    take_on(taro, "taro")
    session = taro.client.get_cookie("session") or taro.client.get_cookie("mihon_8000_session")
    assert session is not None
    old = session.value
    take_on(taro, "hanako")
    assert "花子" in taro.get("/").text
    thief = world.site.test_client()
    thief.set_cookie(session.key, old)
    assert thief.get("/account").status_code == 303


def test_take_on_signs_the_music_app_out_too(world: World) -> None:
    hanako = world.person("hanako")
    hanako.browser.get("/music/ap/signin")
    hanako.browser.submit(email=hanako.email)
    hanako.browser.submit(password=hanako.password)
    assert hanako.browser.get("/music").state == "in"
    take_on(hanako.browser, "taro")
    assert hanako.browser.get("/music").state == "out"


def test_take_on_goes_where_the_form_says_and_nowhere_else(world: World) -> None:
    browser = world.browser()
    browser.get("/sandbox/personas")
    for wanted, there in (
        ("/sandbox/map?flow=sign_in", "/sandbox/map?flow=sign_in"),
        ("//evil.example", "/account"),
    ):
        browser.get("/sandbox/personas")
        token = browser.csrf_token
        answer = browser.raw("POST", "/sandbox/personas/taro", data={"csrf_token": token, "next": wanted})
        assert answer.headers["Location"] == there
    nobody = browser.raw("POST", "/sandbox/personas/nobody", data={"csrf_token": token})
    assert nobody.status_code == 400


def test_trusted_needs_no_code_here(world: World) -> None:
    browser = world.browser()
    take_on(browser, "trusted")
    assert browser.submit(password=PASSWORD).name == "shop.home"


def test_throttled_is_told_the_wait_and_gets_in_after(world: World) -> None:
    browser = world.browser()
    page = take_on(browser, "throttled")
    told = re.search(r"(5\d\d) ?秒", page.text)
    assert told and 500 < int(told[1]) <= 512
    code = world.phone.wait_for_code("+819011110002")
    assert browser.submit(otpCode=code, expect=429).name == "sign_in.code"
    world.clock.advance(513)
    assert browser.submit(otpCode=code).name == "shop.home"


def test_halfway_goes_on_in_this_browser(world: World) -> None:
    browser = world.browser()
    take_on(browser, "halfway")
    page = browser.submit(otpCode=world.phone.wait_for_code("+819011110003"))
    assert page.name == "set_up.backup"


def test_people_made_anew_have_their_codes_for_a_forgotten_password_again(
    apps_with: Callable[..., AppFixture],
) -> None:
    world = apps_with(send_cap=1).fresh()
    for typed in ("hanako@example.com", "090-1234-5678"):
        for is_anew in (False, True):
            if is_anew:
                take_on(world.browser(), "hanako")
            told = []
            for _ in range(2):
                browser = world.browser()
                browser.get("/ap/forgotpassword")
                told.append("24時間後" in browser.submit(email=typed).text)
            assert told == [False, True], (typed, is_anew)


def test_capped_is_told_the_cap(world: World) -> None:
    assert "24時間後に再度リクエストできます" in take_on(world.browser(), "capped").text


def test_sakura_sees_her_case(world: World) -> None:
    page = take_on(world.browser(), "sakura")
    assert page.state == "received"


def test_newcomer_registers_again_and_again(world: World) -> None:
    for _ in range(2):
        browser = world.browser()
        take_on(browser, "newcomer")
        page = browser.submit(otpCode=world.phone.wait_for_code("newcomer@example.com"))
        assert page.name == "shop.home" and "結衣" in page.text


def test_people_are_never_out_of_messages_or_tries(world: World) -> None:
    browser = world.browser()
    for _ in range(12):
        assert take_on(browser, "coded").name == "sign_in.code"
    for _ in range(6):
        browser.raw("GET", "/")
    assert "24時間後" not in browser.get("/ap/mfa/new-otp").text


def test_people_get_in_after_wrong_passwords(world: World) -> None:
    stranger = world.browser()
    for _ in range(8):
        stranger.get("/ap/signin")
        stranger.submit(email="coded@example.com")
        form = {"password": "wrong", "csrf_token": stranger.csrf_token}
        stranger.raw("POST", "/ap/signin?step=password", data=form)
    assert take_on(world.browser(), "coded").name == "sign_in.code"


def test_people_read_the_language_of_who_takes_them_on(world: World) -> None:
    take_on(world.browser("en"), "coded")
    assert "Mihon OTP" in world.phone.sms("+819011110008").body


def test_people_that_need_a_message_say_so_when_it_does_not_leave(world: World) -> None:
    world.phone.faults.add("http_status", status=503)
    browser = world.browser()
    page = take_on(browser, "halfway")
    assert page.name == "sandbox.personas" and page.all("[role=alert], .notice")
    answer = world.site.test_client().post("/sandbox/api/personas", json={"name": "halfway"})
    assert answer.status_code == 502 and answer.get_json()["field"] == "name"


def test_persona_api_lists_everybody(world: World) -> None:
    found = world.site.test_client().get("/sandbox/api/personas").get_json()["personas"]
    assert [each["name"] for each in found] == list(PERSONAS)
    jiro = next(each for each in found if each["name"] == "jiro")
    assert jiro["secret"] == "MIHONDEMOMIHONDEMOMIHONDEMO23456" and jiro["password"] == PASSWORD


def test_persona_api_signs_the_asking_client_in_and_any_other(world: World) -> None:
    client, told = asked(world, "taro")
    assert (told["name"], told["called"], told["email"], told["phone"], told["lands"]) == (
        "taro", "太郎", "taro@example.com", "+818012345678", "/account",
    )  # fmt: skip
    assert "太郎" in client.get(told["lands"]).text
    other = world.site.test_client()
    for name, value in told["cookies"].items():
        other.set_cookie(name, value)
    assert "太郎" in other.get(told["lands"]).text


@pytest.mark.parametrize("name", sorted(PERSONAS))
def test_persona_api_leads_to_the_page(world: World, name: str) -> None:
    client, told = asked(world, name)
    assert client.get(told["lands"]).status_code == 200
    other = world.site.test_client()
    for cookie, value in told["cookies"].items():
        other.set_cookie(cookie, value)
    assert other.get(told["lands"]).status_code == 200


def test_persona_api_is_the_same_every_time(world: World) -> None:
    first, again = (asked(world, "jiro")[1] for _ in range(2))
    for told in (first, again):
        told.pop("cookies")
    assert first == again


def test_persona_api_signs_in_whatever_the_state(world: World) -> None:
    client, told = asked(world, "throttled", signed_in=True)
    assert told["lands"] == "/account" and "待子" in client.get("/account").text


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "nobody"}, "name"),
        ({}, "name"),
        ({"name": 7}, "name"),
        ({"name": ["taro"]}, "name"),
        ({"name": "taro", "language": "fr"}, "language"),
        ({"name": "taro", "signed_in": "yes"}, "signed_in"),
        ({"name": "newcomer", "signed_in": True}, "signed_in"),
        ({"name": "taro", "session": 0}, "session"),
        ({"name": "newcomer", "keep": True}, "keep"),
    ],
)
def test_persona_api_refuses_what_it_does_not_know(world: World, body: dict[str, Any], field: str) -> None:
    answer = world.site.test_client().post("/sandbox/api/personas", json=body)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json" and answer.get_json()["field"] == field


def test_persona_api_keeps_to_its_world(world: World) -> None:
    worlds = world.site.extensions["nidankai_worlds"]
    worlds.make("qa-people")
    client = world.site.test_client()
    told = client.post(
        "/sandbox/api/personas", json={"name": "taro"}, headers={"X-World": "qa-people"}
    ).get_json()
    assert told["world"] == "qa-people"
    assert "太郎" in client.get("/account").text  # the cookie holds the world
    default = world.site.test_client()
    for name, value in told["cookies"].items():
        if "world" not in name:
            default.set_cookie(name, value)
    assert default.get("/account").status_code == 303
    worlds.delete("qa-people")


def test_people_half_signed_in_are_rows_that_the_flow_made(world: World) -> None:
    client, _told = asked(world, "coded")
    with client.session_transaction() as session:
        flow_id = session["sign_in_shop"]
    rows = world.sql("SELECT kind, state FROM flows WHERE id = ?", flow_id)
    assert [tuple(row) for row in rows] == [(sign_in.MACHINE.kind, "code")]


def test_people_are_taken_on_while_the_database_is_locked_on_purpose(world: World) -> None:
    settings = world.site.extensions["nidankai_worlds"].get().settings
    settings.change(locked_database=True)
    try:
        client, told = asked(world, "ready")
        assert client.get(told["lands"]).status_code == 200
    finally:
        settings.change(locked_database=False)
