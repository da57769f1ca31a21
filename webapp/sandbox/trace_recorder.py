"""Record what happens in a world: pages, transitions, messages, events, errors (docs/sandbox.md).

The site never calls the recorder: it listens to signals of flows, store, error messages and Flask. What a request did
is committed apart, after its answer. What was rolled back is not recorded.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Flask, Response, current_app, g, has_request_context, request, template_rendered
from jinja2 import Template

from webapp import paths
from webapp.challenges import delivery
from webapp.flows.state_machine import BEGIN, StateMachine, Transition, transitioned
from webapp.pages.framework.shown_refusals import shown
from webapp.pages.framework.visitor import visitor
from webapp.sandbox import instrumented, redaction
from webapp.sandbox.store.trace_log import Step
from webapp.sandbox.worlds import World
from webapp.store import events, outbox
from webapp.store.engine import EngineError, Gone
from webapp.store.flows import Flow

_log = logging.getLogger(__name__)
NOT_SHOWN = ("static", "healthz", "readyz", None)
PROBLEM = "site/problems/problem.html"
TOOLS = ("sandbox.", "sandbox_api.")
MOST_UNSENT = 1000
_walk_of: dict[str, str] = {}
"""The walk that each unsent message belongs to, by the message's id: its request is over when it is sent."""
PREPARES = "nidankai.prepares"
"""The key in the WSGI environment of a request by which a tool prepares a state."""


@dataclass
class RequestTrace:
    """The notes of one request so far. Of a request that no person made, only the messages are recorded."""

    world: World
    is_person: bool = True
    steps: list[Step] = field(default_factory=list)
    state: str = ""
    page: str = ""


def install(app: Flask) -> None:
    """Store the notes when an answer is ready."""
    app.after_request(_keep)
    template_rendered.connect(_on_page, app)


def begin(world: World) -> None:
    """Record this request in ``world``."""
    g.notes = RequestTrace(world, is_person=PREPARES not in request.environ)


def note_tool(world: World, name: str, **data: Any) -> None:
    """Record the use of a tool before what it does."""
    now = world.services.clock.now()
    world.trace_log.queue([Step(now, recording_id(), "tool", name, data)])


def note(kind: str, name: str, **data: Any) -> None:
    """Record something that this request did, unless its transaction is rolled back.

    Outside of a recorded request it does nothing.
    """
    notes: RequestTrace | None = g.get("notes") if has_request_context() else None
    if notes is not None and (notes.is_person or kind == "message"):
        step = Step(notes.world.services.clock.now(), recording_id(), kind, name, data)
        notes.world.services.store.after_commit(lambda: notes.steps.append(step))


def recording_id() -> str:
    """Return the recording of this browser: the same for all it does."""
    return visitor().browser.hex()[:16]


def transition_name(table: StateMachine, move: Transition, source: str) -> str:
    """Return a transition's name in the log: flow, transition and source."""
    return f"{table.kind}: {move.name} from {source}"


def _on_page(_app: Flask, template: Template, context: dict[str, Any], **_rest: Any) -> None:
    notes: RequestTrace | None = g.get("notes")
    if notes is not None and ("page_state" in context or template.name == PROBLEM):
        notes.state = context.get("page_state", "")
        notes.page = (template.name or "").removeprefix("site/").removesuffix(".html").replace("/", ".")


@transitioned.connect
def _on_move(
    _sender: object,
    *,
    table: StateMachine,
    move: Transition,
    source: str,
    target: str,
    flow: Flow | None,
    **_rest: Any,
) -> None:
    if source == BEGIN and flow is not None and flow.data.get("is_suggestion") and "notes" in g:
        g.notes.is_person = False
    note("move", transition_name(table, move, source), flow=table.kind, move=move.name,
         source=source, target=target, means=move.means)  # fmt: skip


@events.added.connect
def _on_event(_sender: object, *, account_id: str | None, kind: str, **_rest: Any) -> None:
    note("event", kind, account=account_id)


@shown.connect
def _on_refusal(_sender: object, *, name: str, field: str | None, **_rest: Any) -> None:
    note("refusal", name, field=field)


@outbox.enqueued.connect
def _on_enqueued(_sender: object, *, message_id: str, **_rest: Any) -> None:
    if has_request_context() and "notes" in g:
        _walk_of[message_id] = recording_id()
        while len(_walk_of) > MOST_UNSENT:
            _walk_of.pop(next(iter(_walk_of)), None)


@instrumented.sent.connect
def _on_message(_sender: object, *, channel: str, to: str, subject: str, sid: str = "", **_rest: Any) -> None:
    data = {"to": to, "subject": redaction.words(subject), "sid": sid}
    sending = delivery.under_way.get()
    walk = _walk_of.pop(sending[1].id, "") if sending is not None else ""
    if has_request_context():
        note("message", channel, **data)
    elif sending is not None:  # after its request's answer
        services = sending[0]
        world = current_app.extensions["nidankai_worlds"].get(services.store.name)
        world.trace_log.queue([Step(services.clock.now(), walk, "message", channel, data)])
        _flush(world)


def _keep(response: Response) -> Response:
    notes: RequestTrace | None = g.pop("notes", None)
    endpoint = request.endpoint
    if notes is None:
        return response
    is_page = notes.is_person and endpoint not in NOT_SHOWN and not (endpoint or "").startswith(TOOLS)
    polls = paths.is_poll(request.path)
    steps = sorted(notes.steps, key=lambda step: step.at)
    if is_page and not (polls and not steps):
        now = notes.world.services.clock.now()
        data = {
            "method": request.method,
            "status": response.status_code,
            "page": notes.page,
            "state": notes.state,
            "path": request.path,
        }
        if response.location:
            data["to"] = response.location.split("?")[0]
        steps.append(Step(now, recording_id(), "page", endpoint or "", data))
    if steps:
        secrets = redaction.of_request()
        notes.world.trace_log.queue(
            replace(step, data=redaction.redacted(step.data, secrets)) for step in steps
        )
        response.call_on_close(lambda: _flush(notes.world))
    return response


def _flush(world: World) -> None:
    try:
        world.trace_log.flush()
    except Gone:  # this request has deleted its world
        pass
    except EngineError:  # a failing log must not spoil the request
        _log.exception("the walk is kept later")
