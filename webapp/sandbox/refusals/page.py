"""Every error within one click: the list of scenarios, and the walk to the page of the last step."""

from __future__ import annotations

from typing import Any

import flask
from flask import Response, abort, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext

from webapp import paths
from webapp.pages.framework.durations import SettingTexts
from webapp.pages.framework.services import services
from webapp.pages.render import page
from webapp.sandbox import api, trace_recorder
from webapp.sandbox.described import TEXTS, a_list, an_object, describes, ref
from webapp.sandbox.form_client import Lost
from webapp.sandbox.phone import PhoneRefused, PhoneUnreachable
from webapp.sandbox.refusals import next_step_hint
from webapp.sandbox.refusals.sample_files import NAMES, sample_bytes
from webapp.sandbox.refusals.scenario import Scenario
from webapp.sandbox.refusals.scenario_context import ScenarioContext
from webapp.sandbox.refusals.scenarios import SCENARIOS, UNSEEN
from webapp.sandbox.vocabulary.flow_titles import flow_title
from webapp.sandbox.world_middleware import blueprint, world

LONGEST_FILTER = 100


@blueprint.get(paths.TOOLS_REFUSALS)
def refusals() -> ResponseReturnValue:
    """Show the scenarios, by flow; ``q`` filters by text, rule or name."""
    wanted = request.args.get("q", "")[:LONGEST_FILTER].strip()
    groups: dict[str, list[dict[str, Any]]] = {}
    for scenario in SCENARIOS.values():
        shown = _shown(scenario)
        if wanted.casefold() in " ".join([scenario.name, shown["ja"], shown["en"], shown["rule"]]).casefold():
            groups.setdefault(flow_title(scenario.flow), []).append(shown)
    return page(
        "sandbox.refusals",
        groups=groups,
        wanted=wanted,
        found=sum(map(len, groups.values())),
        unseen={} if wanted else UNSEEN,
    )


@blueprint.post(paths.TOOLS_REFUSAL)
def reach(name: str) -> ResponseReturnValue:
    """Prepare everything in this world and this browser, and go to the page of the last step."""
    scenario = SCENARIOS.get(name) or abort(404)
    try:
        walk, values = _walk(scenario)
    except (Lost, PhoneUnreachable, PhoneRefused) as failed:
        flask.flash(gettext("We couldn't prepare this: %(reason)s", reason=str(failed)), "error")
        return redirect(url_for("sandbox.refusals"), 303)
    response = flask.make_response(redirect(walk.destination, 303))
    _hand_over(response, scenario, walk, values)
    return response


@blueprint.get(paths.TOOLS_SAMPLE_FILE)
def sample_file(name: str) -> ResponseReturnValue:
    """Send a sample document."""
    if name not in NAMES:
        abort(404)
    response = Response(sample_bytes(name), mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@api.blueprint.get(paths.API_REFUSALS)
@describes("listRefusals", {200: an_object({"refusals": a_list(ref("Refusal")), "unseen": TEXTS})})
def list_refusals() -> ResponseReturnValue:
    """Return each error that can be reached: its persona, flow, texts and last step; and why the others cannot."""
    with force_locale("en"):
        unseen = {name: str(why) for name, why in UNSEEN.items()}
    return jsonify(refusals=[_as_json(scenario) for scenario in SCENARIOS.values()], unseen=unseen)


@api.blueprint.post(paths.API_REFUSAL)
@describes("reachRefusal", {200: ref("ReachedRefusal")})
def reach_for_program(name: str) -> ResponseReturnValue:
    """Lead the client to an error, up to the last step: return its path, cookies and last step."""
    scenario = SCENARIOS.get(name)
    if scenario is None:
        raise api.InvalidBody("There is no error with this name", "name", 404)
    try:
        walk, values = _walk(scenario)
    except Lost as failed:
        raise api.InvalidBody(f"This error couldn't be prepared: {failed}", status=502) from failed
    response = jsonify(
        name=scenario.name,
        lands=walk.destination,
        cookies=walk.browser.cookies,
        last=_last_json(scenario, values),
    )
    _hand_over(response, scenario, walk, values)
    return response


def _walk(scenario: Scenario) -> tuple[ScenarioContext, dict[str, str]]:
    """Walk a scenario. Return the walk, and the last values to type."""
    trace_recorder.note_tool(world(), f"reach.{scenario.name}", persona=scenario.persona)
    walk = ScenarioContext(scenario)
    return walk, scenario.last.values(walk.value) if scenario.last else {}


def _hand_over(response: Response, scenario: Scenario, walk: ScenarioContext, values: dict[str, str]) -> None:
    walk.browser.hand_over(response)
    next_step_hint.set_hint(response, scenario, walk.destination, values)


def _shown(scenario: Scenario) -> dict[str, Any]:
    texts = {}
    for language in ("ja", "en"):
        with force_locale(language):
            texts[language] = scenario.says
    return {
        "scenario": scenario,
        "rule": str(scenario.rule) % SettingTexts(services().config),
        "flow": flow_title(scenario.flow),
        **texts,
    }


def _as_json(scenario: Scenario) -> dict[str, Any]:
    shown = _shown(scenario)
    values = scenario.last.values(lambda value: "" if callable(value) else value) if scenario.last else {}
    return {
        "name": scenario.name,
        "refusal": scenario.refusal or None,
        "persona": scenario.persona,
        "flow": scenario.flow,
        "text": {language: shown[language] for language in ("ja", "en")},
        "last": _last_json(scenario, values),
    }


def _last_json(scenario: Scenario, values: dict[str, str]) -> dict[str, Any] | None:
    """Return the last step: the main field apart, and all of them. Unknown values stay empty until the walk."""
    last = scenario.last
    if last is None:
        return None
    main = next(iter(values), None)
    return {
        "field": main,
        "value": values.get(main or ""),
        "press": str(last.press),
        "fields": values,
        "files": [url_for("sandbox.sample_file", name=name) for name in last.files],
        "action": last.action or None,
    }
