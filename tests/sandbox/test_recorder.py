"""Events of a world are recorded in order; what was rolled back is not."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import webapp
from tests.actors import Person
from tests.app_fixture import World
from tests.security.tools import rows
from webapp.sandbox import redaction
from webapp.sandbox.server import CHEAP_HASH
from webapp.sandbox.store.trace_log import Step, TraceLog
from webapp.sandbox.worlds import Worlds
from webapp.store.engine import Busy
from webapp.store.engine.recording import listening


def trace_log(world: World) -> TraceLog:
    worlds: Worlds = world.site.extensions["nidankai_worlds"]
    return worlds.get().trace_log


def walked(world: World) -> list[Step]:
    return trace_log(world).steps()


def test_a_sign_in_is_noted_page_by_page(world: World, taro: Person) -> None:
    trace_log(world).empty()
    taro.signs_in()
    steps = walked(world)
    names = [(step.kind, step.name) for step in steps]
    assert ("page", "sign_in.identifier") in names
    assert ("message", "sms") in names
    assert any(kind == "move" and name.startswith("sign_in:") for kind, name in names)
    assert any(kind == "event" and name.startswith("sign_in.") for kind, name in names)
    asked, sent = names.index(("page", "sign_in.identifier")), names.index(("message", "sms"))
    assert asked < sent < names.index(("page", "sign_in.code"))
    assert len({step.walk for step in steps}) == 1
    assert [step.at for step in steps] == sorted(step.at for step in steps)


def test_a_refusal_is_noted_with_its_reason(world: World, taro: Person) -> None:
    trace_log(world).empty()
    taro.gives_password()
    taro.gives_code("000000" if taro.reads_code() != "000000" else "111111")
    counts = {(count.kind, count.name): count.times for count in trace_log(world).counts()}
    assert counts["refusal", "WrongCode.wrong"] == 1


def test_traces_hold_no_secret_s93(world: World, hanako: Person) -> None:
    trace_log(world).empty()
    hanako.signs_in()
    hanako.opens_settings()
    hanako.sets_up_by_app()
    hanako.signs_out()
    world.clock.advance(60)
    hanako.signs_in(trust=True)
    messages = world.phone.messages()
    links = [part for message in messages for link in message.links for part in re.split(r"[/?=]", link)]
    secrets = {
        hanako.password,
        *(message.code for message in messages if message.code),
        *(part for part in links if len(part) > 20),
        *(
            cookie.value
            for cookie in (hanako.browser.client._cookies or {}).values()
            if len(cookie.value) > 5
        ),
        *(str(row["secret"]) for row in rows(world, "methods") if row["secret"]),
    }
    assert len(secrets) > 6
    kept = repr(walked(world)) + repr(trace_log(world).counts())
    assert [secret for secret in secrets if secret in kept] == []
    assert "<token>" in kept


def test_what_a_request_brought_is_replaced_by_its_name_s93(world: World) -> None:
    form = {"password": "tea-pot-17", "guess": "123456", "otpCode": "482913", "pin_code": "12"}
    with world.site.test_request_context("/", method="POST", data=form, headers={"Cookie": "a=tea-pot"}):
        secrets = redaction.of_request()
    kept = redaction.redacted({"path": "/a/482913/tea-pot-17/tea-pot", "status": 200, "to": "12"}, secrets)
    assert kept == {"path": "/a/<otpCode>/<password>/<a>", "status": 200, "to": "12"}


def test_name_of_a_world_is_no_secret(world: World) -> None:
    cookies = {"Cookie": "mihon_8000_world=register; mihon_8000_lang=account; mihon_8000_browser=shop.home"}
    with world.site.test_request_context("/", headers=cookies):
        secrets = redaction.of_request()
    kept = redaction.redacted({"a": "account.register", "b": "shop.home"}, secrets)
    assert kept == {"a": "account.register", "b": "<mihon_8000_browser>"}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("typed 482913, then 482 913", "typed <code>, then <code>"),
        ("key MIHONDEMOMIHONDEMOMIHONDEMO23456!", "key <key>!"),
        ("link /a/Zm9v-YmFyZm9vYmFyZm9vYmFyZm9vYmFy.x.y", "link /a/<token>"),
        ("サインインの確認コード" * 4, "サインインの確認コード" * 4),
        ("090-1234-5678, 2026-11-22 10:42, 1234567", "090-1234-5678, 2026-11-22 10:42, 1234567"),
    ],
)
def test_captions_and_subjects_hold_no_secret_s93(text: str, kept: str) -> None:
    assert redaction.words(text) == kept


def test_walk_is_committed_apart_after_the_answer(world: World, taro: Person) -> None:
    """No page waits for it, and it is none of the statements that the page itself makes."""
    taro.signs_in()
    before = trace_log(world).last_id()
    statements: list[str] = []
    with ThreadPoolExecutor(1) as pool, world.services.store.writing(), listening(statements.append):
        answer = pool.submit(
            taro.browser.raw, "GET", "/account", buffered=False
        ).result()  # nobody else can write meanwhile
    assert answer.status_code == 200
    assert statements and not any(word in text for text in statements for word in (" steps", " counts"))
    answer.close()
    with world.services.store.reading() as db:  # as another process sees it
        assert db.execute("SELECT max(id) FROM steps").fetchone()[0] > before


def test_walk_that_cannot_be_kept_now_is_kept_later(world: World, taro: Person) -> None:
    trace_log(world).empty()
    store = world.services.store
    with store.writing():
        patience, store.patience_seconds = store.patience_seconds, 0.01
        try:
            with ThreadPoolExecutor(1) as pool:
                pool.submit(lambda: taro.browser.raw("GET", "/ap/signin").close()).result()
                assert pool.submit(walked, world).result() == []
        finally:
            store.patience_seconds = patience
    assert [step.name for step in walked(world)] == ["sign_in.identifier"]


def test_walk_and_clock_are_seen_by_another_process(world: World, taro: Person) -> None:
    """A second site over the same data, as another process has it."""
    taro.browser.raw("GET", "/ap/signin").close()
    config = world.services.config
    own = {"instance": config.instance, "database_url": config.database_url}
    app = webapp.create_app({**own, "sandbox": True, **CHEAP_HASH})
    other: Worlds = app.extensions["nidankai_worlds"]
    assert [step.id for step in other.get().trace_log.steps()] == [step.id for step in walked(world)] != []
    world.services.clock.advance(3600)
    assert other.get().services.clock.offset == 3600
    other.get().settings.change(locked_database=True)
    with pytest.raises(Busy), world.services.store.writing():
        pass
    other.get().settings.clear()


def test_a_log_that_cannot_be_kept_spoils_nothing(world: World, taro: Person) -> None:
    """A deleted world's last request finds no place for its log."""
    worlds: Worlds = world.site.extensions["nidankai_worlds"]
    made = worlds.make("fleeting")
    browser = world.browser()
    browser.get("/?world=fleeting")
    answer = browser.raw("DELETE", "/sandbox/api/worlds/fleeting", headers={"X-World": "fleeting"})
    assert answer.status_code == 204
    assert worlds.names() == ["default"]
    assert not made.services.store.exists()
    assert not list(Path(world.services.config.instance, "other-worlds").glob("*"))
