"""The stage: site and phone side by side, for demos (docs/screens.md#sandbox-tools)."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import flask
from flask import Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from webapp import paths
from webapp.pages.framework import csrf
from webapp.pages.framework.headers import NOT_NEEDED, content_policy
from webapp.pages.render import language, page
from webapp.sandbox import api, trace_recorder
from webapp.sandbox.controls import worlds as world_pages
from webapp.sandbox.controls.clock import jumps, zone
from webapp.sandbox.controls.fault_table import GROUPS
from webapp.sandbox.controls.faults import active_faults
from webapp.sandbox.described import COUNT, NUMBER, TEXT, a_list, an_object, describes, means, or_null
from webapp.sandbox.journeys.steps import Step
from webapp.sandbox.personas import page as persona_page
from webapp.sandbox.personas.personas import MAIN, PERSONAS, Persona
from webapp.sandbox.phone import HANDSETS, PhoneRefused, PhoneUnreachable
from webapp.sandbox.stage.script import Script
from webapp.sandbox.stage.scripts import MAIN as MAIN_SCRIPT
from webapp.sandbox.stage.scripts import SCRIPTS
from webapp.sandbox.vocabulary.durations import moved_by
from webapp.sandbox.world_middleware import blueprint, phone_url, world

AUTHENTICATOR = "authenticator/"


@blueprint.get(paths.TOOLS_STAGE)
def stage() -> ResponseReturnValue:
    """Show site and phone in two frames, with a bar of tools and a script (``?script=``)."""
    phone = phone_url()
    script = _script(request.args)
    first = script.handset or handset(PERSONAS[script.who])
    persona = _persona()
    shown = first if persona is None or script.handset else handset(persona)
    query = urlencode({"world": world().name, "lang": language()})
    answer = flask.make_response(
        page(
            "sandbox.stage",
            phone=phone,
            phone_query=query,
            approval_link=paths.APPROVAL_LINK,
            phone_src=f"{phone}{HANDSETS}{shown}?{query}",
            people=[(each, gettext(each.tells), handset(each)) for each in MAIN],
            first=first,
            jumps=jumps(),
            faults=GROUPS,
            scripts=SCRIPTS.values(),
            script=script,
            parts=[(name, [_shown(step, script) for step in steps]) for name, steps in script.parts],
            **_state(),
        )
    )
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(phone))
    config = world().services.config
    answer.headers["Content-Security-Policy"] = content_policy(config, f"frame-src 'self' {origin}")
    answer.headers["Permissions-Policy"] = NOT_NEEDED.replace("autoplay=()", f'autoplay=(self "{origin}")')
    return answer


@blueprint.post(paths.TOOLS_STAGE_BEGIN)
def begin_demo() -> ResponseReturnValue:
    """Reset this world, and put the browser where a script begins (``script``; with ``whole`` on its stage).

    The world's messages are in the language of the pages.
    """
    script = _script(request.form)
    answer = world_pages.reset()
    trace_recorder.note("tool", "stage.begin")
    if script.taken_on or "whole" in request.form:
        flask.session.modified = False  # the reset's notice: its cookie would replace the persona's
    if script.taken_on:
        answer = persona_page.take_on(script.who)
    if "whole" in request.form:
        answer = flask.make_response(answer)
        answer.headers["Location"] = url_for("sandbox.stage", script=script.key)
    return answer


_BAR = an_object(
    {
        "world": TEXT,
        "now": means("Unix seconds", NUMBER),
        "zone": TEXT,
        "moved_by": TEXT,
        "who": TEXT,
        "handset": TEXT,
        "going_wrong": a_list(TEXT),
        "at_fault": means("The faults that worked or may work: why a message is missing", a_list(TEXT)),
        "message": or_null(an_object({"id": COUNT, "handset": TEXT})),
        "csrf": means("The token of the page's forms, if this browser has one", TEXT),
    }
)


@api.blueprint.get(paths.API_STAGE)
@describes("getStage", {200: _BAR}, query={"sends": "Any value: make a token for a browser without one"})
def stage_state() -> Response:
    """Return what the stage's bar shows: the persona, the time, the faults, the next handset.

    It includes the token of its forms: a sign-in in the frame ends the one that they hold. A browser without a token
    gets one only if it asks (``?sends``): a new one beside a page that is on its way would invalidate that page's
    forms.
    """
    is_held = "csrf_token" in flask.session or "sends" in request.args
    return jsonify(_state() | {"csrf": csrf.token() if is_held else ""})


def handset(persona: Persona) -> str:
    """Return the path of a persona's handset below ``/handsets/``, where its codes show."""
    return f"{persona.phone or persona.email}/" + (AUTHENTICATOR if persona.secret else "")


def handset_of(recipient: str) -> str:
    """Return the path of the handset of a number or an address. A persona's mail is on its phone."""
    owner = PERSONAS.get(recipient.partition("@")[0])
    own = owner is not None and recipient in (owner.email, owner.phone)
    return f"{quote(owner.phone if owner and own and owner.phone else recipient, safe='+@')}/"


def _script(given: Mapping[str, str]) -> Script:
    """Return the script that a query or form names, the main job by default."""
    return SCRIPTS.get(given.get("script", ""), MAIN_SCRIPT)


def _shown(step: Step, script: Script) -> dict[str, Any]:
    """Return a step for the page's module: what to press and to type, by selectors."""
    run = SimpleNamespace(who=PERSONAS[script.who])
    fill = {
        each: value(run) if callable(value) else value for each, value in getattr(step, "fill", {}).items()
    }
    return {
        "says": step.says,
        "why": step.why,
        "where": step.where,
        "page": step.page,
        "state": step.state,
        "unless": step.unless,
        "press": getattr(step, "target", None) or "",
        "fill": fill,
        "by_hand": getattr(step, "by_hand", False),
        "seconds": getattr(step, "seconds", 0),
        "path": getattr(step, "path", ""),
        "handset": getattr(step, "handset", ""),
    }


def _persona() -> Persona | None:
    """Return the signed-in persona, if any."""
    return PERSONAS.get(current_user.account.id) if current_user.is_authenticated else None


def _state() -> dict[str, Any]:
    here = world()
    clock = here.services.clock
    who = _persona()
    message = here.trace_log.latest(trace_recorder.recording_id(), "message")
    try:
        faults = active_faults()
    except (PhoneUnreachable, PhoneRefused):
        faults = []
    return {
        "world": here.name,
        "now": clock.now(),
        "zone": str(zone()),
        "moved_by": moved_by(clock.offset),
        "who": current_user.name if current_user.is_authenticated else "",
        "handset": handset(who) if who else "",
        "going_wrong": [each.words for each in faults if each.left != 0],
        "at_fault": [each.words for each in faults if each.left != 0 or each.used],
        "message": {"id": message.id, "handset": handset_of(message.data["to"])} if message else None,
    }
