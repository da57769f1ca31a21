"""GET /code and wait-code: only newer codes, only new ones, JSON, and a status that curl -f sees."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import httpx
import pytest

from mocksms import cli
from mocksms.testing import Phone

ME, SHOP = "+819012345678", "+15005550006"


def ask(phone: Phone, accept: str = "*/*", **query: str) -> httpx.Response:
    headers = {"X-World": phone.world, "Accept": accept}
    return httpx.get(f"{phone.url}/api/v1/code", params={"to": ME, **query}, headers=headers, timeout=30)


def send(twilio: Any, code: str) -> None:
    twilio.messages.create(to=ME, from_=SHOP, body=f"{code} is your code")


def test_a_code_comes_with_the_id_of_its_message(twilio: Any, phone: Phone) -> None:
    send(twilio, "482913")
    answer = ask(phone)
    assert (answer.text, answer.headers["Content-Type"]) == ("482913", "text/plain; charset=utf-8")
    first = answer.headers["X-Message-Id"]
    assert first == str(phone.sms(ME).id)
    assert ask(phone, since=first).status_code == 204
    send(twilio, "739104")
    assert ask(phone, since=first).text == "739104"


def test_a_code_is_json_where_that_is_asked_for(twilio: Any, phone: Phone) -> None:
    send(twilio, "482913")
    found = ask(phone, accept="application/json").json()
    assert (found["code"], found["id"]) == ("482913", phone.sms(ME).id)
    assert found["code_reason"] and found["received_at"].endswith("Z")
    assert ask(phone, accept="text/html, */*;q=0.1").text == "482913"


def test_only_new_codes_are_those_from_now_on(twilio: Any, phone: Phone) -> None:
    send(twilio, "482913")
    assert ask(phone, new="1").status_code == 204
    later = threading.Timer(0.5, send, (twilio, "739104"))
    later.start()
    began = time.monotonic()
    assert ask(phone, new="1", wait="20").text == "739104"
    assert time.monotonic() - began < 15
    later.join()


@pytest.mark.parametrize("call", ["code", "messages", "messages/wait"])
def test_an_id_ahead_of_all_ids_is_refused_at_once(twilio: Any, phone: Phone, call: str) -> None:
    send(twilio, "482913")
    newest = phone.sms(ME).id
    headers, query = (
        {"X-World": phone.world},
        {"to": ME, **({"timeout": "20"} if call.endswith("wait") else {})},
    )
    began = time.monotonic()
    for since, status in ((newest, 200), (newest + 50, 409)):
        answer = httpx.get(f"{phone.url}/api/v1/messages", params={"since": since}, headers=headers)
        assert answer.status_code == status
    refused = httpx.get(f"{phone.url}/api/v1/{call}", params={**query, "since": newest + 50}, headers=headers)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (409, "since")
    assert "ahead of the newest id" in refused.json()["detail"] and time.monotonic() - began < 10


def test_an_id_from_before_a_reset_still_waits_for_what_is_newer(twilio: Any, phone: Phone) -> None:
    send(twilio, "482913")
    before = str(phone.sms(ME).id)
    phone.reset()
    assert ask(phone, since=before).status_code == 204
    send(twilio, "739104")
    assert ask(phone, since=before).text == "739104"


def test_no_code_is_an_error_where_that_is_asked_for(phone: Phone) -> None:
    assert ask(phone).status_code == 204
    answer = ask(phone, none="404")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("query", [{"new": "0"}, {"new": "yes"}, {"none": "204"}, {"none": ""}])
def test_other_values_are_refused(phone: Phone, query: dict[str, str]) -> None:
    assert ask(phone, **query).status_code == 422


def test_the_command_waits_for_a_new_code_and_prints_json(
    twilio: Any, phone: Phone, capsys: pytest.CaptureFixture[str]
) -> None:
    send(twilio, "482913")
    options = ["wait-code", ME, "--url", phone.url, "--world", phone.world]
    assert cli.main([*options, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["code"], found["id"]) == ("482913", phone.sms(ME).id)
    assert cli.main([*options, "--new", "--timeout", "0"]) != 0
    assert "no new code" in capsys.readouterr().err
    later = threading.Timer(0.5, send, (twilio, "739104"))
    later.start()
    assert cli.main([*options, "--new"]) == 0
    assert capsys.readouterr().out == "739104\n"
    later.join()
