"""The map: every flow's states and transitions as a picture, with this browser's place (docs/sandbox.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Response, abort, current_app, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup

from webapp import paths
from webapp.flows.state_machine import StateMachine, Transition
from webapp.flows.state_machines import all_machines
from webapp.pages.render import page
from webapp.sandbox import api, world_middleware
from webapp.sandbox.described import COUNT, an_object, describes
from webapp.sandbox.personas.persona import Persona
from webapp.sandbox.personas.personas import PERSONAS
from webapp.sandbox.state_diagram.drawing import Labels, Marks, draw, draw_small, text_of
from webapp.sandbox.state_diagram.graph import order
from webapp.sandbox.state_diagram.layout import layouts
from webapp.sandbox.state_diagram.progress import Progress, find_progress
from webapp.sandbox.vocabulary.flow_titles import flow_title
from webapp.sandbox.vocabulary.state_names import state_name

FIRST = "sign_in"
"""The flow that is shown to a browser in no flow."""


@dataclass(frozen=True)
class FlowDiagram:
    """A flow on the map."""

    table: StateMachine
    marks: Marks

    @property
    def title(self) -> str:
        """Return the flow's title."""
        return flow_title(self.table.kind)

    @property
    def arrows(self) -> list[tuple[Transition, str, bool]]:
        """Return each transition with its source, and whether this recording has it."""
        return [
            (move, source, (move.name, source) in self.marks.walked)
            for move in self.table.transitions
            for source in move.sources
        ]

    @property
    def made(self) -> int:
        """Return how many of the arrows this recording has."""
        return sum(walked for _, _, walked in self.arrows)

    @property
    def states(self) -> Sequence[str]:
        """Return all states in order."""
        return order(self.table)

    def label(self, state: str) -> str:
        """Return the label of a state."""
        return state_name(self.table.kind, state)

    @property
    def picture(self) -> Markup:
        """Return the flow in full. Each state leads to its row in the list of states."""
        means = {move.name: move.means for move in self.table.transitions}
        words = Labels(self.label, lambda name: gettext(means[name]), lambda state: f"#state-{state}")
        svg = draw(self.table, layouts()[self.table.kind], words, self.marks, name=self.title)
        return Markup(text_of(svg))  # noqa: S704 - escaped

    @property
    def small_picture(self) -> Markup:
        """Return the flow as a thumbnail."""
        return Markup(text_of(draw_small(self.table, layouts()[self.table.kind], self.marks)))  # noqa: S704 - escaped


@world_middleware.blueprint.get(paths.TOOLS_STATE_DIAGRAM)
def state_diagram() -> ResponseReturnValue:
    """Show one flow in full (``?flow=``; else this browser's), and all as thumbnails."""
    found = find_progress(world_middleware.world(), all_machines())
    flows = {table.kind: FlowDiagram(table, found.marks(table)) for table in all_machines()}
    asked = request.args.get("flow")
    kind = asked or _where(found)
    if kind not in flows:
        abort(404)
    return page(
        "sandbox.state_diagram",
        state=kind,
        shown=flows[kind],
        flows=flows,
        follows=asked is None,
        walked=bool(found.moves),
        here=[(flows[place.kind], place.state) for place in found.here],
        personas=starting_in(kind),
        page_url=page_url,
        stamp=world_middleware.world().trace_log.last_id(),
    )


@api.blueprint.get(paths.API_STAMP)
@describes("getStamp", {200: an_object({"stamp": COUNT})})
def stamp() -> Response:
    """Return a number that grows with each event in this world, so that pages notice when they are old."""
    return jsonify(stamp=world_middleware.world().trace_log.last_id())


def starting_in(kind: str) -> Mapping[str, list[Persona]]:
    """Return the personas that start in each state of a flow."""
    found: dict[str, list[Persona]] = {}
    for persona in PERSONAS.values():
        for flow, state in persona.starts:
            if flow == kind:
                found.setdefault(state, []).append(persona)
    return found


def page_url(endpoint: str | None) -> str | None:
    """Return the address of a state's page, if it opens by GET and without a token in its path."""
    rules = current_app.url_map.iter_rules(endpoint) if endpoint in current_app.view_functions else ()
    is_open = any("GET" in (rule.methods or ()) and not rule.arguments for rule in rules)
    return url_for(endpoint) if endpoint and is_open else None


def _where(found: Progress) -> str:
    """Return the flow that this browser is in, or was in last."""
    if found.here:
        return found.here[0].kind
    return str(found.moves[-1].data["flow"]) if found.moves else FIRST
