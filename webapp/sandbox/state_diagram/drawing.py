"""A flow's states and transitions as a picture (SVG), drawn from its state machine and the committed layout.

Looks come from ``css/drawing.css`` by classes: the page's policy refuses inline style.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from xml.etree import ElementTree as Xml

from webapp.flows.state_machine import BEGIN, StateMachine
from webapp.sandbox.state_diagram.graph import arrows, finals, order
from webapp.sandbox.state_diagram.layout import Layout, Rect

NAME, SMALL, LINE = 14, 12, 16
"""Heights of type in pixels: a state's name, everything else, and a line of transitions."""
EDGE = 14
"""Pixels around the picture, and between a box's edge and its text."""
SIGN = 20
"""Pixels that the sign of a beginning or an end takes, left of its name."""


@dataclass(frozen=True)
class Marks:
    """The marks of a picture: the states reached, the browser's states, and the transitions made (name, source)."""

    reached: frozenset[str] = frozenset()
    here: frozenset[str] = frozenset()
    walked: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Labels:
    """The picture's texts: a state's name, a transition's meaning, and the address of a state's link, if it has one."""

    state: Callable[[str], str]
    move: Callable[[str], str]
    link: Callable[[str], str] | None = None


def draw(
    table: StateMachine, layout: Layout, words: Labels, marks: Marks = Marks(), *, name: str = ""
) -> Xml.Element:
    """Draw a flow in full; ``name`` is its label for screen readers."""
    svg = _svg(layout, "drawing", {"role": "group", "aria-label": name})
    _arrows(Xml.SubElement(svg, "g", {"class": "wires", "aria-hidden": "true"}), table, layout, marks)
    texts = Xml.SubElement(svg, "g", {"class": "moves", "aria-hidden": "true"})
    for arrow in arrows(table):
        label = layout.ways[arrow.key].label
        for n, move in enumerate(arrow.moves):
            walked = any((move, source) in marks.walked for source in arrow.sources)
            y = label.y + (n - (len(arrow.moves) - 1) / 2) * LINE + SMALL * 0.36
            text = _text(texts, move, (label.x, y), "move" + " walked" * walked)
            Xml.SubElement(text, "title").text = words.move(move)
    states = Xml.SubElement(svg, "g", {"class": "states"})
    for state in order(table):
        _state(states, table, layout.states[state], words, marks, state)
    return svg


def draw_small(table: StateMachine, layout: Layout, marks: Marks = Marks()) -> Xml.Element:
    """Draw a flow without texts, for a thumbnail. It is hidden from screen readers."""
    svg = _svg(layout, "drawing small", {"aria-hidden": "true"})
    _arrows(Xml.SubElement(svg, "g", {"class": "wires"}), table, layout, marks)
    for state in order(table):
        rect = layout.states[state]
        _rect(svg, rect, _classes("box", marks, state), is_round=_has_sign(table, state))
        if state in marks.here:
            _circle(svg, (rect.x, rect.y), rect.height / 4, "pin")
    return svg


def text_of(svg: Xml.Element) -> str:
    """Return the picture as markup."""
    return Xml.tostring(svg, encoding="unicode")


def name_width(text: str) -> float:
    """Return about how wide a state's name is, in pixels: no browser is at hand to measure it."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return NAME * (100 * wide + 63 * (len(text) - wide)) / 100


def small_width(text: str) -> float:
    """Return about how wide a transition or an endpoint is, in pixels. The type is monospaced."""
    return SMALL * 62 * len(text) / 100


def sign_width(table: StateMachine, state: str) -> int:
    """Return the width of the sign beside a state's name; 0 if it has none."""
    return SIGN if _has_sign(table, state) else 0


def _has_sign(table: StateMachine, state: str) -> bool:
    return state == BEGIN or state in finals(table)


def _svg(layout: Layout, look: str, spoken: dict[str, str]) -> Xml.Element:
    width, height = layout.width + 2 * EDGE, layout.height + 2 * EDGE
    view = f"{-EDGE} {-EDGE} {width} {height}"
    return Xml.Element(
        "svg", {"class": look, "viewBox": view, "width": str(width), "height": str(height), **spoken}
    )


def _arrows(parent: Xml.Element, table: StateMachine, layout: Layout, marks: Marks) -> None:
    for arrow in arrows(table):
        way = layout.ways[arrow.key]
        made = {s for s in arrow.sources if any((move, s) in marks.walked for move in arrow.moves)}
        for source, d in way.tails.items():
            _path(parent, d, "wire" + " walked" * (source in made))
        _path(parent, way.end, "wire" + " walked" * bool(made))
        _path(parent, way.head, "head" + " walked" * bool(made))


def _state(
    parent: Xml.Element, table: StateMachine, rect: Rect, words: Labels, marks: Marks, state: str
) -> None:
    if words.link:
        parent = Xml.SubElement(parent, "a", {"href": words.link(state)})
    group = Xml.SubElement(parent, "g", {"class": _classes("state", marks, state), "data-state": state})
    sign, name, page = sign_width(table, state), words.state(state), table.pages.get(state)
    _rect(group, rect, "box", is_round=bool(sign))
    y = rect.y + (-3 if page else 5)
    if sign:
        is_end = state in finals(table)
        at = (rect.x - (name_width(name) + sign) / 2 + 5, y - 5)
        _circle(group, at, 6, "sign ring" if is_end else "sign")
        if is_end:
            _circle(group, at, 3, "sign")
    _text(group, name, (rect.x + sign / 2, y), "name")
    if page:
        _text(group, page, (rect.x, y + 17), "page")
    corner = (rect.left + rect.width - 5, rect.top + 5)
    if state in marks.here:
        _circle(group, corner, 9, "pin")
        _circle(group, corner, 3.5, "pin-eye")
    elif state in marks.reached:
        _circle(group, corner, 8, "check")
        _path(group, f"M{corner[0] - 3.5:g} {corner[1]}l2.5 3 4.5 -5.5", "check-mark")


def _classes(look: str, marks: Marks, state: str) -> str:
    return look + " reached" * (state in marks.reached) + " here" * (state in marks.here)


def _rect(parent: Xml.Element, rect: Rect, look: str, *, is_round: bool) -> None:
    box = {"x": rect.left, "y": rect.top, "width": rect.width, "height": rect.height}
    corner = {"rx": f"{rect.height / 2 if is_round else 8:g}"}
    Xml.SubElement(
        parent, "rect", {"class": look, **{key: str(value) for key, value in box.items()}, **corner}
    )


def _circle(parent: Xml.Element, at: tuple[float, float], radius: float, look: str) -> None:
    placed = {"cx": f"{at[0]:.1f}", "cy": f"{at[1]:.1f}", "r": f"{radius:g}"}
    Xml.SubElement(parent, "circle", {"class": look, **placed})


def _path(parent: Xml.Element, d: str, look: str) -> None:
    Xml.SubElement(parent, "path", {"class": look, "d": d})


def _text(parent: Xml.Element, text: str, at: tuple[float, float], look: str) -> Xml.Element:
    placed = {"class": look, "x": f"{at[0]:.1f}", "y": f"{at[1]:.1f}", "text-anchor": "middle"}
    element = Xml.SubElement(parent, "text", placed)
    element.text = text
    return element
