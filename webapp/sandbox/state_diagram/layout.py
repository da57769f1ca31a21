"""The positions of states and arrows in each flow's picture: data that `make docs` computes (tools/layout.py)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("layout.json")


@dataclass(frozen=True, slots=True)
class Rect:
    """The rectangle of a state or of an arrow's label, in pixels from the picture's upper left corner."""

    left: int
    top: int
    width: int
    height: int

    @property
    def x(self) -> float:
        """Return the middle."""
        return self.left + self.width / 2

    @property
    def y(self) -> float:
        """Return the middle."""
        return self.top + self.height / 2


@dataclass(frozen=True, slots=True)
class Route:
    """An arrow's lines as SVG paths: ``tails`` from each source to the label, ``end`` from there, and the ``head``.

    A loop has no tails: its end leads from the state back to it.
    """

    label: Rect
    tails: Mapping[str, str]
    end: str
    head: str


@dataclass(frozen=True, slots=True)
class Layout:
    """One picture: its size, the rectangle of each state, and the route of each arrow by its key."""

    width: int
    height: int
    states: Mapping[str, Rect]
    ways: Mapping[str, Route]


@cache
def layouts() -> Mapping[str, Layout]:
    """Return every flow's layout by the flow's kind."""
    return {kind: _layout(data) for kind, data in json.loads(FILE.read_text()).items()}


def _layout(data: dict[str, Any]) -> Layout:
    ways = {
        key: Route(Rect(*way["label"]), way["tails"], way["end"], way["head"])
        for key, way in data["ways"].items()
    }
    width, height = data["size"]
    return Layout(width, height, {state: Rect(*rect) for state, rect in data["states"].items()}, ways)
