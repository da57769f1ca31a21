"""The tools answer allowed networks in sandbox mode only; no other site's page may use them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

import webapp
from tests.app_fixture import AppFixture, World
from tests.assertions import not_empty
from webapp.sandbox.server import CHEAP_HASH

CHANGES = {"POST", "PUT", "PATCH", "DELETE"}


def tool_paths(site: object) -> list[str]:
    rules = site.url_map.iter_rules()  # type: ignore[attr-defined]
    return [rule.rule for rule in rules if rule.endpoint.startswith(("sandbox.", "sandbox_api."))]


def test_tools_are_not_there_outside_of_sandbox_mode(tmp_path: object) -> None:
    site = webapp.create_app(
        {
            "instance": str(tmp_path), "secret_key": "x" * 32, "seal_keys": ("00" * 32,), "sandbox": False,
            **CHEAP_HASH,
        }
    )  # fmt: skip
    assert tool_paths(site) == []
    client = site.test_client()
    for path in ("/patterns", "/sandbox/stage", "/sandbox/api/worlds", "/sandbox/"):
        assert client.get(path).status_code == 404
    answer = client.get("/?world=x", headers={"X-World": "y"})
    assert answer.status_code == 200
    assert "'none'" in answer.headers["Content-Security-Policy"].split("frame-ancestors")[1].split(";")[0]


@pytest.mark.parametrize("address", ["192.0.2.7", "10.0.0.1", "2001:db8::1", "::ffff:192.0.2.7"])
def test_tools_are_not_there_for_strangers(world: World, address: str) -> None:
    client = world.site.test_client()
    for path in not_empty(tool_paths(world.site)):
        for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS"):
            answer = client.open(
                path.replace("<name>", "x"), method=method, environ_base={"REMOTE_ADDR": address}
            )
            assert answer.status_code == 404, path
            assert "Allow" not in answer.headers
    assert (
        client.get("/", headers={"X-World": "nobody"}, environ_base={"REMOTE_ADDR": address}).status_code
        == 200
    )


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_tools_answer_this_machine(world: World, address: str) -> None:
    answer = world.site.test_client().get("/patterns", environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == 200


def test_tools_answer_networks_that_are_allowed(apps_with: Callable[..., AppFixture]) -> None:
    site = apps_with(sandbox_allow=("192.0.2.0/24",), tools_password="secret").site
    for address, status in (("192.0.2.7", 200), ("198.51.100.1", 404), ("127.0.0.1", 404)):
        asked = site.test_client().get(
            "/patterns", auth=("qa", "secret"), environ_base={"REMOTE_ADDR": address}
        )
        assert asked.status_code == status


def test_tools_refuse_other_hosts(world: World) -> None:
    assert world.site.test_client().get("/patterns", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
def test_tools_do_nothing_for_another_sites_page(world: World, headers: dict[str, str]) -> None:
    client = world.site.test_client()
    rules = [rule for rule in world.site.url_map.iter_rules() if rule.endpoint.startswith("sandbox_api.")]
    changes = [(rule.rule, method) for rule in rules for method in (rule.methods or set()) & CHANGES]
    for rule, method in not_empty(changes):
        path = re.sub("<[^>]*>", "1", rule)
        assert client.open(path, method=method, headers=headers, json={}).status_code == 403, (path, method)


@pytest.mark.parametrize("away", ["//evil.example/", "https://evil.example/", "/\\evil.example", ""])
def test_tools_lead_back_to_this_site_only(world: World, away: str) -> None:
    browser = world.browser()
    browser.get("/sandbox/clock")
    page = browser.post("/sandbox/clock/now", {"next": away, "csrf_token": browser.csrf_token})
    assert page.name == "sandbox.clock"


@pytest.mark.parametrize(
    "path", ["/sandbox/clock", "/sandbox/faults/lift", "/sandbox/reset", "/sandbox/worlds"]
)
def test_tools_change_nothing_without_the_token_of_their_form(world: World, path: str) -> None:
    assert world.site.test_client().post(path, data={"by": "60"}).status_code == 400
    assert world.services.clock.offset == 0
