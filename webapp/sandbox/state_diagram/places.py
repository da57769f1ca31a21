"""What a drawing is planned with: boxes, wires and their places, and how places of one layer keep apart. Pixels."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

APART = 20.0
"""Between two things of one layer."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A box of ``width`` and ``height``; ``reach`` is kept free on its right."""

    width: float
    height: float
    reach: float = 0.0


@dataclass(frozen=True, slots=True)
class Wire:
    """An arrow with a label of ``width`` and ``height``, from one box to another; several may join in one label."""

    key: str
    sources: tuple[str, ...]
    target: str
    width: float
    height: float


@dataclass(eq=False)
class Place:
    """A thing in a layer: a box, a label, or a wire that passes. ``x`` is the middle of it, ``top`` its upper edge.

    ``is_way`` tells labels and what passes from boxes; what ``passes`` is as high as its layer.
    """

    layer: int
    width: float
    height: float
    reach: float = 0.0
    is_way: bool = False
    passes: bool = False
    x: float = 0.0
    top: float = 0.0
    above: list[Place] = field(default_factory=list, repr=False)
    below: list[Place] = field(default_factory=list, repr=False)

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height

    @property
    def left(self) -> float:
        """Its left edge."""
        return self.x - self.width / 2

    @property
    def right(self) -> float:
        """Its right edge, with what is kept free beside it."""
        return self.x + self.width / 2 + self.reach


@dataclass
class Plan:
    """The picture's size, each box and label with its middle and top, and the points of each wire.

    A wire from ``source`` has its way to the label under ``(key, source)``, and from there to the target under
    ``(key, None)``: points two by two, each pair straight up or down, with a curve between the pairs.
    """

    width: float
    height: float
    boxes: dict[str, Place]
    labels: dict[str, Place]
    ways: dict[tuple[str, str | None], list[Point]]


def spread(layer: list[Place], wanted: list[float], weights: list[float]) -> None:
    """Put a layer's places as near to the wanted as their order and width allow."""
    apart = [0.0] + [one.width / 2 + one.reach + APART + other.width / 2 for one, other in pairwise(layer)]
    for place, x in zip(layer, nearest(wanted, apart, weights), strict=True):
        place.x = x


def nearest(wanted: list[float], apart: list[float], weights: list[float] | None = None) -> list[float]:
    """The places nearest to the wanted (least squares) with each at least ``apart`` from the one before it.

    Pool adjacent violators: neighbours that would overlap become one block, which lies at its mean.
    """
    offsets, total = [], 0.0
    for at, distance in enumerate(apart):
        total += distance if at else 0.0
        offsets.append(total)
    blocks: list[tuple[float, float, int]] = []  # mean, weight, how many
    for x, offset, weight in zip(wanted, offsets, weights or [1.0] * len(wanted), strict=True):
        mean, heavy, count = x - offset, weight, 1
        while blocks and blocks[-1][0] > mean:
            before, before_heavy, before_count = blocks.pop()
            mean = (before * before_heavy + mean * heavy) / (before_heavy + heavy)
            heavy, count = before_heavy + heavy, before_count + count
        blocks.append((mean, heavy, count))
    means = [mean for mean, _, count in blocks for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]
