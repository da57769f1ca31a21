"""The graph of a flow's picture: its states in order, and its transitions as arrows."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.flows.state_machine import BEGIN, StateMachine


@dataclass(frozen=True, slots=True)
class Arrow:
    """One arrow for all transitions between the same states. Those of several sources into an end share a label."""

    sources: tuple[str, ...]
    target: str
    moves: tuple[str, ...]

    @property
    def key(self) -> str:
        """Return the arrow's name in the layout."""
        return f"{' '.join(self.sources)} > {self.target}"

    @property
    def is_loop(self) -> bool:
        """Return whether it leads back to its start."""
        return self.sources == (self.target,)


def order(table: StateMachine) -> tuple[str, ...]:
    """Return all states of a machine: the beginning first, then as the machine lists them, ends last."""
    listed = dict.fromkeys([BEGIN, *table.pages])
    for move in table.transitions:
        listed |= dict.fromkeys([*move.sources, move.target])
    return (*(s for s in listed if s not in table.ends), *(s for s in listed if s in table.ends))


def finals(table: StateMachine) -> frozenset[str]:
    """Return the states without a transition out."""
    return frozenset(order(table)) - {source for move in table.transitions for source in move.sources}


def arrows(table: StateMachine) -> tuple[Arrow, ...]:
    """Return the transitions of a machine as arrows."""
    between: dict[tuple[str, str], tuple[str, ...]] = {}
    for move in table.transitions:
        for source in move.sources:
            between[source, move.target] = (*between.get((source, move.target), ()), move.name)
    ends, found = finals(table), {}
    for (source, target), moves in between.items():
        same = [s for (s, t), others in between.items() if t == target and others == moves]
        arrow = Arrow(tuple(same) if target in ends else (source,), target, moves)
        found[arrow.key] = arrow
    return tuple(found.values())
