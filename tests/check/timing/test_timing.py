"""Time tells no account, measured on a thousand known and unknown ones (docs/promises.md#75)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.app_fixture import AppFixture
from tests.security.timing import auc_of

ASKED = 1000

pytestmark = pytest.mark.xdist_group("timing")  # two at once would measure each other


@pytest.mark.parametrize("by", ["mail", "number"])
@pytest.mark.parametrize("where", ["forgot", "register", "recovery"])
def test_time_tells_no_account_of_a_thousand(
    apps_with: Callable[..., AppFixture], where: str, by: str
) -> None:
    apps = apps_with(passwords_per_sender=10 * ASKED, texts_per_sender=10 * ASKED)
    assert 0.45 <= auc_of(apps, where, by, ASKED) <= 0.55
