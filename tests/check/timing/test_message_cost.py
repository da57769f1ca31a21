"""What a message costs, as a ratio of function calls: no clock decides."""

from __future__ import annotations

import cProfile
import pstats
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder

import mocksms
from bench import phone_floor
from bench.server_process import SENDER, TEXT

ACCOUNT = "AC" + "0" * 32
MESSAGES = 64
MOST_TIMES_THE_FLOOR = 1.8
"""Function calls of a message by those of the floor. It was 1.5 when this was written."""

pytestmark = pytest.mark.xdist_group("timing")


def _environ() -> dict[str, Any]:
    form = {"To": "+819012345678", "From": SENDER, "Body": TEXT}
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    return EnvironBuilder(path=path, method="POST", data=form, auth=(ACCOUNT, "any")).get_environ()


def _calls(app: Flask) -> float:
    """Return the function calls that one message costs, its share of indexing words included."""
    counted = cProfile.Profile()
    for number in range(2 * MESSAGES):
        environ, answered = _environ(), []
        if number >= MESSAGES:
            counted.enable()
        pieces = cast(Any, app)(environ, lambda status, *_: answered.append(status))  # noqa: B023 - called at once
        b"".join(pieces)
        pieces.close()
        counted.disable()
        assert answered == ["201 CREATED"]
    return float(cast(Any, pstats.Stats(counted)).total_calls) / MESSAGES


def test_a_message_costs_a_few_times_the_floor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOOR_DB", str(tmp_path / "floor.db"))
    app = mocksms.create_app({"INSTANCE": str(tmp_path), "SMTP_PORT": -1})
    try:
        ours, floor = _calls(app), _calls(phone_floor.create_app())
    finally:
        app.extensions["mocksms"].close()
    assert ours / floor < MOST_TIMES_THE_FLOOR, f"{ours:.0f} calls, the floor {floor:.0f}"
