"""`make docs`: generate the parts of the docs that come from the code.

These are flows, settings, the tests of each promise, and the figures of the code finder. A flow's picture is an SVG
file with a light and a dark theme, drawn like the sandbox's diagram from the state machine that the code runs on.
Graphviz places a flow that has changed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from xml.etree import ElementTree as Xml

from tests.phone.corpus import figures
from tools import layout, promises, settings
from webapp.flows.state_machine import BEGIN, StateMachine
from webapp.flows.state_machines import all_machines
from webapp.sandbox.state_diagram.drawing import Labels, draw, text_of
from webapp.sandbox.state_diagram.layout import FILE, layouts
from webapp.sandbox.vocabulary.flow_titles import flow_title
from webapp.sandbox.vocabulary.state_names import state_name

ROOT = Path(__file__).resolve().parent.parent
FLOWS = ROOT / "docs" / "flows.md"
PICTURES = ROOT / "docs" / "flows"
PHONE = ROOT / "docs" / "phone.md"
SETTINGS = ROOT / "docs" / "settings.md"
CSS = ROOT / "webapp" / "static" / "css"
INTRODUCTION = """# The flows

Drawn by `make docs` from the state machines in `webapp/flows/`, which the site runs on. A row of a flow changes only
by one of these transitions, from a state where it starts. `●` means that there is no row yet, `◉` that there is none
any more. The sandbox shows the same pictures at `/sandbox/map`, with this browser's recording.
"""


def pages() -> dict[Path, Callable[[], str]]:
    """Return each generated file with the function that writes its text; layouts come before pictures."""
    return {
        FILE: layout.layout_file,
        FLOWS: flows_page,
        SETTINGS: lambda: settings_page(SETTINGS.read_text()),
        PHONE: lambda: figures.page(PHONE.read_text()),
        promises.PAGE: lambda: promises.page(promises.PAGE.read_text()),
        **{PICTURES / f"{table.kind}.svg": partial(picture, table) for table in all_machines()},
    }


def flows_page() -> str:
    """Return the page of all flows: picture, transitions and states with their pages."""
    return "\n".join([INTRODUCTION, *(_section(table) for table in all_machines())])


def _section(table: StateMachine) -> str:
    moves = "\n".join(
        f"| `{move.name}` | {_states(move.sources)} | {_state(table, move.target)} | {move.means} |"
        for move in table.transitions
    )
    shown = "\n".join(
        f"| {_state(table, state)} | {state_name(table.kind, state)} | {f'`{page}`' if page else 'none'} |"
        for state, page in table.pages.items()
    )
    return (
        f"## {flow_title(table.kind)}\n\n`{table.kind}`\n\n"
        f"![{flow_title(table.kind)}: states and transitions, as in the tables below](flows/{table.kind}.svg)\n\n"
        f"| transition | from | to | what happens |\n|---|---|---|---|\n{moves}\n\n"
        f"| state | meaning | page |\n|---|---|---|\n{shown}\n"
    )


def picture(table: StateMachine) -> str:
    """Render the flow diagram as a self-contained SVG with light and dark themes."""
    words = Labels(
        lambda state: state_name(table.kind, state),
        lambda name: next(move.means for move in table.transitions if move.name == name),
    )
    svg = draw(table, layouts()[table.kind], words, name=flow_title(table.kind))
    svg.set("xmlns", "http://www.w3.org/2000/svg")
    svg.set("role", "img")
    left, top, width, height = svg.get("viewBox", "").split()
    ground = {"class": "ground", "x": left, "y": top, "width": width, "height": height, "rx": "8"}
    svg.insert(0, Xml.Element("rect", ground))
    style = Xml.Element("style")
    style.text = _look()
    svg.insert(0, style)
    Xml.indent(svg, space=" ")
    return text_of(svg) + "\n"


def _look() -> str:
    """Return the drawing's style sheet with the site's colours filled in, for viewers without CSS variables."""
    tokens = dict(re.findall(r"(--[a-z-]+):\s*([^;]+);", (CSS / "tokens.css").read_text().split("}")[0]))
    sheet = ".drawing .ground { fill: var(--paper); }\n" + (CSS / "drawing.css").read_text()
    sheet = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    light, dark = (re.sub(r"\s+", " ", _filled(sheet, tokens, at)) for at in (0, 1))
    return f"{light}@media (prefers-color-scheme: dark) {{{dark}}}"


def _filled(sheet: str, tokens: dict[str, str], at: int) -> str:
    return re.sub(r"var\((--[a-z-]+)\)", lambda name: _theme_value(tokens[name[1]], at), sheet)


def _theme_value(value: str, at: int) -> str:
    """Return a token's light (0) or dark (1) value."""
    found = re.fullmatch(r"light-dark\((.+), (.+)\)", value)
    return found[at + 1] if found else " ".join(value.split())


def _states(states: tuple[str, ...]) -> str:
    return ", ".join("●" if state == BEGIN else f"`{state}`" for state in states)


def _state(table: StateMachine, state: str) -> str:
    return "◉" if state in table.ends else _states((state,))


def settings_page(text: str) -> str:
    """Return the page of settings with the generated tables between its markers."""
    for app, table in settings.tables().items():
        pattern = rf"(<!-- settings of {app} -->\n)[\s\S]*?(<!-- end -->)"
        text = re.sub(pattern, lambda found, table=table: f"{found[1]}\n{table}\n{found[2]}", text)  # type: ignore[misc]
    return text


def main() -> int:
    """Write every file whose text has changed, and remove the pictures of removed flows."""
    for path in set(PICTURES.glob("*.svg")) - set(pages()):
        path.unlink()
    for path, write in pages().items():
        text = write()
        if not path.exists() or path.read_text() != text:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
            print(f"nidankai: {path.relative_to(ROOT)} is new")
    return 0


if __name__ == "__main__":
    sys.exit(main())
