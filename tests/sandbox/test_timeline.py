"""The timeline shows a recording in order, on the page, for programs and in print."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from tests.actors import Person
from tests.app_fixture import World
from tests.assertions import not_empty
from tests.form_client import Page
from webapp.flows.state_machines import all_machines
from webapp.pages.render import has_page
from webapp.sandbox.controls.fault_table import FAULTS
from webapp.sandbox.refusals.catalogue import every_refusal
from webapp.sandbox.store.pictures import MOST_PICTURES
from webapp.sandbox.store.trace_log import Step, TraceLog
from webapp.sandbox.timeline.page import PAGE_STEPS
from webapp.sandbox.timeline.step_texts import refusal_words
from webapp.sandbox.timeline.steps import matched
from webapp.sandbox.timeline.tool_texts import tool_words
from webapp.sandbox.vocabulary.flow_titles import flow_title
from webapp.sandbox.vocabulary.page_titles import page_title
from webapp.sandbox.worlds import Worlds
from webapp.store.engine.recording import listening


@pytest.fixture(autouse=True)
def trace_log(world: World) -> TraceLog:
    """The log of this test's world, empty."""
    worlds: Worlds = world.site.extensions["nidankai_worlds"]
    found = worlds.get().trace_log
    found.empty()
    return found


def kinds(page: Page) -> list[str]:
    return [beat.attrs["data-kind"] for beat in page.all("li.beat")]


def names(page: Page) -> list[str]:
    return [beat.attrs["data-name"] for beat in page.all("li.beat")]


def as_json(person: Person, **query: Any) -> dict[str, Any]:
    answer = person.browser.client.get("/sandbox/api/timeline", query_string=query)
    assert answer.status_code == 200
    told: dict[str, Any] = answer.get_json()
    return told


def png(width: int = 4) -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (width, 4), "white").save(held, "PNG")
    return held.getvalue()


def test_timeline_is_empty_at_first(world: World, language: str) -> None:
    page = world.browser(language).get("/sandbox/timeline?kind=tool")
    assert not kinds(page) and page.has(".timeline-empty")


def test_timeline_tells_a_sign_in_in_order(world: World, language: str) -> None:
    taro = world.person("taro", language)
    taro.signs_in()
    code = world.phone.messages(channel="sms")[0].body
    page = taro.browser.get("/sandbox/timeline")
    seen = list(zip(kinds(page), names(page), strict=True))
    asked, sent = seen.index(("move", "sign_in: ask_code from begin")), seen.index(("message", "sms"))
    assert asked < sent < seen.index(("event", "sign_in.done"))
    assert code.splitlines()[0] in page.text
    assert "080-1234-5678" in page.text
    wanted = {"ja": "サインイン(パスワード)", "en": "Sign in: password"}[language]
    assert wanted in page.text


def test_timeline_begins_anew_and_filters(taro: Person) -> None:
    taro.signs_in()
    page = taro.browser.get("/sandbox/timeline")
    assert len(kinds(page)) > 5
    page = taro.browser.press("新しい記録を開始")
    assert names(page) == ["walk.begin"]
    taro.signs_out()
    page = taro.browser.get("/sandbox/timeline?kind=event")
    assert names(page) == ["sign_out"]
    assert [box.attrs["value"] for box in page.all("input[name=kind]") if "checked" in box.attrs] == ["event"]


def test_timeline_shows_other_walks_only_when_asked(world: World, taro: Person, hanako: Person) -> None:
    taro.signs_in()
    hanako.browser.get("/sandbox/timeline")
    assert kinds(hanako.page) == []
    page = hanako.browser.get("/sandbox/timeline?all=1")
    assert ("event", "sign_in.done") in list(zip(kinds(page), names(page), strict=True))


def test_timeline_is_cut_into_pages(taro: Person, trace_log: TraceLog) -> None:
    taro.browser.get("/")
    walk = trace_log.steps()[0].walk
    trace_log.add([Step(1.8e9 + at, walk, "event", "sign_out") for at in range(PAGE_STEPS + 10)])
    page = taro.browser.get("/sandbox/timeline")
    assert len(kinds(page)) == 11  # the first page of the shop besides
    page = taro.browser.follow("前へ")
    assert len(kinds(page)) == PAGE_STEPS


def test_timeline_shows_gaps_and_clock_jumps(world: World, taro: Person) -> None:
    taro.browser.get("/")
    world.clock.advance(31)
    taro.browser.get("/music")
    page = taro.browser.get("/sandbox/timeline")
    assert page.all(".beat-gap")[0].to_text() in ("+0:31", "+0:32")


def test_timeline_as_json_goes_on_after_an_id(taro: Person) -> None:
    taro.signs_in()
    told = as_json(taro)
    assert told["world"] == "default" and told["phone_answers"] is True
    message = next(step for step in told["steps"] if step["kind"] == "message")
    assert message["message"]["code"] and "/handsets/+818012345678/" in message["message"]["handset"]
    assert all(step["at"].endswith("Z") and step["text"] for step in not_empty(told["steps"]))
    assert as_json(taro, after=told["last_id"])["steps"] == []
    taro.signs_out()
    later = as_json(taro, after=told["last_id"], kind="event")["steps"]
    assert [step["name"] for step in later] == ["sign_out"]
    assert as_json(taro, walk="nobody")["steps"] == []


def test_timeline_comes_without_the_phone(apps_with: Any) -> None:
    apps = apps_with(gateway_url="http://127.0.0.1:9")  # nothing listens there
    world = apps.fresh()
    worlds: Worlds = world.site.extensions["nidankai_worlds"]
    world.site.extensions["nidankai_phone_wire"] = None
    person = world.person("hanako")
    person.browser.get("/")
    trace_log = worlds.get().trace_log
    walk = trace_log.steps()[0].walk
    trace_log.add([Step(1.8e9, walk, "message", "sms", {"to": person.number, "subject": "", "sid": ""})])
    page = person.browser.get("/sandbox/timeline")
    assert "電話が応答しません" in page.text and "message" in kinds(page)
    assert as_json(person)["phone_answers"] is False


def test_timeline_matches_messages_by_id_then_by_time() -> None:
    def message(number: int, at: str, subject: str = "x", sid: str = "") -> dict[str, Any]:
        return {
            "id": number, "sid": sid, "channel": "mail", "to": "a@example.com", "subject": subject,
            "received_at": at,
        }  # fmt: skip

    data = {"to": "a@example.com", "subject": "x"}
    lost, came, other = (
        Step(at, "w", "message", "mail", data, i) for i, at in ((1, 0.0), (2, 40.0), (3, 2e4))
    )
    found = matched([lost, came, other], [message(7, "1970-01-01T00:00:41Z")])
    assert {step: each["id"] for step, each in found.items()} == {2: 7}
    known = Step(9e9, "w", "message", "sms", {"to": "+81", "sid": "SM1"}, 4)
    assert matched([known], [message(8, "1970-01-01T00:00:00Z", sid="SM1")])[4]["id"] == 8


def test_timeline_report_is_a_page_and_one_file(world: World, language: str) -> None:
    hanako = world.person("hanako", language)
    hanako.signs_in()
    walk = as_json(hanako)["walk"]
    given = hanako.browser.client.post(
        "/sandbox/api/timeline/pictures?caption=front", data=png(), content_type="image/png"
    )
    assert given.status_code == 201 and walk
    page = hanako.browser.get("/sandbox/timeline/report")
    assert "hanako@example.com" in page.text and page.all("section.chapter")
    assert page.one(".beat-picture img").attrs["src"] == given.get_json()["url"]
    answer = hanako.browser.raw("GET", "/sandbox/timeline/report?download=1")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "style-src 'sha256-" in answer.headers["Content-Security-Policy"]
    assert "data:image/png;base64," in answer.text and "<link" not in answer.text
    assert ".cover-seal" in answer.text


def test_timeline_picture_is_checked_by_its_content(taro: Person, trace_log: TraceLog) -> None:
    taro.browser.get("/")
    client = taro.browser.client
    url = "/sandbox/api/timeline/pictures"

    def status(data: bytes, kind: str, query: str = "") -> int:
        return client.post(url + query, data=data, content_type=kind).status_code

    assert status(png(), "image/webp") == 422
    assert status(b"<!doctype html>", "image/png") == 422
    assert status(png()[:45], "image/png") == 422
    assert status(png(), "text/plain") == 415
    assert status(png() + b"\0" * (1 << 20), "image/png") == 413
    assert status(png(), "image/png", "?after=999999") == 404
    assert trace_log.steps(kinds=("picture",)) == []
    assert status(png(), "image/png", f"?after={trace_log.last_id()}") == 201
    step = trace_log.steps(kinds=("picture",))[0]
    assert step.data["after"] == step.id - 1 and step.walk == trace_log.steps()[0].walk
    taro.browser.get("/music")
    assert client.post(f"{url}?after={step.id - 1}", data=png(9), content_type="image/png").status_code == 201
    page = taro.browser.get("/sandbox/timeline")
    assert kinds(page)[-4:] == ["page", "picture", "picture", "page"]  # each right after what it shows
    assert client.get(f"/sandbox/timeline/pictures/{step.name}").data == png()
    assert client.get("/sandbox/timeline/pictures/../default.db").status_code == 404
    assert client.get(f"/sandbox/timeline/pictures/{'0' * 32}.png").status_code == 404
    client.post(url, data=png(), content_type="image/png", headers={"Origin": "https://evil.example"})
    assert len(trace_log.steps(kinds=("picture",))) == 2


def test_timeline_pictures_go_with_their_world(world: World) -> None:
    worlds: Worlds = world.site.extensions["nidankai_worlds"]
    made = worlds.make("pictured").trace_log
    for width in range(1, MOST_PICTURES + 3):
        last = made.keep_picture(png(width), "png")
    assert made.find_picture(last)
    store = worlds.get("pictured").services.store
    with store.reading() as db:
        assert len(db.execute("SELECT name FROM pictures").fetchall()) == MOST_PICTURES
    heard: list[str] = []
    with listening(heard.append):
        worlds.empty("pictured")
    assert heard.count("COMMIT") == 1 and not [sql for sql in heard if "pictures" in sql]
    assert made.find_picture(last), "a reset keeps recordings"
    worlds.empty("pictured", forget=True)
    assert made.find_picture(last) is None
    made.keep_picture(png(), "png")
    worlds.delete("pictured")
    assert not store.exists()


def test_timeline_words_are_there_for_all(world: World) -> None:
    with world.site.test_request_context("/?lang=en"):
        assert not [table.kind for table in all_machines() if flow_title(table.kind) == table.kind]
        untold = [name for name in every_refusal() if refusal_words(name) == name]
        assert not untold, f"no words in timeline_words.py for {untold}"
        assert page_title("sign_in.code") and has_page("sandbox.timeline")


def test_timeline_words_tell_what_was_done_with_the_tools(world: World) -> None:
    def told(name: str, **data: Any) -> str:
        return tool_words(Step(0.0, "w", "tool", name, data))

    with world.site.test_request_context("/?lang=en"):
        assert told("walk.begin") == "New recording started"
        assert told("clock.move", offset=600) == "Clock: 10 minutes ahead"
        assert told("clock.move", offset=0) == "Clock: back to now"
        assert told("world.make", world="qa") == "World created: qa"
        assert told("persona.taro") == "Switched to Taro (太郎)"
        assert told("reach.WrongCode.wrong") == "Preparing an error: WrongCode.wrong"
        assert told("unheard.of") == "unheard.of"
        key = next(iter(FAULTS))
        assert told(f"fault.{key}") == f"Fault set: {FAULTS[key].words}"


def test_timeline_marks_the_message_that_a_fault_kept_back(world: World) -> None:
    taro = world.person("taro")
    taro.browser.raw("POST", "/sandbox/api/faults", json={"fault": "sms-lost"})
    taro.gives_password()
    world.clock.advance(31)
    taro.browser.reload()
    taro.browser.submit(form='form[action$="/resend"]')
    sent = (taro.browser.raw("GET", "/sandbox/api/timeline?kind=message").json or {})["steps"]
    assert [step.get("is_lost", False) for step in sent] == [True, False]
    assert len(taro.browser.get("/sandbox/timeline").all(".beat-lost")) == 1
