"""`make docs`: write what can be read from the code into the docs: the flows' diagrams, the settings' tables.

A diagram is Mermaid text, which GitHub and most editors draw. `tests/meta/test_docs.py` fails when one
differs.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tools import settings
from tools.flow_tables import tables
from webapp.flows.table import BEGIN, Move, Table

ROOT = Path(__file__).resolve().parent.parent
FLOWS = ROOT / "docs" / "flows.md"
README = ROOT / "README.md"
INTRODUCTION = """# The flows

Drawn by `make docs` from the tables in `webapp/flows/`, which the site itself runs on: a row of a flow
changes only by one of these moves, from a state that the move starts in. `●` is where there is no row yet,
`◉` where there is none any more.
"""


def pages() -> dict[Path, str]:
    """Each generated file with the text that it should have."""
    return {FLOWS: flows_page(), README: readme(README.read_text() if README.exists() else "")}


def flows_page() -> str:
    """All flows: a diagram each, what every move means, and the page that shows each state."""
    return "\n".join([INTRODUCTION, *(_section(table) for table in tables())])


def _section(table: Table) -> str:
    title = table.kind.replace("_", " ").capitalize()
    moves = "\n".join(
        f"| `{move.name}` | {_states(move.sources)} | {_state(table, move.target)} | {move.means} |"
        for move in table.moves
    )
    shown = "\n".join(
        f"| {_state(table, state)} | {f'`{page}`' if page else 'none'} |"
        for state, page in table.pages.items()
    )
    return (
        f"## {title}\n\n{diagram(table)}\n"
        f"| move | from | to | what happens |\n|---|---|---|---|\n{moves}\n\n"
        f"| state | page |\n|---|---|\n{shown}\n"
    )


def diagram(table: Table) -> str:
    """A table of moves as a Mermaid state diagram."""
    lines = [_arrow(table, move, source) for move in table.moves for source in move.sources]
    return "```mermaid\nstateDiagram-v2\n    direction LR\n" + "\n".join(lines) + "\n```\n"


def _arrow(table: Table, move: Move, source: str) -> str:
    start = "[*]" if source == BEGIN else source
    target = "[*]" if move.target in table.ends else move.target
    return f"    {start} --> {target}: {move.name}"


def _states(states: tuple[str, ...]) -> str:
    return ", ".join("●" if state == BEGIN else f"`{state}`" for state in states)


def _state(table: Table, state: str) -> str:
    return "◉" if state in table.ends else _states((state,))


def readme(text: str) -> str:
    """The README with the settings' tables between their markers made anew."""
    for app, table in settings.tables().items():
        pattern = rf"(<!-- settings of {app} -->\n)[\s\S]*?(<!-- end -->)"
        text = re.sub(pattern, lambda found, table=table: f"{found[1]}\n{table}\n{found[2]}", text)  # type: ignore[misc]
    return text


def main() -> int:
    """Write every page whose text has changed."""
    for path, text in pages().items():
        if text and (not path.exists() or path.read_text() != text):
            path.write_text(text)
            print(f"nidankai: {path.relative_to(ROOT)} is new")
    return 0


if __name__ == "__main__":
    sys.exit(main())
