"""Place the states and arrows of the flow diagrams with Graphviz, for `make docs`.

A flow is placed again only when its states, transitions or texts have changed. So another version of Graphviz changes
no picture, and only those who change a flow need Graphviz.
"""

from __future__ import annotations

import gettext
import json
import re
from collections.abc import Callable, Iterator
from itertools import combinations, pairwise
from math import ceil
from pathlib import Path
from random import Random
from typing import Any

from webapp.flows.state_machine import BEGIN, StateMachine
from webapp.flows.state_machines import all_machines
from webapp.sandbox.state_diagram.drawing import EDGE, LINE, name_width, sign_width, small_width
from webapp.sandbox.state_diagram.graph import Arrow, arrows, order
from webapp.sandbox.state_diagram.layout import FILE
from webapp.sandbox.vocabulary.state_names import state_name

TRANSLATIONS = Path(__file__).resolve().parent.parent / "webapp" / "translations"
INCH = 72
"""Graphviz uses inches for sizes and points for positions."""
HEAD, HALF = 8, 4
"""Length and half the width of an arrowhead, in pixels."""
TRIES = 60
"""Orders of the arrows to try: Graphviz's result depends on it, and the best one is used."""
PASSES = 3
"""Passes: the labels' positions decide how arrows meet a state, and that moves the labels."""

Size = tuple[int, int]
Point = tuple[float, float]
Ports = dict[tuple[str, str], list[str]]
"""The arrows at each state's top ("n") and bottom ("s"), from left to right."""


def layout_file() -> str:
    """Return the content of layout.json: fitting layouts unchanged, the others new."""
    old = json.loads(FILE.read_text()) if FILE.exists() else {}
    data = {
        table.kind: old[table.kind] if fits(table, old.get(table.kind)) else place(table)
        for table in all_machines()
    }
    text = json.dumps(data, indent=1)
    return re.sub(r"\[[^][{}]*\]", lambda numbers: " ".join(numbers[0].split()), text) + "\n"


def fits(table: StateMachine, data: dict[str, Any] | None) -> bool:
    """Return whether a layout has exactly the flow's states and arrows, with room for their texts."""
    return data is not None and (
        {state: tuple(rect[2:]) for state, rect in data["states"].items()} == state_sizes(table)
        and {key: tuple(way["label"][2:]) for key, way in data["ways"].items()} == label_sizes(table)
        and {key: set(way["tails"]) for key, way in data["ways"].items()}
        == {arrow.key: set() if arrow.is_loop else set(arrow.sources) for arrow in arrows(table)}
    )


def state_sizes(table: StateMachine) -> dict[str, Size]:
    """Return each state's width and height, with room for its name in every language."""
    sizes = {}
    for state in order(table):
        page, sign = table.pages.get(state) or "", sign_width(table, state)
        name = max(name_width(translate(state_name(table.kind, state))) for translate in _languages())
        sizes[state] = (round(2 * EDGE + max(name + sign, small_width(page))), 48 if page else 34)
    return sizes


def label_sizes(table: StateMachine) -> dict[str, Size]:
    """Return the width and height of each arrow's label."""
    return {
        arrow.key: (round(max(map(small_width, arrow.moves))) + 8, LINE * len(arrow.moves))
        for arrow in arrows(table)
    }


def place(table: StateMachine) -> dict[str, Any]:
    """Return a new layout of the flow."""
    graph = min((graph for seed in range(TRIES) for graph in _placed(table, seed)), key=_cost)
    to = _Frame(graph)
    return {
        "size": [ceil(to.width), ceil(to.height)],
        "states": {
            state: to.rect(graph.get_node(state).attr["pos"], size)
            for state, size in state_sizes(table).items()
        },
        "ways": {arrow.key: _way(graph, table, arrow, to) for arrow in arrows(table)},
    }


def _languages() -> list[Callable[[str], str]]:
    others = [path.name for path in TRANSLATIONS.iterdir()]
    return [str, *(gettext.translation("messages", TRANSLATIONS, [name]).gettext for name in others)]


def _placed(table: StateMachine, seed: int) -> Iterator[Any]:
    """Place the flow with Graphviz, in several passes."""
    given, ports = [*arrows(table)], Ports()
    Random(seed).shuffle(given)
    for _ in range(PASSES):
        graph = _graph(table, given, ports)
        graph.layout("dot")
        yield graph
        ports = _ports(table, graph)


def _graph(table: StateMachine, given: list[Arrow], ports: Ports) -> Any:
    """Return the flow for Graphviz. Labels are nodes as well, so that no arrow runs through them."""
    from pygraphviz import AGraph  # only `make docs` has it

    graph = AGraph(directed=True, strict=False, ranksep="0.42", nodesep="0.28")
    graph.node_attr.update(shape="box", fixedsize="true", label="")
    graph.edge_attr.update(arrowsize=str(HEAD / 10))
    for state, (width, height) in state_sizes(table).items():
        rows = [[f"<{side}{at}>" for at in range(len(ports.get((state, side), "_")))] for side in "ns"]
        top, bottom = ("{" + "|".join(row) + "}" for row in rows)
        graph.add_node(
            state, width=width / INCH, height=height / INCH, shape="record", label=f"{{{top}|{bottom}}}"
        )
    for arrow in given:
        width, height = label_sizes(table)[arrow.key]
        if arrow.is_loop:
            room = f'<<TABLE BORDER="0" FIXEDSIZE="TRUE" WIDTH="{width}" HEIGHT="{height}"><TR><TD></TD></TR></TABLE>>'
            graph.add_edge(arrow.target, arrow.target, label=room)
            continue
        graph.add_node(arrow.key, width=width / INCH, height=height / INCH)
        for upper, lower, head in _edges(table, arrow):
            leaves, enters = _port(ports, upper, "s", arrow), _port(ports, lower, "n", arrow)
            graph.add_edge(upper, lower, dir=head, tailport=leaves, headport=enters)
    return graph


def _cost(graph: Any) -> tuple[int, float]:
    """Return how hard a picture is to read: crossings first, then long arrows."""
    lines = [list(pairwise(_sampled(_curve(edge)))) for edge in graph.edges()]
    crossings = sum(_cross(*a, *b) for one, other in combinations(lines, 2) for a in one for b in other)
    return crossings, sum(abs(a[0] - b[0]) + abs(a[1] - b[1]) for line in lines for a, b in line)


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Return whether the lines a-b and c-d cross."""

    def side(p: Point, q: Point, r: Point) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def _edges(table: StateMachine, arrow: Arrow) -> list[tuple[str, str, str]]:
    """Return an arrow's edges in Graphviz's order, the upper end first: a backward arrow points up."""
    turn = order(table).index
    if turn(arrow.target) < turn(arrow.sources[0]):
        return [*((arrow.key, source, "none") for source in arrow.sources), (arrow.target, arrow.key, "back")]
    return [*((source, arrow.key, "none") for source in arrow.sources), (arrow.key, arrow.target, "forward")]


def _ports(table: StateMachine, graph: Any) -> Ports:
    """Return the order of the arrows at each state: that of their labels."""
    found = Ports()
    for arrow in arrows(table):
        if not arrow.is_loop:
            for upper, lower, _ in _edges(table, arrow):
                state, side = (lower, "n") if upper == arrow.key else (upper, "s")
                found.setdefault((state, side), []).append(arrow.key)
    for keys in found.values():
        keys.sort(key=lambda key: _point(graph.get_node(key).attr["pos"])[0])
    return found


def _port(ports: Ports, node: str, side: str, arrow: Arrow) -> str:
    """Return where an arrow meets a node: in the middle of a label, beside the other arrows of a state."""
    cell = f"{side}{ports[node, side].index(arrow.key)}:" if ports and node != arrow.key else ""
    return cell + side


class _Frame:
    """Convert Graphviz's points, which count upwards, to pixels. The start is at the left, where narrow screens
    begin.
    """

    def __init__(self, graph: Any) -> None:
        self.width, self.height = map(float, graph.graph_attr["bb"].split(",")[2:])
        self._is_turned = _point(graph.get_node(BEGIN).attr["pos"])[0] > self.width / 2

    def point(self, point: Point) -> Point:
        """Return a point, rounded to a tenth of a pixel."""
        return round(self.width - point[0] if self._is_turned else point[0], 1), round(
            self.height - point[1], 1
        )

    def rect(self, middle: str, size: Size) -> list[int]:
        """Return left, top, width and height."""
        x, y = self.point(_point(middle))
        return [round(x - size[0] / 2), round(y - size[1] / 2), *size]


def _way(graph: Any, table: StateMachine, arrow: Arrow, to: _Frame) -> dict[str, Any]:
    """Return an arrow's label and paths in the form of layout.json."""
    if arrow.is_loop:
        *tails, end = [graph.get_edge(arrow.target, arrow.target)]
        middle = end.attr["lp"]
    else:
        *tails, end = [graph.get_edge(upper, lower) for upper, lower, _ in _edges(table, arrow)]
        middle = graph.get_node(arrow.key).attr["pos"]
    return {
        "label": to.rect(middle, label_sizes(table)[arrow.key]),
        "tails": {source: _line(tail, to) for source, tail in zip(arrow.sources, tails, strict=False)},
        "end": _line(end, to),
        "head": _head(end, to),
    }


def _line(edge: Any, to: _Frame) -> str:
    """Return an edge's curve as an SVG path."""
    first, *others = [f"{x:g} {y:g}" for x, y in map(to.point, _curve(edge))]
    return f"M{first}C{' '.join(others)}"


def _head(edge: Any, to: _Frame) -> str:
    """Return an edge's arrowhead as an SVG path."""
    mark, tip = re.findall(r"([se]),(\S+)", edge.attr["pos"])[0]
    (x, y), (base_x, base_y) = to.point(_point(tip)), to.point(_curve(edge)[-1 if mark == "e" else 0])
    across, along = (y - base_y) * HALF / HEAD, (x - base_x) * HALF / HEAD
    corners = (base_x + across, base_y - along), (base_x - across, base_y + along)
    return f"M{x:g} {y:g}L{' '.join(f'{x:.1f} {y:.1f}' for x, y in corners)}z"


def _curve(edge: Any) -> list[Point]:
    """Return the points of an edge's Bézier curves."""
    return [_point(part) for part in edge.attr["pos"].replace("\\\n", "").split() if part[0] not in "es"]


def _sampled(curve: list[Point]) -> list[Point]:
    """Return closely spaced points on the curves."""
    return [
        tuple(
            a * (1 - t) ** 3 + 3 * b * t * (1 - t) ** 2 + 3 * c * t**2 * (1 - t) + d * t**3
            for a, b, c, d in axes
        )
        for at in range(0, len(curve) - 1, 3)
        for axes in [list(zip(*curve[at : at + 4], strict=True))]
        for t in (0, 0.2, 0.4, 0.6, 0.8, 1)
    ]


def _point(text: str) -> Point:
    x, y = text.split(",")[:2]
    return float(x), float(y)
