"""A flow's states and moves as a picture (SVG), drawn from the table that the code runs on.

Looks come from ``css/drawing.css`` by classes: no style stands in the picture. Texts are measured by rule of thumb,
as no browser is at hand.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from xml.etree import ElementTree as Xml

from webapp.flows.state_machine import BEGIN, Table
from webapp.sandbox.state_diagram.layout import plan
from webapp.sandbox.state_diagram.places import Box, Plan, Point, Wire

NAME, SMALL, LINE = 14.0, 12.0, 16.0
"""Heights of type: a state's name, everything else, and a line of moves."""
EDGE = 14.0
"""Around the picture, and between a box's edge and its text."""
SIGN = 20.0
"""What the sign of a beginning or an end takes, left of its name."""
LOOP = 34.0
"""From a box to the label of what leads back into it."""
HEAD = 5.0
"""Half the width of an arrowhead."""


@dataclass(frozen=True)
class Marks:
    """What is marked: the states that are reached, those where one stands, and the moves made (name, from)."""

    reached: frozenset[str] = frozenset()
    here: frozenset[str] = frozenset()
    walked: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Words:
    """What is said in the picture: a state's name, what a move means, and where a state's link leads, if it has one."""

    state: Callable[[str], str]
    move: Callable[[str], str]
    link: Callable[[str], str] | None = None


def draw(table: Table, words: Words, marks: Marks = Marks(), *, name: str = "") -> Xml.Element:
    """The picture of a flow in full; ``name`` is what it is called to those who don't see it."""
    ends = finals(table)
    bundles = bundled(table, ends)
    loops = {
        source: moves
        for (sources, target), moves in bundles.items()
        for source in sources
        if source == target
    }
    boxes = {state: _box(table, words, state, loops.get(state, ())) for state in order(table)}
    wires = [
        Wire(_key(sources, target), sources, target, max(_mono(move) for move in moves), LINE * len(moves))
        for (sources, target), moves in bundles.items()
        if sources != (target,)
    ]
    laid = _planned(tuple(boxes.items()), tuple(wires))
    svg = _svg(laid, name, "drawing")
    lines = Xml.SubElement(svg, "g", {"class": "wires", "aria-hidden": "true"})
    texts = Xml.SubElement(svg, "g", {"class": "moves", "aria-hidden": "true"})
    for (sources, target), moves in bundles.items():
        if sources == (target,):
            _loop(lines, laid, target, any((move, target) in marks.walked for move in moves))
            box = laid.boxes[target]
            at, anchor = (box.x + box.width / 2 + LOOP, box.top + box.height / 2), "start"
        else:
            _wire(lines, laid, sources, target, moves, marks)
            label = laid.labels[_key(sources, target)]
            at, anchor = (label.x, label.top + label.height / 2), "middle"
        for n, move in enumerate(moves):
            walked = any((move, source) in marks.walked for source in sources)
            y = at[1] + (n - (len(moves) - 1) / 2) * LINE + SMALL * 0.36
            text = _text(texts, move, (at[0], y), "move" + " walked" * walked, anchor)
            Xml.SubElement(text, "title").text = words.move(move)
    states = Xml.SubElement(svg, "g", {"class": "states"})
    for state in boxes:
        _state(states, laid, table, words, marks, state, is_end=state in ends)
    return svg


def draw_small(table: Table, marks: Marks = Marks()) -> Xml.Element:
    """The same without words, as small as a thumb: what is marked can be seen. Hidden from those who don't see it."""
    ends = finals(table)
    bundles = bundled(table, ends)
    boxes = {state: Box(40, 16) for state in order(table)}
    wires = [Wire(_key(s, t), s, t, 1, 1) for s, t in bundles if s != (t,)]
    laid = _planned(tuple(boxes.items()), tuple(wires))
    svg = _svg(laid, "", "drawing small")
    lines = Xml.SubElement(svg, "g", {"class": "wires"})
    for (sources, target), moves in bundles.items():
        if sources != (target,):
            _wire(lines, laid, sources, target, moves, marks)
    for state, place in laid.boxes.items():
        _rect(svg, laid, state, _classes(marks, state), is_round=state == BEGIN or state in ends)
        if state in marks.here:
            _circle(svg, (place.x, place.top + place.height / 2), 4, "pin")
    return svg


def text_of(svg: Xml.Element) -> str:
    """The picture as it stands in a page or a file."""
    return Xml.tostring(svg, encoding="unicode")


def order(table: Table) -> tuple[str, ...]:
    """All states of a table, the beginning first, as the table tells them."""
    told = dict.fromkeys([BEGIN, *table.pages])
    for move in table.moves:
        told |= dict.fromkeys([*move.sources, move.target])
    return (*(state for state in told if state not in table.ends), *(s for s in told if s in table.ends))


def finals(table: Table) -> frozenset[str]:
    """The states that nothing leads out of."""
    return frozenset(order(table)) - {source for move in table.moves for source in move.sources}


def bundled(table: Table, ends: frozenset[str]) -> dict[tuple[tuple[str, ...], str], tuple[str, ...]]:
    """The moves by where they lead from and to: one arrow for all of them.

    Moves that lead from several states to an end share their label; elsewhere each state has an arrow of its own.
    """
    between: dict[tuple[str, str], tuple[str, ...]] = {}
    for move in table.moves:
        for source in move.sources:
            between[source, move.target] = (*between.get((source, move.target), ()), move.name)
    joined: dict[tuple[tuple[str, ...], str], tuple[str, ...]] = {}
    for (source, target), moves in between.items():
        same = [s for (s, t), others in between.items() if t == target and others == moves]
        joined[tuple(same) if target in ends else (source,), target] = moves
    return joined


@lru_cache(maxsize=128)
def _planned(boxes: tuple[tuple[str, Box], ...], wires: tuple[Wire, ...]) -> Plan:
    """Thought out once for each flow, size and language: what is marked changes nothing."""
    return plan(dict(boxes), wires)


def _key(sources: tuple[str, ...], target: str) -> str:
    return f"{' '.join(sources)} > {target}"


def _box(table: Table, words: Words, state: str, loops: tuple[str, ...]) -> Box:
    page = table.pages.get(state) or ""
    width = 2 * EDGE + max(_sans(words.state(state)) + (SIGN if _has_sign(table, state) else 0), _mono(page))
    reach = LOOP + max(map(_mono, loops)) if loops else 0.0
    return Box(width, max(48.0 if page else 34.0, LINE * len(loops) + 4), reach)


def _has_sign(table: Table, state: str) -> bool:
    return state == BEGIN or state in finals(table)


def _svg(laid: Plan, name: str, look: str) -> Xml.Element:
    width, height = round(laid.width + 2 * EDGE), round(laid.height + 2 * EDGE)
    told = {"role": "group", "aria-label": name} if name else {"aria-hidden": "true"}
    return Xml.Element(
        "svg",
        {
            "class": look,
            "viewBox": f"{-EDGE:g} {-EDGE:g} {width} {height}",
            "width": str(width),
            "height": str(height),
            **told,
        },
    )


def _wire(
    lines: Xml.Element,
    laid: Plan,
    sources: tuple[str, ...],
    target: str,
    moves: tuple[str, ...],
    marks: Marks,
) -> None:
    key = _key(sources, target)
    made = {source for source in sources if any((move, source) in marks.walked for move in moves)}
    for source in sources:
        _path(lines, _curve(laid.ways[key, source]), "wire" + " walked" * (source in made))
    last = laid.ways[key, None]
    x, y = last[-1]
    back = HEAD if y > last[-2][1] else -HEAD
    look = " walked" * bool(made)
    _path(lines, _curve([*last[:-1], (x, y - back)]), "wire" + look)
    _path(lines, f"M{x:.1f} {y:.1f}l{-HEAD} {-1.8 * back:.1f}h{2 * HEAD}z", "head" + look)


def _loop(lines: Xml.Element, laid: Plan, state: str, walked: bool) -> None:
    box = laid.boxes[state]
    x, y, look = box.x + box.width / 2, box.top + box.height / 2, " walked" * walked
    _path(lines, f"M{x:.1f} {y - 9:.1f}c{LOOP - 8} -8 {LOOP - 8} 26 {HEAD} 18", "wire" + look)
    _path(lines, f"M{x:.1f} {y + 9:.1f}l{1.8 * HEAD} {-HEAD}v{2 * HEAD}z", "head" + look)


def _state(
    states: Xml.Element, laid: Plan, table: Table, words: Words, marks: Marks, state: str, *, is_end: bool
) -> None:
    place = laid.boxes[state]
    parent = Xml.SubElement(states, "a", {"href": words.link(state)}) if words.link else states
    group = Xml.SubElement(parent, "g", {"class": _classes(marks, state), "data-state": state})
    _rect(group, laid, state, "", is_round=state == BEGIN or is_end)
    page = table.pages.get(state)
    y = place.top + place.height / 2 + (-3 if page else 5)
    sign = SIGN if _has_sign(table, state) else 0.0
    if sign:
        x = place.x - (_sans(words.state(state)) + sign) / 2 + 5
        _circle(group, (x, y - 5), 6, "sign ring" if is_end else "sign")
        if is_end:
            _circle(group, (x, y - 5), 3, "sign")
    _text(group, words.state(state), (place.x + sign / 2, y), "name", "middle")
    if page:
        _text(group, page, (place.x, y + 17), "page", "middle")
    corner = (place.x + place.width / 2 - 5, place.top + 5)
    if state in marks.here:
        _circle(group, corner, 9, "pin")
        _circle(group, corner, 3.5, "pin-eye")
    elif state in marks.reached:
        _circle(group, corner, 8, "check")
        _path(group, f"M{corner[0] - 3.5:.1f} {corner[1]:.1f}l2.5 3 4.5 -5.5", "check-mark")


def _classes(marks: Marks, state: str) -> str:
    return "state" + " reached" * (state in marks.reached) + " here" * (state in marks.here)


def _rect(parent: Xml.Element, laid: Plan, state: str, look: str, *, is_round: bool) -> None:
    place = laid.boxes[state]
    Xml.SubElement(
        parent,
        "rect",
        {
            "class": f"box {look}".strip(),
            "x": f"{place.x - place.width / 2:.1f}",
            "y": f"{place.top:.1f}",
            "width": f"{place.width:.1f}",
            "height": f"{place.height:.1f}",
            "rx": f"{place.height / 2 if is_round else min(8, place.height / 4):g}",
        },
    )


def _circle(parent: Xml.Element, at: Point, radius: float, look: str) -> None:
    Xml.SubElement(
        parent, "circle", {"class": look, "cx": f"{at[0]:.1f}", "cy": f"{at[1]:.1f}", "r": f"{radius:g}"}
    )


def _path(parent: Xml.Element, d: str, look: str) -> None:
    Xml.SubElement(parent, "path", {"class": look, "d": d})


def _text(parent: Xml.Element, text: str, at: Point, look: str, anchor: str) -> Xml.Element:
    placed = {"class": look, "x": f"{at[0]:.1f}", "y": f"{at[1]:.1f}", "text-anchor": anchor}
    element = Xml.SubElement(parent, "text", placed)
    element.text = text
    return element


def _curve(points: list[Point]) -> str:
    """Straight up and down at each point, in a soft curve between them."""
    d = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x, y), (to_x, to_y) in pairwise(points):
        middle = (y + to_y) / 2
        d += (
            f"V{to_y:.1f}"
            if abs(x - to_x) < 0.1
            else f"C{x:.1f} {middle:.1f} {to_x:.1f} {middle:.1f} {to_x:.1f} {to_y:.1f}"
        )
    return d


def _mono(text: str) -> float:
    """About how wide the text is in small type of one width."""
    return SMALL * 0.62 * len(text)


def _sans(text: str) -> float:
    """About how wide the text is as a name."""
    return NAME * sum(1.0 if unicodedata.east_asian_width(char) in "WF" else 0.63 for char in text)
