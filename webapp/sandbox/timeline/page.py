"""The timeline: what happened in this recording, in order, as a page and as JSON (docs/sandbox.md)."""

from __future__ import annotations

import math
from typing import Any

from flask import jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from webapp import paths
from webapp.pages.render import page
from webapp.rules.return_to import safe_path
from webapp.sandbox import api, trace_recorder, world_middleware
from webapp.sandbox.described import COUNT, TEXT, a_list, an_object, describes, means, or_null, ref
from webapp.sandbox.timeline.pictures import picture_url
from webapp.sandbox.timeline.step_texts import KINDS, kind_word
from webapp.sandbox.timeline.steps import BEGIN, chosen_steps, read_filter, received, step_views

PAGE_STEPS = 150
MOST_AT_ONCE = 2000


@world_middleware.blueprint.get(paths.TOOLS_TIMELINE)
def timeline() -> ResponseReturnValue:
    """Show one page of steps, the newest by default."""
    wanted, world = read_filter(), world_middleware.world()
    steps = chosen_steps(world, wanted)
    pages = max(1, math.ceil(len(steps) / PAGE_STEPS))
    number = min(max(request.args.get("page", pages, int), 1), pages)
    shown = steps[(number - 1) * PAGE_STEPS : number * PAGE_STEPS]
    messages, phone_answers = received(shown)
    return page(
        "sandbox.timeline",
        asked=wanted,
        steps=step_views(shown, messages, phone_answers),
        kinds=KINDS,
        kind_word=kind_word,
        picture_url=picture_url,
        phone_answers=phone_answers,
        number=number,
        pages=pages,
        last_id=world.trace_log.last_id(),
        count=len(steps),
    )


@world_middleware.blueprint.post(paths.TOOLS_TIMELINE_BEGIN)
def begin_recording() -> ResponseReturnValue:
    """Start a new recording: the timeline shows what comes after."""
    trace_recorder.note("tool", BEGIN)
    return redirect(safe_path(request.form.get("next"), url_for("sandbox.timeline")))


_STEPS = an_object(
    {
        "world": TEXT,
        "walk": means("The recording; null for the whole world", or_null(TEXT)),
        "last_id": means("`after` of the next call", COUNT),
        "phone_answers": {"type": "boolean"},
        "steps": a_list(ref("Step")),
    }
)
_FILTER = {
    "kind": f"Only steps of this kind, repeated for more: {', '.join(KINDS)}",
    "all": "1: of the whole world instead of one recording",
    "walk": "The recording; default: this browser's",
    "after": "Only steps after this id",
}


@api.blueprint.get(paths.API_TIMELINE, endpoint="timeline")
@describes("getTimeline", {200: _STEPS}, query=_FILTER)
def timeline_json() -> ResponseReturnValue:
    """Return the steps of a recording or of the whole world, oldest first; at most `MOST_AT_ONCE`."""
    wanted, world = read_filter(), world_middleware.world()
    steps = chosen_steps(world, wanted)[:MOST_AT_ONCE]
    messages, phone_answers = received(steps)
    body: dict[str, Any] = {
        "world": world.name,
        "walk": wanted.walk,
        "last_id": max((step.id for step in steps), default=wanted.after),
        "phone_answers": phone_answers,
        "steps": [told.as_json() for told in step_views(steps, messages, phone_answers)],
    }
    return jsonify(body)
