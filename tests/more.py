"""What `make test` leaves to `make check ONLY=more`: a test in a further language, width, colour or number."""

from __future__ import annotations

from typing import Any

import pytest


def more(*values: Any) -> Any:
    """Return a set of a test's parameters that `make test` leaves out: `parametrize("width", [390, more(1280)])`."""
    return pytest.param(*values, marks=pytest.mark.more)


def examples(few: int, many: int) -> pytest.MarkDecorator:
    """Give a property test ``examples``: few in `make test`, many in the check."""
    return pytest.mark.parametrize("examples", [few, more(many)])
