"""The tools' API behaves as described, for any input (schemathesis)."""

from __future__ import annotations

from typing import Any

import pytest

from tests import more, openapi
from tests.app_fixture import World
from tests.assertions import not_empty

DESCRIPTION = "/sandbox/api/openapi.json"
CALLS = [
    "GET /clock", "PUT /clock", "POST /clock", "DELETE /clock", "GET /coverage", "GET /faults", "POST /faults",
    "DELETE /faults", "DELETE /faults/{fault_id}", "GET /personas", "POST /personas", "GET /refusals",
    "POST /refusals/{name}", "POST /reset", "GET /stage", "GET /stamp", "GET /timeline", "POST /timeline/pictures",
    "GET /worlds", "GET /worlds/{name}", "PUT /worlds/{name}", "DELETE /worlds/{name}",
]  # fmt: skip
"""Every call: one that is gone or new must be named here, since programs depend on it."""
NOT_IN_SCHEMAS = {
    "PUT /clock", "POST /clock", "POST /faults", "DELETE /faults/{fault_id}", "POST /personas",
    "POST /timeline/pictures",
}  # fmt: skip
"""Calls that refuse what no schema can say: a time too far ahead, a fault's number, an account that is not there."""


def described(world: World) -> dict[str, Any]:
    answer = world.site.test_client().get(DESCRIPTION)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json or {}
    return found


@pytest.mark.parametrize("call", CALLS)
@more.examples(4, 8)
def test_each_call_keeps_to_its_description(world: World, call: str, examples: int) -> None:
    import schemathesis

    def from_loopback(environ: dict[str, Any], start_response: Any) -> Any:
        return world.site({**environ, "REMOTE_ADDR": "127.0.0.1"}, start_response)

    schema = schemathesis.openapi.from_wsgi(DESCRIPTION, from_loopback)
    worlds = world.site.extensions["nidankai_worlds"]
    try:
        openapi.check(schema, call, examples=examples, is_in_schema=call not in NOT_IN_SCHEMAS)
    finally:
        for name in set(worlds.names()) - {"default"}:
            worlds.delete(name)


def test_description_names_every_call_and_its_answers(world: World) -> None:
    document = described(world)
    calls = {
        f"{method.upper()} {path}": call
        for path, each in document["paths"].items()
        for method, call in each.items()
    }
    assert sorted(calls) == sorted(CALLS)
    names = {call["operationId"] for call in calls.values()}
    assert len(names) == len(calls) and {"makeWorld", "moveClock", "moveClockByPost", "clearFault"} <= names
    for call in not_empty(list(calls.values())):
        answers = not_empty(list(call["responses"].values()))
        assert call["summary"] and all("X-Request-Id" in answer["headers"] for answer in answers)
        problem = call["responses"]["404"]["content"]["application/problem+json"]
        assert problem["schema"] == {"$ref": "#/components/schemas/Problem"}
        assert "Retry-After" in call["responses"]["429"]["headers"]


NO_CALLS = {
    "GET /sandbox/api/nothing": (404, ""),
    "GET /sandbox/api/worlds/a/b": (404, ""),
    "PATCH /sandbox/api/worlds/w1": (405, "DELETE, GET, HEAD, OPTIONS, PUT"),
    "DELETE /sandbox/api/openapi.json": (405, "GET, HEAD, OPTIONS"),
}
"""Requests that are no calls, with the status and the header Allow of their answers."""


def problem(world: World, asked: str, **headers: str) -> tuple[int, str]:
    """Return an error's status and its header Allow. It is in the API's form, in English."""
    method, path = asked.split(" ")
    answer = world.site.test_client().open(path, method=method, headers=headers)
    assert answer.mimetype == "application/problem+json", answer.data[:200]
    told: dict[str, Any] = answer.json or {}
    assert told["status"] == answer.status_code and told["title"].isascii() and told["detail"]
    return answer.status_code, answer.headers.get("Allow", "")


@pytest.mark.parametrize("asked", NO_CALLS)
def test_what_is_no_call_is_an_error_in_the_form_of_the_api(world: World, asked: str) -> None:
    assert problem(world, asked, Accept="text/html") == NO_CALLS[asked]


@pytest.mark.parametrize("asked", NO_CALLS)
def test_an_unknown_world_is_an_error_in_the_form_of_the_api(world: World, asked: str) -> None:
    assert problem(world, asked, **{"X-World": "never-made"}) == (404, "")


def test_pages_of_the_tools_keep_their_error_pages(world: World) -> None:
    answer = world.site.test_client().get("/sandbox/nothing")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
