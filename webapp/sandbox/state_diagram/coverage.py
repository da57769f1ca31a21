"""Coverage: which transitions and errors this world has seen since it was made or reset, and which not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from flask import Response, abort, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp import paths
from webapp.flows.state_machines import all_machines
from webapp.pages.render import page
from webapp.sandbox import api, trace_recorder, world_middleware
from webapp.sandbox.described import COUNT, TEXT, TEXTS, a_list, an_object, describes, means, or_null
from webapp.sandbox.refusals.catalogue import every_refusal
from webapp.sandbox.refusals.scenarios import SCENARIOS, UNSEEN
from webapp.sandbox.store.trace_log import Count
from webapp.sandbox.timeline.step_texts import refusal_words
from webapp.sandbox.vocabulary.flow_titles import flow_title
from webapp.sandbox.vocabulary.state_names import state_name
from webapp.sandbox.worlds import World

EVERYWHERE = "everywhere"
"""The part for errors of no flow."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to cover: a transition from one of its sources, or an error. ``count`` is None until it happened.

    ``name`` and ``says`` describe it. A transition has ``source`` and ``target``, an error the ``way`` (scenario) to
    it.
    """

    name: str
    says: str
    count: Count | None
    source: str = ""
    target: str = ""
    way: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the line for programs."""
        told = {
            "name": self.name,
            "says": self.says,
            **({"source": self.source, "target": self.target} if self.source else {"way": self.way or None}),
        }
        if self.count is None:
            return {**told, "times": 0, "first_at": None, "last_at": None}
        first, last = _written(self.count.first_at), _written(self.count.last_at)
        return {**told, "times": self.count.times, "first_at": first, "last_at": last}


@dataclass(frozen=True)
class Part:
    """The lines of one flow, or of none (`EVERYWHERE`)."""

    kind: str
    moves: Sequence[Line]
    refusals: Sequence[Line]

    @property
    def title(self) -> str:
        """Return the flow's title."""
        return gettext("Everywhere") if self.kind == EVERYWHERE else flow_title(self.kind)

    @property
    def lines(self) -> list[Line]:
        """Return transitions and errors."""
        return [*self.moves, *self.refusals]

    @property
    def missing(self) -> Part:
        """Return the same with only the uncovered lines."""
        return replace(
            self,
            moves=[line for line in self.moves if line.count is None],
            refusals=[line for line in self.refusals if line.count is None],
        )

    def label(self, state: str) -> str:
        """Return the label of a state of the flow."""
        return state_name(self.kind, state)


@world_middleware.blueprint.get(paths.TOOLS_COVERAGE)
def coverage() -> ResponseReturnValue:
    """Show all flows, or one (``?flow=``); with ``?show=missing`` only what is not covered."""
    parts = covered(world_middleware.world())
    asked, only_missing = request.args.get("flow"), request.args.get("show") == "missing"
    if asked and asked not in [part.kind for part in parts]:
        abort(404)
    chosen = [part for part in parts if asked in (None, part.kind)]
    return page(
        "sandbox.coverage",
        totals=[
            (gettext("Transitions"), *share(line for part in parts for line in part.moves)),
            (gettext("Errors"), *share(line for part in parts for line in part.refusals)),
        ],
        parts=parts,
        shown=[part for part in (each.missing if only_missing else each for each in chosen) if part.lines],
        asked=asked,
        only_missing=only_missing,
        share=share,
        unseen=UNSEEN,
        scenarios=len(SCENARIOS),
        uncounted=sum(not each.refusal for each in SCENARIOS.values()),
        stamp=world_middleware.world().trace_log.last_id(),
    )


_TOTALS = an_object({"exercised": COUNT, "all": COUNT})
_LINE = an_object(
    {"name": TEXT, "says": TEXT, "times": COUNT, "first_at": or_null(TEXT), "last_at": or_null(TEXT)}
)
_FLOW = an_object({"flow": TEXT, "title": TEXT, "moves": a_list(_LINE), "refusals": a_list(_LINE)})
_COVERAGE = an_object(
    {
        "world": TEXT,
        "totals": an_object({"moves": _TOTALS, "refusals": _TOTALS}),
        "flows": a_list(_FLOW),
        "not_yet": an_object({"moves": a_list(TEXT), "refusals": a_list(TEXT)}),
        "unreachable": means("Errors that no user can see, with the reason", TEXTS),
    }
)


@api.blueprint.get(paths.API_COVERAGE, endpoint="coverage")
@describes("getCoverage", {200: _COVERAGE})
def coverage_json() -> Response:
    """Return how much of each flow was covered since the reset, and what was not."""
    parts = covered(world_middleware.world())
    return jsonify(
        world=world_middleware.world().name,
        totals={
            "moves": _totals([line for part in parts for line in part.moves]),
            "refusals": _totals([line for part in parts for line in part.refusals]),
        },
        flows=[
            {
                "flow": part.kind,
                "title": part.title,
                "moves": [line.as_json() for line in part.moves],
                "refusals": [line.as_json() for line in part.refusals],
            }
            for part in parts
        ],
        not_yet={
            "moves": [f"{p.kind}: {line.name} from {line.source}" for p in parts for line in p.missing.moves],
            "refusals": [line.name for part in parts for line in part.missing.refusals],
        },
        unreachable={name: str(why) for name, why in UNSEEN.items()},
    )


def covered(world: World) -> list[Part]:
    """Return all lines, by flow, with their counts."""
    counts = {(count.kind, count.name): count for count in world.trace_log.counts()}
    refusals = _refusals(counts)
    flows = [Part(table.kind, [], refusals.pop(table.kind, [])) for table in all_machines()]
    flows = [
        replace(
            part,
            moves=[
                Line(
                    move.name,
                    gettext(move.means),
                    counts.get(("move", trace_recorder.transition_name(table, move, source))),
                    source,
                    move.target,
                )
                for move in table.transitions
                for source in move.sources
            ],
        )
        for part, table in zip(flows, all_machines(), strict=True)
    ]
    elsewhere = [line for lines in refusals.values() for line in lines]
    return [*flows, *([Part(EVERYWHERE, [], elsewhere)] if elsewhere else [])]


def share(lines: Any) -> tuple[int, int]:
    """Return how many of the lines are covered, of how many."""
    all_lines = list(lines)
    return sum(line.count is not None for line in all_lines), len(all_lines)


def _refusals(counts: Mapping[tuple[str, str], Count]) -> dict[str, list[Line]]:
    """Return the errors by the flow of the first scenario that leads there, without those that no user can see."""
    first = {each.refusal: each for each in reversed(SCENARIOS.values()) if each.refusal}
    found: dict[str, list[Line]] = {}
    for name in every_refusal():
        way, count = first.get(name), counts.get(("refusal", name))
        if name not in UNSEEN or count is not None:
            line = Line(name, refusal_words(name), count, way=way.name if way else "")
            found.setdefault(way.flow if way else EVERYWHERE, []).append(line)
    return found


def _totals(lines: Sequence[Line]) -> dict[str, int]:
    made, every = share(lines)
    return {"exercised": made, "all": every}


def _written(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
