"""The places of this browser in the flows, and the states of its recording, for the map's marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.flows.state_machine import StateMachine
from webapp.pages.framework.visitor import visitor
from webapp.sandbox import trace_recorder
from webapp.sandbox.state_diagram.drawing import Marks
from webapp.sandbox.state_diagram.graph import finals
from webapp.sandbox.store.trace_log import Step
from webapp.sandbox.timeline.steps import BEGIN, RESET
from webapp.sandbox.worlds import World
from webapp.store import flows


@dataclass(frozen=True, slots=True)
class Place:
    """A state of a kind of flow."""

    kind: str
    state: str


@dataclass(frozen=True)
class Progress:
    """``here`` are the browser's places, the newest first; ``moves`` the transitions of its recording."""

    here: Sequence[Place]
    moves: Sequence[Step]

    def marks(self, table: StateMachine) -> Marks:
        """Return the marks of a flow's picture."""
        steps = [step.data for step in self.moves if step.data["flow"] == table.kind]
        here = frozenset(place.state for place in self.here if place.kind == table.kind)
        return Marks(
            reached=here | {step[end] for step in steps for end in ("source", "target")},
            here=here,
            walked=frozenset((step["move"], step["source"]) for step in steps),
        )


def find_progress(world: World, tables: Sequence[StateMachine]) -> Progress:
    """Return the browser's flows under way, and the end it reached last if none is."""
    by_kind = {table.kind: table for table in tables}
    moves = [step for step in transitions_of_recording(world) if step.data["flow"] in by_kind]
    with world.services.store.reading() as db:
        rows = flows.of_browser(db, visitor().browser, world.services.clock.now())
    known = [
        Place(row.kind, row.state)
        for row in rows
        if row.kind in by_kind and not row.data.get("is_suggestion")  # the page began it, not the person
    ]
    here = [place for place in known if place.state not in finals(by_kind[place.kind])]
    if moves and not _was_reset_after(world, moves[-1]):
        last = Place(moves[-1].data["flow"], moves[-1].data["target"])
        if last.state in finals(by_kind[last.kind]) or last in here:
            here = [last, *(place for place in here if place != last)]
    return Progress(tuple(dict.fromkeys(here)), moves)


def _was_reset_after(world: World, step: Step) -> bool:
    """Return whether the world was reset after a step: recordings outlive what they tell of."""
    later = world.trace_log.steps(after=step.id, kinds=("tool",))
    return any(each.name == RESET and each.data["world"] == world.name for each in later)


def transitions_of_recording(world: World) -> list[Step]:
    """Return the transitions of this browser since its recording began, oldest first."""
    steps = world.trace_log.steps(trace_recorder.recording_id(), kinds=("move", "tool"))
    begun = max(
        (at for at, step in enumerate(steps) if (step.kind, step.name) == ("tool", BEGIN)), default=-1
    )
    return [step for step in steps[begun + 1 :] if step.kind == "move"]
