"""State machines of flows: guards, diagrams, the map and the coverage test read them.

A flow's row changes only by a transition of its machine, and only from a state where it starts. Check and write are
one statement, so two tabs or two processes can't both win. See docs/decisions.md#flows-are-rows-moves-are-tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from blinker import Signal

from webapp.errors import StaleFlow
from webapp.services.context import Services
from webapp.store import flows
from webapp.store.accounts import Account
from webapp.store.engine import Connection
from webapp.store.flows import Flow

BEGIN = "begin"
"""The state of a flow that has no row yet."""

transitioned = Signal(
    "Sent after each move with table=, move=, source=, target=, flow=; inside the move's transaction."
)


class Transition(NamedTuple):
    """A named change from any of ``sources`` to ``target``. ``means`` says in a few words what happens."""

    name: str
    sources: tuple[str, ...]
    target: str
    means: str


@dataclass(frozen=True)
class StateMachine:
    """The states and transitions of one kind of flow.

    ``pages`` gives the endpoint that shows each state (None: nothing to show). A transition into one of ``ends``
    deletes the row.
    """

    kind: str
    pages: Mapping[str, str | None]
    transitions: tuple[Transition, ...]
    ends: frozenset[str] = frozenset({"done"})
    _by_name: dict[str, Transition] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._by_name.update({move.name: move for move in self.transitions})

    def begin(
        self,
        db: Connection,
        name: str,
        *,
        account_id: str | None,
        browser: bytes,
        data: dict[str, Any],
        now: float,
        life_seconds: float,
        session: bytes | None = None,
        token_hash: bytes | None = None,
        flow_id: str | None = None,
    ) -> Flow:
        """Make the row by a transition that starts in `BEGIN`."""
        move = self._by_name[name]
        flow = flows.add(
            db,
            kind=self.kind,
            state=move.target,
            account_id=account_id,
            browser=browser,
            session=session,
            token_hash=token_hash,
            data=data,
            now=now,
            life_seconds=life_seconds,
            flow_id=flow_id,
        )
        transitioned.send(self, table=self, move=move, source=BEGIN, target=move.target, flow=flow)
        return flow

    def find(
        self, services: Services, browser: bytes, flow_id: str | None, account: Account | None = None
    ) -> Flow | None:
        """Return a live flow that this browser (`Visitor.browser`) began; if an account is given, only its flow."""
        if flow_id is None:
            return None
        with services.store.reading() as db:
            flow = flows.find(db, flow_id, self.kind, browser, services.clock.now())
        return flow if flow is None or account is None or flow.account_id == account.id else None

    def transition(
        self,
        db: Connection,
        flow: Flow,
        name: str,
        *,
        data: dict[str, Any] | None = None,
        flow_id: str | None = None,
        expires_at: float | None = None,
    ) -> Flow:
        """Make a transition and store the flow's new data (without ``data``, the old), and perhaps its new end.

        Raises:
            StaleFlow: the flow is not, or no longer, in a state where this transition starts.
        """
        move = self._by_name[name]
        if flow.state not in move.sources:
            raise StaleFlow(f"{self.kind}: no {name} from {flow.state}")
        after: Flow | None
        if move.target in self.ends:
            after = flow if flows.end(db, flow) else None
        else:
            after = flows.move(
                db,
                flow,
                state=move.target,
                data=flow.data if data is None else data,
                flow_id=flow_id,
                expires_at=expires_at,
            )
        if after is None:
            raise StaleFlow(f"{self.kind}: {name} was made by another")
        transitioned.send(self, table=self, move=move, source=flow.state, target=move.target, flow=after)
        return after

    def record_transition(self, name: str) -> None:
        """Record a transition from `BEGIN` straight to an end, which needs no row."""
        move = self._by_name[name]
        transitioned.send(self, table=self, move=move, source=BEGIN, target=move.target, flow=None)
