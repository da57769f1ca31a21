"""The site's tools are for this machine, and for those who log in from the network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.assertions import not_empty
from tests.own_apps import Make, make_site
from tests.security.log_in import BROWSER, FAR, PASSWORD, UNREADABLE, log_in, no_guesses
from webapp.config import ConfigError, load

__all__ = ["make_site", "no_guesses"]

NEAR = {"REMOTE_ADDR": "127.0.0.1"}
TOOLS = ("/sandbox/stage", "/sandbox/personas", "/patterns", "/sandbox/api/worlds")
pytestmark = pytest.mark.usefixtures("no_guesses")


@pytest.fixture(scope="module")
def guarded(make_site: Make) -> Flask:
    """A site whose tools have a password, under a server that is not its own."""
    return make_site(tools_password=PASSWORD)


@pytest.fixture(scope="module")
def closed(make_site: Make) -> Flask:
    """A site whose tools have no log-in."""
    return make_site()


@pytest.fixture(scope="module")
def proxied(make_site: Make) -> Flask:
    """A site behind a proxy that logs people in."""
    return make_site(trusted_proxies="192.0.2.0/28,::1")


def test_network_is_asked_for_the_tools_password_s94(guarded: Flask) -> None:
    client = guarded.test_client()
    for path in TOOLS:
        assert client.get(path).status_code == 200, path
        refused = client.get(path, environ_base=FAR)
        assert refused.status_code == 401, path
        assert refused.headers["WWW-Authenticate"].startswith("Basic realm="), path
        for typed, status in (("wrong", 401), (PASSWORD, 200)):
            assert client.get(path, environ_base=FAR, auth=("qa", typed)).status_code == status, (path, typed)


@pytest.mark.parametrize("written", UNREADABLE)
def test_tools_refuse_a_log_in_that_cannot_be_read_s94(guarded: Flask, written: str) -> None:
    headers = {"Authorization": written}
    asked = guarded.test_client().get("/patterns", headers=headers, environ_base=FAR)
    assert asked.status_code == 401


def test_every_tool_asks_the_network_for_a_log_in_s94(guarded: Flask) -> None:
    client = guarded.test_client()
    rules = [rule for rule in guarded.url_map.iter_rules() if rule.endpoint.startswith("sandbox")]
    for rule in not_empty(rules):
        if rule.endpoint != "sandbox.log_in" and "GET" in (rule.methods or ()):
            path = re.sub("<[^>]*>", "x", rule.rule)
            assert client.get(path, environ_base=FAR).status_code == 401, path
    assert client.post("/sandbox/api/reset", environ_base=FAR).status_code == 401


def test_shop_and_health_ask_for_no_log_in_s94(guarded: Flask) -> None:
    for path in ("/", "/ap/signin", "/healthz"):
        assert guarded.test_client().get(path, environ_base=FAR).status_code == 200, path


@pytest.mark.parametrize("peer", ["192.0.2.7", "::ffff:10.0.0.1", "2001:db8::1", ""])
def test_tools_take_a_peer_elsewhere_for_the_network_s94(guarded: Flask, peer: str) -> None:
    asked = guarded.test_client().get("/patterns", environ_base={"REMOTE_ADDR": peer})
    assert asked.status_code == 401


def test_site_names_no_worlds_to_the_network_s94(guarded: Flask) -> None:
    client = guarded.test_client()
    for path in ("/?world=defaul", "/sandbox/api/worlds?world=defaul"):
        refused = client.get(path, headers=BROWSER, environ_base=FAR)
        assert refused.status_code == 404 and "world=default" not in refused.text
        assert "&#34;default" not in refused.text and "default." not in refused.text
        for known in ({}, {"environ_base": FAR, "auth": ("", PASSWORD)}):
            assert ">default<" in client.get("/?world=defaul", headers=BROWSER, **known).text


def test_tools_refuse_an_origin_that_is_no_address_s81(guarded: Flask) -> None:
    asked = guarded.test_client().post("/sandbox/api/reset", headers={"Origin": "http://["})
    assert asked.status_code == 403


def test_browser_logs_in_at_the_tools_by_the_form_s94(guarded: Flask) -> None:
    client = guarded.test_client()
    page = client.get("/sandbox/clock?lang=en", headers=BROWSER, environ_base=FAR)
    assert page.status_code == 401 and "tools-password" in page.text
    assert "Try again" in log_in(client, "/sandbox/log-in", page.text, "wrong").text
    assert client.get("/sandbox/clock", environ_base=FAR).status_code == 401
    after = log_in(client, "/sandbox/log-in", page.text, PASSWORD)
    assert (after.status_code, after.headers["Location"]) == (303, "/sandbox/clock?lang=en")
    assert client.get("/sandbox/clock", environ_base=FAR).status_code == 200
    assert client.get("/sandbox/api/worlds", environ_base=FAR).status_code == 200


def test_tools_believe_a_proxy_that_is_named_s94(proxied: Flask) -> None:
    client, named = proxied.test_client(), {"Remote-User": "hanako"}
    assert client.get("/patterns", headers=named, environ_base=FAR).status_code == 200
    passed_on = {**named, "X-Forwarded-For": "198.51.100.1"}
    assert client.get("/patterns", headers=passed_on, environ_base=FAR).status_code == 200
    for headers, peer in ((named, "198.51.100.1"), ({"Remote-User": " "}, "192.0.2.7"), ({}, "::1")):
        refused = client.get("/patterns", headers=headers, environ_base={"REMOTE_ADDR": peer})
        assert refused.status_code == 403, (headers, peer)
    refused = client.get("/sandbox/api/worlds", environ_base=FAR)
    assert refused.status_code == 403 and "PASSWORD" not in refused.get_json()["detail"]


def opened(**settings: Any) -> None:
    load({"sandbox": True, **settings}, {})


def test_number_of_proxies_is_written_in_digits() -> None:
    with pytest.raises(ConfigError, match="TRUSTED_PROXIES"):
        opened(trusted_proxies="²")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "shop.example"])
def test_tools_on_the_network_need_a_log_in_s94(host: str) -> None:
    with pytest.raises(ConfigError, match=r"WEBAPP_HOST=.* set WEBAPP_TOOLS_PASSWORD"):
        opened(host=host)
    with pytest.raises(ConfigError, match="set WEBAPP_TOOLS_PASSWORD"):
        opened(host=host, trusted_proxies="1")  # a number names no proxy
    opened(host=host, tools_password=PASSWORD)
    opened(host=host, trusted_proxies="10.0.0.1")
    load({"host": host, "secret_key": "x" * 32, "seal_keys": ("00" * 32,)}, {})  # without tools


def test_networks_that_may_use_the_tools_need_a_log_in_s94() -> None:
    with pytest.raises(ConfigError, match=r"WEBAPP_SANDBOX_ALLOW .* set WEBAPP_TOOLS_PASSWORD"):
        opened(sandbox_allow=("127.0.0.1", "10.0.0.0/8"))
    opened(sandbox_allow=("127.0.0.0/8", "::1"))


def test_site_on_the_network_asks_everyone_at_its_tools_s94(make_site: Make) -> None:
    client = make_site(tools_password=PASSWORD, host="0.0.0.0").test_client()
    assert client.get("/patterns", environ_base=NEAR).status_code == 401
    assert client.get("/patterns", environ_base=NEAR, auth=("", PASSWORD)).status_code == 200
    assert client.get("/", environ_base=NEAR).status_code == 200


def test_site_does_not_start_on_a_network_without_a_log_in_s94(tmp_path: Path) -> None:
    environment = {**os.environ, "WEBAPP_SANDBOX": "1", "WEBAPP_INSTANCE": str(tmp_path)}
    command = [sys.executable, "-m", "webapp", "--host", "0.0.0.0"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30)
    assert ended.returncode == 2 and ended.stderr.count("\n") == 1
    assert ended.stderr.startswith("webapp: WEBAPP_HOST=0.0.0.0 opens the sandbox's tools to the network")


FORWARDING = {
    "X-Forwarded-For": "127.0.0.1", "Forwarded": "for=127.0.0.1", "X-Real-IP": "127.0.0.1", "Via": "1.1 proxy",
}  # fmt: skip


@pytest.mark.parametrize("header", FORWARDING)
def test_tools_take_a_request_of_an_unknown_proxy_for_a_strangers_s81(
    closed: Flask, guarded: Flask, header: str
) -> None:
    headers = {header: FORWARDING[header]}
    for path in TOOLS:
        assert closed.test_client().get(path, headers=headers).status_code == 404, path
        assert guarded.test_client().get(path, headers=headers).status_code == 401, path
    lost = closed.test_client().get("/", headers={**headers, "X-World": "nobody"})
    assert lost.status_code == 200


@pytest.mark.parametrize(
    ("chain", "address"),
    [
        ("10.0.0.1, 198.51.100.5", "198.51.100.5"),
        ("198.51.100.5, 192.0.2.3", "198.51.100.5"),
        ("10.0.0.1, 198.51.100.5, 192.0.2.3, 192.0.2.4", "198.51.100.5"),
    ],
)
def test_named_proxies_tell_the_address_as_far_as_they_wrote_it_s81(chain: str, address: str) -> None:
    seen: list[str] = []

    def app(environ: dict[str, Any], _start: Any) -> list[bytes]:
        seen.append(environ["REMOTE_ADDR"])
        return []

    from webapp.pages.framework.visitor import NamedProxies

    behind = NamedProxies(app, ("192.0.2.0/28",))
    for peer in ("192.0.2.7", "203.0.113.9"):
        behind({"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": chain}, lambda *_: None)  # type: ignore[arg-type]
    assert seen == [address, "203.0.113.9"]


BODIES = {
    "text": ("text/plain", b"{}"),
    "form": ("application/x-www-form-urlencoded", b"name=x"),
    "file": (
        "multipart/form-data; boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nx\r\n--b--',
    ),
    "blank": ("", b"{}"),
}


def changes(site: Flask, blueprint: str) -> list[tuple[str, str]]:
    rules = [rule for rule in site.url_map.iter_rules() if rule.endpoint.startswith(f"{blueprint}.")]
    found = {(rule.rule, method) for rule in rules for method in (rule.methods or set())}
    asked = [(re.sub("<[^>]*>", "x", rule), method) for rule, method in sorted(found)]
    return [each for each in asked if each[1] not in ("GET", "HEAD", "OPTIONS")]


@pytest.mark.parametrize("kind", BODIES)
def test_tools_calls_take_json_only_s81(closed: Flask, kind: str) -> None:
    content_type, body = BODIES[kind]
    client = closed.test_client()
    for path, method in not_empty(changes(closed, "sandbox_api")):
        asked = client.open(path, method=method, data=body, content_type=content_type or None)
        assert asked.status_code == 415, (path, method)


def test_tools_forms_need_their_token_s81(closed: Flask) -> None:
    for content_type in ("application/x-www-form-urlencoded", "application/json"):
        for path, method in not_empty(changes(closed, "sandbox")):
            asked = closed.test_client().open(path, method=method, data=b"{}", content_type=content_type)
            assert asked.status_code == 400, (path, method)


def test_tools_change_nothing_for_a_providers_callback_s81(closed: Flask) -> None:
    client: FlaskClient = closed.test_client()
    for path, method in not_empty(changes(closed, "sandbox_api")):
        asked = client.open(path, method=method, json={}, headers={"X-Twilio-Signature": "x"})
        assert asked.status_code == 403, (path, method)
    token = re.findall(r'name="csrf_token" value="([^"]*)"', client.get("/sandbox/clock").text)[0]
    headers = {"X-Twilio-Signature": "x"}
    asked = client.post("/sandbox/clock/now", data={"csrf_token": token}, headers=headers)
    assert asked.status_code == 403
