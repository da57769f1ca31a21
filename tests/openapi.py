"""Check that an API's calls behave as its description says, for any input (schemathesis)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NO_BOUNDS: Mapping[str, float] = {}


def check(
    schema: Any, call: str, *, examples: int, is_in_schema: bool, bounds: Mapping[str, float] = NO_BOUNDS
) -> None:
    """Make a call (`GET /clock`) with generated input, and judge its answers by the description.

    ``is_in_schema`` is False for a call that refuses what no schema can say. ``bounds`` are the largest numbers of
    parameters of the query, which also count where the input has none: how long a call waits.
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
        for name, most in bounds.items():
            sent = (case.query or {}).get(name)
            if sent is None or (isinstance(sent, int | float) and sent > most):
                case.query = {**(case.query or {}), name: most}
        case.call_and_validate(excluded_checks=excluded)

    keeps_to_it()
