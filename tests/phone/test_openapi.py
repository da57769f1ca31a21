"""The tester API behaves as described, for any input (schemathesis)."""

from pathlib import Path
from typing import Any

import pytest

from mocksms import create_app
from mocksms.api.absence import blueprint as absence
from mocksms.api.authenticators import blueprint as authenticators
from mocksms.api.control import blueprint as control
from mocksms.api.leases import blueprint as leases
from mocksms.api.mail_files import blueprint as mail_files
from mocksms.api.messages import blueprint as reading
from mocksms.api.openapi import description
from mocksms.api.request_log import blueprint as request_log

BLOCKING = {"/events", "/messages/wait", "/messages/expect-none", "/code", "/authenticators/{id}/code"}
CALLS = [
    f"{method.upper()} {path}" for path, methods in description()["paths"].items() for method in methods
    if path not in BLOCKING
]  # fmt: skip


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Any:
    import schemathesis

    app = create_app({"INSTANCE": str(tmp_path_factory.mktemp("openapi"))})
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)


@pytest.mark.parametrize("call", CALLS)
def test_each_call_keeps_to_its_description(schema: Any, call: str) -> None:
    from hypothesis import HealthCheck, given, settings
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    # What a key or a picture must hold, no schema can say.
    excluded = [positive_data_acceptance] if call == "POST /authenticators" else None
    method, path = call.split(" ")

    @settings(
        max_examples=10,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        derandomize=True,
    )
    @given(case=schema[path][method].as_strategy())
    def check(case: Any) -> None:
        case.call_and_validate(excluded_checks=excluded)

    check()


def test_every_route_is_described(tmp_path: Path) -> None:
    app = create_app({"INSTANCE": str(tmp_path)})
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
