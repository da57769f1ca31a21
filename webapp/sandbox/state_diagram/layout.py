"""Where the boxes and arrows of a small graph go: layers from top to bottom, as few crossings as can be had.

The way of Sugiyama (Sugiyama, Tagawa, Toda 1981): boxes lie in layers, an arrow's label is a thing of its own in the
layer between, and what passes a layer holds a place in it, so nothing is drawn over anything. Lengths are pixels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import inf

from webapp.sandbox.state_diagram.places import APART, Box, Place, Plan, Point, Wire, nearest, spread

GAP = 28.0
"""Between two layers: room for a curve and its arrowhead."""
LEAN = 0.12
"""How much further two layers are apart for each pixel that a wire between them goes aside."""
PORTS = 16.0
"""Between two arrows at one box."""
SWEEPS = 16


def plan(boxes: Mapping[str, Box], wires: Sequence[Wire]) -> Plan:
    """Lay out ``boxes`` in their order: a wire to an earlier box goes up, every other one down."""
    graph = _Graph(boxes, wires)
    graph.order()
    graph.set_x()
    if graph.begins_right():
        graph.mirror()
        graph.set_x()
    graph.straighten()
    graph.set_y()
    return graph.plan()


class _Graph:
    def __init__(self, boxes: Mapping[str, Box], wires: Sequence[Wire]) -> None:
        self._wires = wires
        self._turn = {key: at for at, key in enumerate(boxes)}
        ranks = self._ranks()
        self._boxes = {
            key: Place(2 * ranks[key], box.width, box.height, box.reach) for key, box in boxes.items()
        }
        self._labels: dict[str, Place] = {}
        self._chains: dict[tuple[str, str | None], list[Place]] = {}
        self._layers: list[list[Place]] = [[] for _ in range(2 * max(ranks.values()) + 1)]
        for place in self._boxes.values():
            self._layers[place.layer].append(place)
        for wire in wires:
            self._lay(wire)

    def _ranks(self) -> dict[str, int]:
        """How far down each box is: below every earlier one that a wire joins it with."""
        ranks = dict.fromkeys(self._turn, 0)
        joined = {(source, wire.target) for wire in self._wires for source in wire.sources}
        for key, turn in self._turn.items():
            earlier = [
                ranks[other] + 1
                for other in self._turn
                if self._turn[other] < turn and ((other, key) in joined or (key, other) in joined)
            ]
            ranks[key] = max(earlier, default=0)
        return ranks

    def _lay(self, wire: Wire) -> None:
        target = self._boxes[wire.target]
        tops = [min(self._boxes[source].layer, target.layer) for source in wire.sources]
        layer = max(tops) + 1 if len(tops) == 1 else target.layer - 1
        label = self._labels[wire.key] = Place(layer, wire.width, wire.height, is_way=True)
        self._layers[layer].append(label)
        for source in wire.sources:
            self._chains[wire.key, source] = self._chain(self._boxes[source], label)
        self._chains[wire.key, None] = self._chain(label, target)

    def _chain(self, start: Place, end: Place) -> list[Place]:
        """The way between two places; where it passes a layer, it gets a place in it."""
        step = 1 if end.layer > start.layer else -1
        between = [
            Place(layer, 0, 0, is_way=True, passes=True)
            for layer in range(start.layer + step, end.layer, step)
        ]
        chain = [start, *between, end]
        for place in between:
            self._layers[place.layer].append(place)
        for one, other in pairwise(chain):
            upper, lower = (one, other) if step > 0 else (other, one)
            upper.below.append(lower)
            lower.above.append(upper)
        return chain

    # The order within a layer

    def order(self) -> None:
        """Sweep down and up, each place towards the middle of its neighbours; keep the order that crosses least."""
        best, fewest = [list(layer) for layer in self._layers], self._cost()
        for sweep in range(SWEEPS):
            down = sweep % 2 == 0
            for layer in self._layers if down else reversed(self._layers):
                at = self._positions()
                layer.sort(key=lambda place, at=at, down=down: _middle(place, at, down))  # type: ignore[misc]
            self._swap()
            cost = self._cost()
            if cost < fewest:
                best, fewest = [list(layer) for layer in self._layers], cost
        self._layers = best

    def _swap(self) -> None:
        """Change neighbours in a layer as long as that helps."""
        cost = self._cost()
        for layer in self._layers:
            for at in range(len(layer) - 1):
                layer[at], layer[at + 1] = layer[at + 1], layer[at]
                changed = self._cost()
                if changed < cost:
                    cost = changed
                else:
                    layer[at], layer[at + 1] = layer[at + 1], layer[at]

    def _positions(self) -> dict[Place, float]:
        """How far right each place is, 0 to 1."""
        return {place: (at + 0.5) / len(layer) for layer in self._layers for at, place in enumerate(layer)}

    def _cost(self) -> tuple[int, float]:
        """Crossings, then how far the wires lean."""
        at, crossings, lean = self._positions(), 0, 0.0
        for layer in self._layers:
            ends = [(at[place], at[lower]) for place in layer for lower in place.below]
            lean += sum(abs(a - b) for a, b in ends)
            crossings += sum(
                (a[0] - b[0]) * (a[1] - b[1]) < 0 for n, a in enumerate(ends) for b in ends[n + 1 :]
            )
        return crossings, round(lean, 6)

    # Where exactly

    def set_x(self) -> None:
        """Move each layer towards its neighbours, in its order and without overlap."""
        for layer in self._layers:
            spread(layer, [0.0] * len(layer), [1.0] * len(layer))
        for sweep in range(4 * SWEEPS):
            down = sweep % 2 == 0
            for layer in self._layers if down else reversed(self._layers):
                wanted, weights = [], []
                for place in layer:
                    near = place.above + place.below if sweep > 2 * SWEEPS else _side(place, down)
                    pulls = [(other.x, 8.0 if place.is_way and other.is_way else 1.0) for other in near]
                    total = sum(weight for _, weight in pulls)
                    wanted.append(sum(x * weight for x, weight in pulls) / total if pulls else place.x)
                    weights.append(max(total, 0.1))
                spread(layer, wanted, weights)

    def begins_right(self) -> bool:
        """Whether the first box is nearer to the right: on a narrow screen it would be out of sight."""
        places = [place for layer in self._layers for place in layer]
        middle = (min(place.left for place in places) + max(place.right for place in places)) / 2
        return next(iter(self._boxes.values())).x > middle

    def mirror(self) -> None:
        """Turn left and right round; that crosses as much as before."""
        for layer in self._layers:
            layer.reverse()

    def straighten(self) -> None:
        """Draw each wire's label and all that passes in one line, where there is room for it."""
        for wire in self._wires:
            chains = [self._chains[wire.key, source] for source in (*wire.sources, None)]
            joins = len(wire.sources) > 1
            for run in chains if joins else [[*chains[0], *chains[1][1:]]]:
                way = [place for place in run if place.is_way]
                least, most = zip(*map(self._room, way), strict=True)
                left, right = max(least), min(most)
                if left <= right:
                    middle = sum(place.x for place in way) / len(way)
                    for place in way:
                        place.x = left if middle < left else min(middle, right)

    def _room(self, place: Place) -> tuple[float, float]:
        """How far left and right a place may go in its layer."""
        layer = self._layers[place.layer]
        at = layer.index(place)
        least = (layer[at - 1].right + APART if at else -inf) + place.width / 2
        most = layer[at + 1].left - APART if at + 1 < len(layer) else inf
        return least, most - place.width / 2 - place.reach

    def set_y(self) -> None:
        """Stack the layers, further apart where wires go far aside; what is lower than its layer is centred in it."""
        top = 0.0
        for at, layer in enumerate(self._layers):
            aside = [abs(place.x - other.x) for place in layer for other in place.above]
            top += GAP + LEAN * max(aside, default=0.0) if at else 0.0
            height = max(place.height for place in layer)
            for place in layer:
                if place.passes:
                    place.height = height
                place.top = top + (height - place.height) / 2
            top += height

    def plan(self) -> Plan:
        """The finished picture, its left upper corner at 0, 0."""
        places = [place for layer in self._layers for place in layer]
        left = min(place.left for place in places)
        for place in places:
            place.x -= left
        ports = self._ports()
        ways = {
            key: _way(chain, ports.get((key, 0)), ports.get((key, -1))) for key, chain in self._chains.items()
        }
        width = max(place.right for place in places)
        height = max(place.bottom for place in places)
        return Plan(width, height, self._boxes, self._labels, ways)

    def _ports(self) -> dict[tuple[tuple[str, str | None], int], float]:
        """Where each wire leaves and enters its boxes: as straight as can be, apart from one another."""
        found: dict[tuple[tuple[str, str | None], int], float] = {}
        for box in self._boxes.values():
            for is_below in (False, True):
                ends: list[tuple[float, int, tuple[tuple[str, str | None], int]]] = []
                for key, chain in self._chains.items():
                    for end, place, other in ((0, chain[0], chain[1]), (-1, chain[-1], chain[-2])):
                        if place is box and (other.layer > box.layer) == is_below:
                            ends.append((other.x, len(ends), (key, end)))
                ends.sort()
                room = max(box.width / 2 - PORTS, 0)
                apart = min(PORTS, 2 * room / max(len(ends) - 1, 1))
                xs = nearest([min(max(x - box.x, -room), room) for x, _, _ in ends], [apart] * len(ends))
                shift = max(-room - xs[0], 0) + min(room - xs[-1], 0) if xs else 0
                found.update({key: box.x + x + shift for x, (_, _, key) in zip(xs, ends, strict=True)})
        return found


def _side(place: Place, down: bool) -> list[Place]:
    return place.above if down else place.below


def _middle(place: Place, at: Mapping[Place, float], down: bool) -> float:
    near = _side(place, down)
    return sum(at[other] for other in near) / len(near) if near else at[place]


def _way(chain: list[Place], first: float | None, last: float | None) -> list[Point]:
    """The points of a wire: out of the first place, through those it passes, into the last."""
    down = chain[-1].layer > chain[0].layer
    points: list[Point] = []
    for at, place in enumerate(chain):
        port = {0: first, len(chain) - 1: last}.get(at)
        x = place.x if port is None else port
        enter, leave = (place.top, place.bottom) if down else (place.bottom, place.top)
        if at:
            points.append((x, enter))
        if at < len(chain) - 1:
            points.append((x, leave))
    return points
