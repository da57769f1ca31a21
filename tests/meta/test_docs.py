"""The docs agree with the code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.assertions import not_empty
from tests.meta.sources import ROOT
from tools import docs, layout
from webapp.flows.state_machine import StateMachine
from webapp.flows.state_machines import all_machines
from webapp.sandbox.state_diagram.layout import FILE


@pytest.mark.parametrize("path", docs.pages(), ids=lambda path: path.name)
def test_docs_made_from_the_code_are_up_to_date(path: Path) -> None:
    assert path.read_text() == docs.pages()[path](), "run `make docs` and commit what it writes"


@pytest.mark.parametrize("table", all_machines(), ids=lambda table: table.kind)
def test_layout_has_every_state_and_move_and_none_more(table: StateMachine) -> None:
    data = json.loads(FILE.read_text())
    assert layout.fits(table, data.get(table.kind)), "run `make docs` and commit what it writes"
    assert set(data) == {table.kind for table in all_machines()}


def test_docs_show_every_move_of_every_flow() -> None:
    text = (ROOT / "docs" / "flows.md").read_text()
    missing = [
        move.name
        for table in all_machines()
        for move in table.transitions
        if f"| `{move.name}` |" not in text
    ]
    assert not missing, f"run `make docs`; docs/flows.md lacks {missing}"


def test_docs_show_a_picture_of_every_flow_and_none_of_another() -> None:
    pictures = {path.stem for path in docs.PICTURES.glob("*.svg")}
    assert pictures == {table.kind for table in all_machines()}, "run `make docs` and commit what it writes"
    for table in not_empty(all_machines()):
        text = (docs.PICTURES / f"{table.kind}.svg").read_text()
        missing = [move.name for move in table.transitions if f">{move.name}<" not in text]
        assert not missing, f"docs/flows/{table.kind}.svg lacks {missing}"
        assert "var(" not in text and "light-dark(" not in text, (
            "viewers other than browsers know no such thing"
        )
