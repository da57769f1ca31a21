"""The phone's pages and tester API are for this machine, and for those who log in from the network."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mocksms import config
from tests.own_apps import Make, make_phone
from tests.security.log_in import BROWSER, FAR, PASSWORD, UNREADABLE, log_in, no_guesses

__all__ = ["make_phone", "no_guesses"]
TESTERS = (
    "/",
    "/handsets/+819012345678/",
    "/api/v1/messages",
    "/api/v1/openapi.json",
    "/_aws/sns/sms-messages",
)
pytestmark = pytest.mark.usefixtures("no_guesses")


@pytest.fixture(scope="module")
def guarded(make_phone: Make) -> Flask:
    """A phone with a password, under a server that is not its own."""
    return make_phone(PASSWORD=PASSWORD)


def test_network_is_asked_for_the_phones_password_s94(guarded: Flask) -> None:
    client = guarded.test_client()
    for path in TESTERS:
        assert client.get(path).status_code == 200, path
        refused = client.get(path, environ_base=FAR)
        assert refused.status_code == 401, path
        assert refused.headers["WWW-Authenticate"].startswith("Basic realm="), path
        for typed, status in (("wrong", 401), (PASSWORD, 200)):
            asked = client.get(path, environ_base=FAR, auth=("anyone", typed))
            assert asked.status_code == status, (path, typed)
    assert client.post("/api/v1/reset", environ_base=FAR).status_code == 401


@pytest.mark.parametrize("peer", ["192.0.2.7", "::ffff:10.0.0.1", "2001:db8::1", ""])
def test_peer_that_is_not_this_machine_is_the_network_s94(guarded: Flask, peer: str) -> None:
    asked = guarded.test_client().get("/api/v1/messages", environ_base={"REMOTE_ADDR": peer})
    assert asked.status_code == 401


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_not_asked_s94(guarded: Flask, peer: str) -> None:
    asked = guarded.test_client().get("/api/v1/messages", environ_base={"REMOTE_ADDR": peer})
    assert asked.status_code == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_request_of_a_proxy_on_this_machine_is_the_network_s94(guarded: Flask, header: str) -> None:
    asked = guarded.test_client().get("/api/v1/messages", headers={header: "127.0.0.1"})
    assert asked.status_code == 401


def test_wires_and_health_ask_for_no_log_in_s94(guarded: Flask) -> None:
    client = guarded.test_client()
    assert client.get("/healthz", environ_base=FAR).status_code == 200
    assert client.get("/static/css/base.css", environ_base=FAR).status_code == 200
    message = {"To": "+819012345678", "From": "Mihon", "Body": "123456 is your code"}
    account = f"/2010-04-01/Accounts/AC{'0' * 32}/Messages.json"
    assert client.post(account, data=message, environ_base=FAR, auth=("AC1", "t")).status_code == 201
    sns = {"Action": "Publish", "PhoneNumber": "+819012345678", "Message": "123456 is your code"}
    assert client.post("/", data=sns, environ_base=FAR).status_code == 200


@pytest.mark.parametrize("written", UNREADABLE)
def test_phone_refuses_a_log_in_that_cannot_be_read_s94(guarded: Flask, written: str) -> None:
    for path in ("/api/v1/messages", f"{WIRE}/Messages.json"):
        asked = guarded.test_client().get(path, headers={"Authorization": written}, environ_base=FAR)
        assert asked.status_code == 401, path


ACCOUNT = f"AC{'0' * 32}"
WIRE = f"/2010-04-01/Accounts/{ACCOUNT}"
SMS = {"To": "+819012345678", "From": "Mihon", "Body": "123456 is your code"}
READING = [
    ("GET", f"{WIRE}/Messages.json"),
    ("HEAD", f"{WIRE}/Messages.json"),
    ("DELETE", f"{WIRE}/Messages/SM{'0' * 32}.json"),
    ("GET", f"{WIRE}/Calls.json"),
    ("GET", f"{WIRE}.json"),
    ("GET", "/v2/Services"),
]


@pytest.mark.parametrize(("method", "path"), READING)
def test_reading_on_a_wire_needs_an_account_or_the_log_in_s94(
    guarded: Flask, make_phone: Make, method: str, path: str
) -> None:
    def status(app: FlaskClient, token: str, **more: Any) -> int:
        return app.open(path, method=method, auth=(ACCOUNT, token), **more).status_code

    there = {"GET": 200, "HEAD": 200, "DELETE": 404}[method]
    client = guarded.test_client()
    refused = client.open(path, method=method, auth=(ACCOUNT, "any"), environ_base=FAR)
    assert refused.status_code == 401 and "WWW-Authenticate" in refused.headers
    if method != "HEAD":
        assert refused.json is not None and refused.json["code"] == 20003
    assert status(client, PASSWORD, environ_base=FAR) == there
    assert status(client, "any") == there
    accounts = make_phone(PASSWORD=PASSWORD, ACCOUNTS=f"{ACCOUNT}:token").test_client()
    assert status(accounts, "token", environ_base=FAR) == there
    assert status(accounts, "any", environ_base=FAR) == 401
    lookup = client.get("/v2/PhoneNumbers/+819012345678", auth=(ACCOUNT, "any"), environ_base=FAR)
    assert lookup.status_code == 200  # reads nothing of the phone


def test_network_makes_no_world_and_learns_no_names_without_a_log_in_s94(guarded: Flask) -> None:
    client = guarded.test_client()

    def sent(world: str, token: str = "any") -> TestResponse:
        headers = {"X-World": world}
        return client.post(
            f"{WIRE}/Messages.json", data=SMS, headers=headers, environ_base=FAR, auth=(ACCOUNT, token)
        )

    for answer in (
        sent("defaul"),
        client.post(f"{WIRE}/Messages.json?world=defaul", data=SMS, environ_base=FAR, auth=(ACCOUNT, "any")),
        client.post("/", data={"Action": "Publish"}, headers={"X-World": "defaul"}, environ_base=FAR),
    ):
        assert answer.status_code == 404 and "nearest" not in answer.text
    assert "defaul" not in guarded.extensions["mocksms"].names()
    assert sent("default").status_code == 201
    assert sent("made-by-log-in", PASSWORD).status_code == 201
    near = client.get("/api/v1/messages?world=defaul", environ_base=FAR, auth=("", PASSWORD))
    assert near.status_code == 404 and "default" in near.text


def test_browser_logs_in_by_the_form_s94(guarded: Flask) -> None:
    client = guarded.test_client()
    page = client.get("/handsets/+819012345678/home?lang=en", headers=BROWSER, environ_base=FAR)
    assert page.status_code == 401 and "Continue" in page.text
    assert log_in(client, "/log-in", page.text, "wrong").status_code == 422
    assert client.get("/", environ_base=FAR).status_code == 401
    after = log_in(client, "/log-in", page.text, PASSWORD)
    assert (after.status_code, after.headers["Location"]) == (303, "/handsets/+819012345678/home?lang=en")
    assert client.get("/", environ_base=FAR).status_code == 200
    assert client.get("/api/v1/messages", environ_base=FAR).status_code == 200
    assert guarded.test_client().get("/", environ_base=FAR).status_code == 401


def test_log_in_leads_to_the_address_as_it_was_asked_for(guarded: Flask) -> None:
    client = guarded.test_client()
    page = client.get("/handsets/+819012345678/home", headers=BROWSER, environ_base=FAR)
    after = log_in(client, "/log-in", page.text, PASSWORD)
    assert after.headers["Location"] == "/handsets/+819012345678/home"


@pytest.mark.parametrize(
    "target", ["//evil.example/", "https://evil.example/", "/\\evil.example", "\t//evil"]
)
def test_log_in_stays_on_the_phone_s94(guarded: Flask, target: str) -> None:
    client = guarded.test_client()
    page = client.get("/log-in", environ_base=FAR)
    token = re.findall(r'name="csrf_token"[^>]*value="([^"]*)"', page.text)[0]
    form = {"csrf_token": token, "password": PASSWORD, "next": target}
    assert client.post("/log-in", data=form, environ_base=FAR).headers["Location"] == "/"


def test_proxy_that_is_named_logs_people_in_s94(make_phone: Make) -> None:
    client = make_phone(TRUSTED_PROXIES="192.0.2.0/28,::1").test_client()
    named = {"Remote-User": "hanako"}
    assert client.get("/", headers=named, environ_base=FAR).status_code == 200
    for headers, peer in ((named, "198.51.100.1"), ({"Remote-User": " "}, "192.0.2.7"), ({}, "::1")):
        assert client.get("/", headers=headers, environ_base={"REMOTE_ADDR": peer}).status_code == 403


@pytest.mark.parametrize(
    ("proxies", "told", "held"),
    [
        ("", ["192.0.2.20", "192.0.2.21"], True),
        ("1", ["10.0.0.1, 192.0.2.20", "10.0.0.1, 192.0.2.21"], False),
        ("1", ["10.0.0.1, 192.0.2.20", "10.0.0.2, 192.0.2.20"], True),
        ("2", ["192.0.2.20, 10.0.0.1", "192.0.2.21, 10.0.0.2"], False),
        ("192.0.2.7,10.0.0.0/8", ["192.0.2.20, 10.0.0.1", "192.0.2.21"], False),
        ("192.0.2.7", ["192.0.2.20, 192.0.2.22", "192.0.2.21, 192.0.2.22"], True),
        ("198.51.100.1", ["192.0.2.20", "192.0.2.21"], True),
    ],
)
def test_wrong_passwords_count_by_the_address_that_trusted_proxies_say_s94(
    make_phone: Make, proxies: str, told: list[str], held: bool
) -> None:
    client = make_phone(PASSWORD=PASSWORD, TRUSTED_PROXIES=proxies).test_client()

    def status(address: str, typed: str = "wrong") -> int:
        headers = {"X-Forwarded-For": address}
        return client.get(
            "/api/v1/messages", environ_base=FAR, auth=("qa", typed), headers=headers
        ).status_code

    assert [status(told[0]) for _ in range(10)] == [401] * 10
    assert status(told[0]) == 429
    assert status(told[1], PASSWORD) == (429 if held else 200)


def test_number_of_proxies_logs_nobody_in_s94(make_phone: Make) -> None:
    client = make_phone(TRUSTED_PROXIES="1").test_client()
    headers = {"Remote-User": "hanako", "X-Forwarded-For": "192.0.2.20"}
    assert client.get("/", headers=headers, environ_base=FAR).status_code == 403
    with pytest.raises(config.SettingError, match="set MOCKSMS_PASSWORD"):
        config.load({"HOST": "0.0.0.0", "TRUSTED_PROXIES": "1"}, {})


def test_network_is_kept_out_where_no_log_in_is_set_s94(make_phone: Make) -> None:
    client = make_phone().test_client()
    assert client.get("/api/v1/messages", environ_base=FAR).status_code == 403
    page = client.get("/?lang=en", headers=BROWSER, environ_base=FAR)
    assert page.status_code == 403 and "MOCKSMS_PASSWORD" in page.text and "<form" not in page.text


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "phone.example"])
def test_phone_on_the_network_needs_a_log_in_s94(make_phone: Make, host: str) -> None:
    with pytest.raises(config.SettingError, match="set MOCKSMS_PASSWORD"):
        config.load({"HOST": host}, {})
    client = make_phone(HOST=host, PASSWORD=PASSWORD).test_client()
    assert client.get("/").status_code == 401  # whoever asks: what comes from a proxy looks like this machine
    assert client.get("/", auth=("", PASSWORD)).status_code == 200


def test_server_does_not_start_without_a_log_in_s94(tmp_path: Path) -> None:
    environment = {"MOCKSMS_HOST": "0.0.0.0", "MOCKSMS_INSTANCE": str(tmp_path)}
    command = [sys.executable, "-m", "mocksms", "serve"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30)
    assert ended.returncode == 2 and ended.stderr.count("\n") == 1
    assert ended.stderr.startswith("mocksms: MOCKSMS_HOST=0.0.0.0 opens the phone to the network")
