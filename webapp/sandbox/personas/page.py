"""Personas by a click or a call: the browser that asked gets their state (docs/screens.md#demo-accounts)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import flask
from flask import Response, abort, current_app, g, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp import paths
from webapp.errors import DeliveryFailed, Refusal
from webapp.flows.password import guess_key
from webapp.pages import auth, music_session
from webapp.pages.framework.language import LANGUAGES
from webapp.pages.framework.visitor import visitor
from webapp.pages.render import language, page
from webapp.rules import phone_numbers, totp
from webapp.rules.return_to import safe_path
from webapp.sandbox import api, trace_recorder
from webapp.sandbox.personas import state_setup, states
from webapp.sandbox.personas.persona_session import Seat
from webapp.sandbox.personas.personas import MAIN, PASSWORD, PERSONAS, STEPS, Persona, seed
from webapp.sandbox.vocabulary.flow_titles import flow_title
from webapp.sandbox.world_middleware import blueprint, enter, world
from webapp.services.context import Services
from webapp.store import accounts, sessions, throttles


@blueprint.get(paths.TOOLS_PERSONAS)
def people() -> ResponseReturnValue:
    """Everybody there is, with what a tester needs to know of them."""
    steps: dict[str, list[dict[str, Any]]] = {}
    for persona in STEPS:
        steps.setdefault(flow_title(persona.starts[0][0]), []).append(_shown(persona))
    return page("sandbox.people", password=PASSWORD, main=[_shown(each) for each in MAIN], steps=steps)


def _shown(persona: Persona) -> dict[str, Any]:
    services = world().services
    return {
        "key": persona.key,
        "name": persona.name,
        "tells": gettext(persona.tells),
        "email": persona.email,
        "number": phone_numbers.parse(persona.phone).familiar if persona.phone else "",
        "secret": totp.key_groups(persona.secret) if persona.secret else [],
        "holds": persona.browser(services, persona.key),
        "is_passkey": persona.browser is states.passkey_credential,
    }


@blueprint.post(paths.TOOLS_PERSONA)
def take_on(key: str) -> ResponseReturnValue:
    """Be somebody: on to the page where their state shows, or to the page that the form's ``next`` names."""
    if key not in PERSONAS:
        abort(404)
    try:
        seat, lands = _sit_down(PERSONAS[key], language())
    except (Refusal, DeliveryFailed) as failed:
        flask.flash(gettext("The state could not be reached: %(why)s", why=str(failed)), "error")
        return redirect(url_for("sandbox.people"), 303)
    response = flask.make_response(redirect(safe_path(request.form.get("next"), lands), 303))
    return _holding(response, seat)


@api.blueprint.get(paths.API_PERSONAS)
def list_personas() -> Response:
    """Everybody there is."""
    return jsonify(personas=[_told(persona) for persona in PERSONAS.values()])


@api.blueprint.post(paths.API_PERSONAS)
def make_persona() -> tuple[Response, int]:
    """Make ``name`` anew and put the client that asks into the state; a client that keeps no cookies finds them in
    the answer, for any browser. With ``signed_in`` the client is signed in, whatever else the state would be.
    """
    body = api.body()
    name, spoken, signed_in = body.get("name"), body.get("language"), body.get("signed_in", False)
    if not isinstance(name, str) or name not in PERSONAS:
        raise api.Unusable(f"name must be one of {', '.join(PERSONAS)}", "name")
    if spoken not in (None, *LANGUAGES):
        raise api.Unusable(f"language must be one of {', '.join(LANGUAGES)}", "language")
    if not isinstance(signed_in, bool) or (signed_in and not PERSONAS[name].registered):
        raise api.Unusable(
            "signed_in must be true or false, and true only for one who has an account", "signed_in"
        )
    try:
        seat, lands = _sit_down(PERSONAS[name], spoken, signed_in=signed_in)
    except (Refusal, DeliveryFailed) as failed:
        status = HTTPStatus.BAD_GATEWAY if isinstance(failed, DeliveryFailed) else HTTPStatus.CONFLICT
        raise api.Unusable(f"The state could not be reached: {failed}", "name", status) from None
    answer = jsonify(
        {**_told(PERSONAS[name]), "world": world().name, "lands": lands, "cookies": _cookies(seat)}
    )
    if not world().is_default:
        enter(answer, world().name)
    return _holding(answer, seat), HTTPStatus.CREATED


def _sit_down(persona: Persona, spoken: str | None = None, *, signed_in: bool = False) -> tuple[Seat, str]:
    """As `sit_down`, also while the site's database is slow or locked on purpose."""
    with world().settings.spared():
        return sit_down(persona, spoken, signed_in=signed_in)


def sit_down(persona: Persona, spoken: str | None = None, *, signed_in: bool = False) -> tuple[Seat, str]:
    """Make a persona anew and let this request's browser be in its state; the seat, and the path to go to.

    Raises:
        Refusal, DeliveryFailed: the state needs a message that did not leave, or a limit of the site forbids it.
    """
    services = world().services
    _stand_up(services)
    try:
        with services.store.reading() as db:
            accounts.get(db, states.REVIEWER)
    except LookupError:  # some states need the desk's word
        seed(services, (states.REVIEWER,))
    seed(services, (persona.key,), spoken)
    who = visitor()
    contacts = [contact for contact in (persona.email, persona.phone) if contact]
    with services.store.writing() as db:
        for contact in contacts:
            throttles.clear(db, guess_key(services, contact, who.address))
    trace_recorder.note("tool", f"persona.{persona.key}")
    seat = Seat(services, who, persona.key, persona.email, PASSWORD, persona.name, persona.phone or "")
    try:
        return seat, (state_setup.signed_in if signed_in else persona.arrive)(seat)
    except (Refusal, DeliveryFailed):
        flask.session.clear()
        raise


def _stand_up(services: Services) -> None:
    """Whoever this browser was before is signed out, of the shop and of the music app."""
    ended = [each for each in (auth.session_hash(), music_session.session_hash()) if each is not None]
    with services.store.writing() as db:
        for session in ended:
            sessions.end(db, session)
    flask.session.clear()


def _holding(response: Response, seat: Seat) -> Response:
    """An answer that brings the browser what it is to hold besides the session."""
    music_session.drop_session(response)
    auth.put_trust(response, seat.trust)
    return response


def _told(persona: Persona) -> dict[str, Any]:
    """A persona as JSON."""
    told: dict[str, Any] = {
        "name": persona.key,
        "called": persona.name,
        "email": persona.email,
        "phone": persona.phone,
        "password": PASSWORD,
        "secret": persona.secret or None,
        "state": persona.tells,
        "starts": [list(start) for start in persona.starts],
    }
    if persona.browser is states.passkey_credential:
        told["passkey"] = persona.browser(world().services, persona.key)
    return told


def _cookies(seat: Seat) -> dict[str, str]:
    """Every cookie that makes any browser this one."""
    config = world().services.config
    signer = current_app.session_interface.get_signing_serializer(current_app)  # type: ignore[attr-defined]
    held = {
        config.cookie("session"): signer.dumps(dict(flask.session)),
        config.cookie("browser"): g.browser_token,
    }
    if seat.trust is not None:
        held[config.cookie(seat.trust[0])] = seat.trust[1]
    if not world().is_default:
        held[config.cookie("world")] = world().name
    return held
