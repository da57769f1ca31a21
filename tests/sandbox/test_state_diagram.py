"""The pictures of the flows can be read: nothing lies on anything else, and every arrow arrives."""

from __future__ import annotations

from itertools import combinations
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.flows.state_machine import BEGIN, Move, Table
from webapp.flows.state_machines import tables
from webapp.sandbox.state_diagram.drawing import (
    Marks,
    Words,
    bundled,
    draw,
    draw_small,
    finals,
    order,
    text_of,
)
from webapp.sandbox.state_diagram.layout import plan
from webapp.sandbox.state_diagram.places import Box, Place, Plan, Wire, nearest
from webapp.sandbox.vocabulary.state_names import state_name

WORDS = Words(lambda state: f"State {state}", lambda move: f"Means {move}", lambda state: f"#{state}")


def overlaps(one: Place, other: Place) -> bool:
    """Whether two places share any of their room."""
    beside = one.right <= other.left + 0.01 or other.right <= one.left + 0.01
    below = one.bottom <= other.top + 0.01 or other.bottom <= one.top + 0.01
    return not (beside or below)


def assert_readable(laid: Plan) -> None:
    """Boxes and labels lie apart and inside the picture, and arrows touch what they join from above or below."""
    places = {**laid.boxes, **laid.labels}
    for (one_name, one), (other_name, other) in combinations(places.items(), 2):
        assert not overlaps(one, other), f"{one_name} lies on {other_name}"
    for name, place in places.items():
        assert place.left >= -0.01 and place.right <= laid.width + 0.01, name
        assert place.top >= 0 and place.bottom <= laid.height + 0.01, name
    for (key, source), points in laid.ways.items():
        label = laid.labels[key]
        first = laid.boxes[source] if source is not None else label
        assert points[0][1] in (first.top, first.bottom) and first.left <= points[0][0] <= first.right
        crossed = [
            name
            for name, box in laid.boxes.items()
            for (x, y), (to_x, to_y) in zip(points[1::2], points[2::2], strict=False)
            if x == to_x and box.left < x < box.right and min(y, to_y) < box.bottom and max(y, to_y) > box.top
        ]
        assert not crossed, f"{key} runs through {crossed}"


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.kind)
def test_layout_of_every_flow_is_readable(table: Table) -> None:
    wires = [
        Wire(f"{sources}>{target}", sources, target, 7.5 * max(map(len, moves)), 16 * len(moves))
        for (sources, target), moves in bundled(table, finals(table)).items()
        if sources != (target,)
    ]
    laid = plan({state: Box(150, 48, 120) for state in order(table)}, wires)
    assert_readable(laid)
    down = [laid.boxes[source].top < laid.boxes[wire.target].top for wire in wires for source in wire.sources]
    forward = [
        order(table).index(source) < order(table).index(wire.target)
        for wire in wires
        for source in wire.sources
    ]
    assert down == forward, "what leads on goes down, what leads back goes up"


GRAPHS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 6)).filter(lambda ends: ends[0] != ends[1]),
    min_size=1,
    max_size=14,
    unique=True,
)


@given(GRAPHS)
@settings(max_examples=60, deadline=None)
def test_layout_of_any_small_graph_is_readable(ends: list[tuple[int, int]]) -> None:
    boxes = {str(at): Box(60 + 17 * at, 40, 30 * (at % 3)) for at in range(7)}
    wires = [Wire(f"{a}>{b}", (str(a),), str(b), 30 + 10 * b, 16 * (1 + a % 3)) for a, b in ends]
    assert_readable(plan(boxes, wires))


def test_layout_keeps_places_apart_and_near_to_what_is_wanted() -> None:
    assert nearest([5.0, 1.0], [0.0, 2.0]) == [2.0, 4.0]
    assert nearest([0.0, 10.0], [0.0, 2.0]) == [0.0, 10.0]
    assert nearest([], []) == []


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.kind)
def test_drawing_names_every_state_and_move(table: Table) -> None:
    svg = Xml.fromstring(text_of(draw(table, WORDS, name=table.kind)))
    texts = {text.text for text in svg.iter("text")}
    assert {f"State {state}" for state in order(table)} <= texts
    assert {move.name for move in table.moves} <= texts
    assert {link.get("href") for link in svg.iter("a")} == {f"#{state}" for state in order(table)}
    assert not [node for node in svg.iter() if node.get("style")], "the page's policy refuses inline style"
    small = Xml.fromstring(text_of(draw_small(table)))
    assert not list(small.iter("text")) and len(list(small.iter("rect"))) == len(order(table))


def test_drawing_marks_what_was_walked_and_where_one_stands() -> None:
    table = next(table for table in tables() if table.kind == "sign_in")
    marks = Marks(frozenset({BEGIN, "code"}), frozenset({"code"}), frozenset({("ask_code", BEGIN)}))
    svg = Xml.fromstring(text_of(draw(table, WORDS, marks)))
    walked = {text.text for text in svg.iter("text") if "walked" in (text.get("class") or "")}
    assert walked == {"ask_code"}
    states = {
        group.get("data-state"): group.get("class") for group in svg.iter("g") if group.get("data-state")
    }
    assert states == {BEGIN: "state reached", "code": "state reached here", "done": "state"}
    assert len([circle for circle in svg.iter("circle") if circle.get("class") == "pin"]) == 1


def test_drawing_escapes_what_is_said() -> None:
    table = Table("odd", {BEGIN: None}, (Move("a<b", (BEGIN,), "x&y", "means"),))
    text = text_of(draw(table, Words(str, str)))
    assert "a&lt;b" in text and "x&amp;y" in text and "<b" not in text


def test_state_words_know_every_state() -> None:
    bare = [
        f"{table.kind}.{state}"
        for table in tables()
        for state in order(table)
        if state_name(table.kind, state) == state
    ]
    assert not bare, f"no words in webapp/sandbox/vocabulary/state_names.py for: {bare}"
