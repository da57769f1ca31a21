"""Random walks over all flows and the clock agree with a small model (docs/promises.md#70).

`WALKS=500 pytest tests/security/test_random_walks.py` walks further, and elsewhere each time.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.app_fixture import AppFixture


def test_random_walks_agree_with_the_model_s70(apps_with: Callable[..., AppFixture]) -> None:
    from tests.security.walks import walk

    walk(apps_with(send_cap=10_000))


@pytest.mark.parametrize(
    "rule_name",
    ["password", "right_code", "turn_on", "turn_off", "step_up", "ask_everywhere", "reset_by_documents"],
)
def test_walks_know_every_flow_s70(rule_name: str) -> None:
    """A rule that is renamed away would make the walk shorter without a word."""
    from tests.security.walks import Walks

    assert callable(getattr(Walks, rule_name))
