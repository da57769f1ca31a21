"""Check that an API's calls behave as its description says, for any input (schemathesis)."""

from __future__ import annotations

from typing import Any


def check(schema: Any, call: str, *, examples: int, is_in_schema: bool) -> None:
    """Make a call (`GET /clock`) with generated input, and judge its answers by the description.

    ``is_in_schema`` is False for a call that refuses what no schema can say.
    """
    from hypothesis import HealthCheck, given, settings
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    excluded = None if is_in_schema else [positive_data_acceptance]
    method, path = call.split(" ")

    @settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        derandomize=True,
    )
    @given(case=schema[path][method].as_strategy())
    def keeps_to_it(case: Any) -> None:
        case.call_and_validate(excluded_checks=excluded)

    keeps_to_it()
