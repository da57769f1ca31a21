"""The flow diagrams are readable: no label overlaps anything, and every arrow reaches its state."""

from __future__ import annotations

import re
from itertools import combinations
from xml.etree import ElementTree as Xml

import pytest

from tests.assertions import not_empty
from webapp.flows.state_machine import BEGIN, StateMachine, Transition
from webapp.flows.state_machines import all_machines
from webapp.sandbox.state_diagram.drawing import Labels, Marks, draw, draw_small, text_of
from webapp.sandbox.state_diagram.graph import arrows, order
from webapp.sandbox.state_diagram.layout import Layout, Rect, Route, layouts
from webapp.sandbox.vocabulary.state_names import state_name

WORDS = Labels(lambda state: f"State {state}", lambda move: f"Means {move}", lambda state: f"#{state}")
TOUCH = 2
"""Pixels by which a line may reach into what it joins: places are whole pixels, lines are not."""

Point = tuple[float, float]


def overlaps(one: Rect, other: Rect) -> bool:
    """Return whether two rectangles share any of their room."""
    beside = one.left + one.width <= other.left or other.left + other.width <= one.left
    below = one.top + one.height <= other.top or other.top + other.height <= one.top
    return not (beside or below)


def is_within(point: Point, rect: Rect, margin: float) -> bool:
    """Return whether a point is in a rectangle that is wider by ``margin`` on every side."""
    x, y = point[0] - rect.left, point[1] - rect.top
    return -margin < x < rect.width + margin and -margin < y < rect.height + margin


def points(path: str) -> list[Point]:
    """Return the numbers of a path in pairs."""
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", path)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def drawn(path: str) -> list[Point]:
    """Return points on a path's Bézier curves, close together."""
    knots = points(path)
    assert path[0] == "M" and path.count("C") == 1 and len(knots) % 3 == 1, path
    steps = [step / 24 for step in range(25)]
    return [
        (_bezier(t, *(x for x, _ in knots[at : at + 4])), _bezier(t, *(y for _, y in knots[at : at + 4])))
        for at in range(0, len(knots) - 1, 3)
        for t in steps
    ]


def _bezier(t: float, a: float, b: float, c: float, d: float) -> float:
    return a * (1 - t) ** 3 + 3 * b * t * (1 - t) ** 2 + 3 * c * t**2 * (1 - t) + d * t**3


@pytest.mark.parametrize("table", all_machines(), ids=lambda table: table.kind)
def test_picture_has_no_two_things_in_one_place(table: StateMachine) -> None:
    layout = layouts()[table.kind]
    things = {**layout.states, **{key: way.label for key, way in layout.ways.items()}}
    assert len(things) == len(order(table)) + len(arrows(table))
    for (name, one), (other_name, other) in combinations(things.items(), 2):
        assert not overlaps(one, other), f"{name} is on {other_name}"
    for name, one in things.items():
        assert one.left >= 0 and one.left + one.width <= layout.width, name
        assert one.top >= 0 and one.top + one.height <= layout.height, name


@pytest.mark.parametrize("table", all_machines(), ids=lambda table: table.kind)
def test_picture_has_no_line_through_a_name_or_a_label(table: StateMachine) -> None:
    layout = layouts()[table.kind]
    things = {**layout.states, **{key: way.label for key, way in layout.ways.items()}}
    for key, way in not_empty(layout.ways.items()):
        for line in (*way.tails.values(), way.end):
            crossed = [
                n for n, rect in things.items() if any(is_within(p, rect, -TOUCH) for p in drawn(line))
            ]
            assert not crossed, f"{key} runs through {crossed}"


@pytest.mark.parametrize("table", all_machines(), ids=lambda table: table.kind)
def test_picture_has_every_arrow_from_its_states_to_its_target(table: StateMachine) -> None:
    layout = layouts()[table.kind]
    for arrow in not_empty(arrows(table)):
        way, target = layout.ways[arrow.key], layout.states[arrow.target]
        assert is_within(points(way.head)[0], target, TOUCH), f"{arrow.key} ends elsewhere"
        starts = (
            {source: way.tails[source] for source in arrow.sources} if way.tails else {arrow.target: way.end}
        )
        for source, line in not_empty(starts.items()):
            ends = [points(line)[0], points(line)[-1]]
            assert any(is_within(end, layout.states[source], TOUCH) for end in ends), (
                f"{arrow.key} from {source}"
            )
            if not arrow.is_loop:
                assert any(is_within(end, way.label, TOUCH) for end in ends), arrow.key


@pytest.mark.parametrize("table", all_machines(), ids=lambda table: table.kind)
def test_picture_leads_on_downwards_and_back_upwards(table: StateMachine) -> None:
    layout, turn = layouts()[table.kind], order(table).index
    for arrow in not_empty(arrows(table)):
        for source in not_empty(arrow.sources):
            if not arrow.is_loop:
                is_down = layout.states[source].top < layout.states[arrow.target].top
                assert is_down == (turn(source) < turn(arrow.target)), arrow.key


@pytest.mark.parametrize("table", all_machines(), ids=lambda table: table.kind)
def test_drawing_names_every_state_and_move(table: StateMachine) -> None:
    svg = Xml.fromstring(text_of(draw(table, layouts()[table.kind], WORDS, name=table.kind)))
    texts = {text.text for text in svg.iter("text")}
    assert {f"State {state}" for state in order(table)} <= texts
    assert {move.name for move in table.transitions} <= texts
    assert {link.get("href") for link in svg.iter("a")} == {f"#{state}" for state in order(table)}
    assert not [node for node in svg.iter() if node.get("style")], "the page's policy refuses inline style"
    small = Xml.fromstring(text_of(draw_small(table, layouts()[table.kind])))
    assert not list(small.iter("text")) and len(list(small.iter("rect"))) == len(order(table))


def test_drawing_marks_what_was_walked_and_where_the_browser_is() -> None:
    table = next(table for table in all_machines() if table.kind == "sign_in")
    marks = Marks(frozenset({BEGIN, "code"}), frozenset({"code"}), frozenset({("ask_code", BEGIN)}))
    svg = Xml.fromstring(text_of(draw(table, layouts()[table.kind], WORDS, marks)))
    walked = {text.text for text in svg.iter("text") if "walked" in (text.get("class") or "")}
    assert walked == {"ask_code"}
    states = {
        group.get("data-state"): group.get("class") for group in svg.iter("g") if group.get("data-state")
    }
    assert states == {BEGIN: "state reached", "code": "state reached here", "done": "state"}
    assert len([circle for circle in svg.iter("circle") if circle.get("class") == "pin"]) == 1


def test_drawing_escapes_what_is_said() -> None:
    table = StateMachine("odd", {BEGIN: None}, (Transition("a<b", (BEGIN,), "x&y", "means"),))
    room = Rect(0, 0, 1, 1)
    layout = Layout(
        1, 1, {BEGIN: room, "x&y": room}, {"begin > x&y": Route(room, {BEGIN: "M0 0"}, "M0 0", "M0 0")}
    )
    text = text_of(draw(table, layout, Labels(str, str)))
    assert "a&lt;b" in text and "x&amp;y" in text and "<b" not in text


def test_state_words_know_every_state() -> None:
    bare = [
        f"{table.kind}.{state}"
        for table in all_machines()
        for state in order(table)
        if state_name(table.kind, state) == state
    ]
    assert not bare, f"no words in webapp/sandbox/vocabulary/state_names.py for: {bare}"
