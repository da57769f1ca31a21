"""Every refusal within one click: the list of ways, and what leads to the page where one last action brings it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import flask
from flask import Response, abort, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext

from webapp import paths
from webapp.pages.render import page
from webapp.sandbox import api, trace_recorder
from webapp.sandbox.form_client import Lost
from webapp.sandbox.personas.personas import PERSONAS
from webapp.sandbox.phone import PhoneRefused, PhoneSilent
from webapp.sandbox.refusals import next_step_hint
from webapp.sandbox.refusals.sample_files import NAMES, paper
from webapp.sandbox.refusals.scenario import Way
from webapp.sandbox.refusals.scenario_context import Scene
from webapp.sandbox.refusals.scenarios import UNSEEN, WAYS
from webapp.sandbox.vocabulary.flow_titles import flow_title
from webapp.sandbox.world_middleware import blueprint

LONGEST_FILTER = 100


@dataclass
class Reached:
    """Where a way has led: the page, the last values to type, and the walker whose cookies the browser needs."""

    scene: Scene
    lands: str
    values: dict[str, str] = field(default_factory=dict)


@blueprint.get(paths.TOOLS_REFUSALS)
def refusals() -> ResponseReturnValue:
    """The ways, by flow; ``q`` keeps those that have it in text, rule or name."""
    wanted = request.args.get("q", "")[:LONGEST_FILTER].strip()
    groups: dict[str, list[dict[str, Any]]] = {}
    for way in WAYS.values():
        shown = _shown(way)
        if wanted.casefold() in " ".join([way.name, shown["ja"], shown["en"], shown["rule"]]).casefold():
            groups.setdefault(flow_title(way.flow), []).append(shown)
    return page(
        "sandbox.refusals",
        groups=groups,
        wanted=wanted,
        found=sum(map(len, groups.values())),
        unseen={} if wanted else UNSEEN,
    )


@blueprint.post(paths.TOOLS_REFUSAL)
def reach(name: str) -> ResponseReturnValue:
    """Prepare everything in this world and this browser, and land on the page of the last action."""
    way = WAYS.get(name) or abort(404)
    try:
        reached = _walk(way)
    except (Lost, PhoneSilent, PhoneRefused) as failed:
        flask.flash(gettext("The way could not be walked: %(reason)s", reason=str(failed)), "error")
        return redirect(url_for("sandbox.refusals"), 303)
    response = flask.make_response(redirect(reached.lands, 303))
    _hand_over(response, way, reached)
    return response


@blueprint.get(paths.TOOLS_PAPER)
def papers(name: str) -> ResponseReturnValue:
    """A paper that no reset takes, for the tester to send."""
    if name not in NAMES:
        abort(404)
    response = Response(paper(name), mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@api.blueprint.get(paths.API_REFUSALS)
def list_refusals() -> ResponseReturnValue:
    """Every way: its persona, flow, texts and last action; and what nobody can see."""
    with force_locale("en"):
        unseen = {name: str(why) for name, why in UNSEEN.items()}
    return jsonify(refusals=[_as_json(way) for way in WAYS.values()], unseen=unseen)


@api.blueprint.post(paths.API_REFUSAL)
def reach_for_program(name: str) -> ResponseReturnValue:
    """The same preparation: where it lands, the cookies that a client needs there, and the last action."""
    way = WAYS.get(name)
    if way is None:
        raise api.Unusable("There is no way of this name", "name", 404)
    try:
        reached = _walk(way)
    except Lost as failed:
        raise api.Unusable(f"The way could not be walked: {failed}", status=502) from failed
    response = jsonify(
        name=way.name,
        lands=reached.lands,
        cookies=reached.scene.walker.cookies,
        last=_last_json(way, reached.values),
    )
    _hand_over(response, way, reached)
    return response


def _walk(way: Way) -> Reached:
    scene = Scene(PERSONAS[way.persona])
    told = way.prepare(scene)
    trace_recorder.note("tool", f"reach.{way.name}", persona=way.persona)
    return Reached(scene, scene.lands or scene.walker.path, next_step_hint.values_of(way, told))


def _hand_over(response: Response, way: Way, reached: Reached) -> None:
    reached.scene.walker.hand_over(response)
    next_step_hint.tell(response, way, reached.lands, reached.values)


def _shown(way: Way) -> dict[str, Any]:
    texts = {}
    for language in ("ja", "en"):
        with force_locale(language):
            texts[language] = way.says
    return {"way": way, "rule": str(way.rule), "flow": flow_title(way.flow), **texts}


def _as_json(way: Way) -> dict[str, Any]:
    shown = _shown(way)
    return {
        "name": way.name,
        "refusal": way.refusal or None,
        "persona": way.persona,
        "flow": way.flow,
        "text": {language: shown[language] for language in ("ja", "en")},
        "last": _last_json(way, next_step_hint.values_of(way, None)),
    }


def _last_json(way: Way, values: dict[str, str]) -> dict[str, Any] | None:
    """The last action; the main field apart, and all of them. An empty value is told once the way is prepared."""
    if way.last is None:
        return None
    main = next(iter(values), None)
    return {
        "field": main,
        "value": values.get(main or ""),
        "press": str(way.last.press),
        "fields": values,
        "files": [url_for("sandbox.papers", name=name) for name in way.last.files],
        "action": way.last.action or None,
    }
