"""The tester API behaves as described, for any input (schemathesis)."""

from typing import Any

import pytest
from flask import Flask

from mocksms.api import event_stream
from mocksms.api.absence import blueprint as absence
from mocksms.api.authenticators import blueprint as authenticators
from mocksms.api.control import blueprint as control
from mocksms.api.leases import blueprint as leases
from mocksms.api.mail_files import blueprint as mail_files
from mocksms.api.messages import blueprint as reading
from mocksms.api.openapi import description
from mocksms.api.openapi_operations import NAMES
from mocksms.api.request_log import blueprint as request_log
from mocksms.testing import Phone
from tests import more, openapi
from tests.assertions import not_empty
from tests.own_apps import Make, make_phone

__all__ = ["make_phone"]

SHORT = {"GET /messages/wait": "timeout", "GET /messages/expect-none": "seconds", "GET /code": "wait"}
"""The parameter that says how long a call waits."""
CALLS = [
    f"{method.upper()} {path}" for path, methods in description()["paths"].items() for method in methods
]  # fmt: skip


@pytest.fixture(scope="module")
def app(make_phone: Make) -> Flask:
    return make_phone()


@pytest.fixture(scope="module")
def schema(app: Flask) -> Any:
    import schemathesis

    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)


@pytest.mark.parametrize("call", CALLS)
@more.examples(4, 10)
def test_each_call_keeps_to_its_description(
    schema: Any, call: str, examples: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "MOST_BYTES", 0)  # a stream ends when it has told something
    monkeypatch.setattr(event_stream, "KEEPALIVE_SECONDS", 0.01)
    bounds = {SHORT[call]: 0.01} if call in SHORT else {}
    # What a key or a picture must hold, no schema can say.
    is_in_schema = call != "POST /authenticators"
    openapi.check(schema, call, examples=examples, is_in_schema=is_in_schema, bounds=bounds)


def test_every_route_is_described(app: Flask) -> None:
    routes = set()
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] in (
            reading.name,
            absence.name,
            authenticators.name,
            control.name,
            leases.name,
            mail_files.name,
            request_log.name,
        ):
            path = rule.rule.removeprefix("/api/v1")
            if "<any(" in path:
                for action in ("answer", "decline", "hangup", "digits"):
                    routes.add(f"/calls/{{id}}/{action}")
            else:
                parts = [
                    f"{{{p.strip('<>').split(':')[-1]}}}" if p.startswith("<") else p for p in path.split("/")
                ]
                name = "/".join(parts)
                for own in ("message_id", "rule_id", "lease_id", "entry_id"):
                    name = name.replace(own, "id")
                routes.add(name)
    assert routes - {"/openapi.json"} == set(description()["paths"])


def test_every_operation_has_a_name_of_its_own_and_described_headers() -> None:
    document = description()
    calls = [call for methods in document["paths"].values() for call in methods.values()]
    names = [call["operationId"] for call in calls]
    assert sorted(names) == sorted(NAMES.values()) and len(set(names)) == len(names)
    known = document["components"]["headers"]
    for answer in not_empty([answer for call in calls for answer in call["responses"].values()]):
        assert {"X-Request-Id", "X-Mocksms-Api"} <= answer["headers"].keys()
        assert {each["$ref"].rpartition("/")[2] for each in answer["headers"].values()} <= known.keys()


def test_details_of_what_arrives_are_described(phone: Phone, twilio: Any) -> None:
    known = description()["components"]["schemas"]["Message"]["properties"]["details"]["properties"]
    twilio.messages.create(to="+819012345678", from_="+15005550006", body="Code 482913")
    (message,) = phone.messages()
    assert message.fields["details"].keys() <= known.keys()
    assert all(each["description"] for each in not_empty(list(known.values())))


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PATCH", "/api/v1/worlds/w1", {"DELETE", "GET", "HEAD", "OPTIONS", "PUT"}),
        ("POST", "/api/v1/code", {"GET", "HEAD", "OPTIONS"}),
        ("PUT", "/2010-04-01/Accounts/AC1/Messages.json", {"GET", "HEAD", "OPTIONS", "POST"}),
    ],
    ids=["world", "code", "wire"],
)
def test_an_unknown_method_is_405_with_allow(method: str, path: str, allowed: set[str], app: Flask) -> None:
    answer = app.test_client().open(path, method=method)
    assert answer.status_code == 405 and answer.is_json, answer.data
    assert set(answer.headers["Allow"].split(", ")) == allowed
