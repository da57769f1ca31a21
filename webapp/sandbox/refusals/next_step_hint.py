"""The user's last step to an error, shown on the page where it is done.

It is kept in a short-lived signed cookie of the browser, and is shown at that one path only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Response, current_app, g, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import lazy_gettext as _
from itsdangerous import BadSignature, URLSafeSerializer
from markupsafe import Markup

from webapp.pages.framework.cookies import read_cookie, set_cookie
from webapp.sandbox.refusals.scenario import Scenario
from webapp.sandbox.refusals.scenarios import SCENARIOS
from webapp.sandbox.world_middleware import blueprint

FIELD_LABELS = {
    "customerName": _("Your name"),
    "email": _("Email or mobile phone number"),
    "password": _("Password"),
    "passwordNew": _("New password"),
}
"""The labels of the fields that are typed together with others."""
COOKIE = "last_step"
COOKIE_SECONDS = 900


def set_hint(response: Response, scenario: Scenario, lands: str, values: Mapping[str, str]) -> None:
    """Set the cookie with the scenario's last step, for the path where the scenario ends."""
    told = _signer().dumps({"way": scenario.name, "lands": lands, "values": dict(values)})
    set_cookie(response, COOKIE, told if isinstance(told, str) else told.decode(), COOKIE_SECONDS)


def last_step() -> Markup:
    """Return the hint with the last step on this page, or nothing."""
    kept = read_cookie(COOKIE)
    if not kept or g.get("problem_status"):
        return Markup()
    try:
        told: dict[str, Any] = _signer().loads(kept)
    except BadSignature:
        return Markup()
    scenario = SCENARIOS.get(told["way"])
    if scenario is None or not _is_at(told["lands"]):
        return Markup()
    html = render_template(
        "site/sandbox/last_step.html",
        scenario=scenario,
        last=scenario.last,
        values=told["values"],
        field_label=FIELD_LABELS.__getitem__,
    )
    return Markup(html)  # noqa: S704 - a template's, escaped


def _is_at(lands: str) -> bool:
    """Return whether this is the page at ``lands``, or its answer to a form."""
    if request.method == "GET":
        return request.full_path.rstrip("?") == lands
    return request.path == urlsplit(lands).path


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="sandbox-last-step")


@blueprint.record_once
def _install(state: BlueprintSetupState) -> None:
    state.app.jinja_env.globals["last_step"] = last_step
    state.app.jinja_env.filters["sample_file_url"] = lambda name: url_for("sandbox.sample_file", name=name)
