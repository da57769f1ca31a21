"""Personas by a click or a call: the browser that asks gets their state (docs/screens.md#demo-accounts)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import flask
from flask import Response, abort, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp import paths
from webapp.flows.password import guess_key
from webapp.pages import auth, music_session
from webapp.pages.framework.language import LANGUAGES
from webapp.pages.framework.services import services
from webapp.pages.framework.visitor import visitor
from webapp.pages.render import page
from webapp.rules import identifiers, totp
from webapp.rules.return_to import safe_path
from webapp.sandbox import api, trace_recorder
from webapp.sandbox.described import a_list, an_object, describes, means, or_null, ref
from webapp.sandbox.form_client import Lost
from webapp.sandbox.journeys.walk import Walk
from webapp.sandbox.personas import states
from webapp.sandbox.personas.persona import ACCOUNT_PAGE
from webapp.sandbox.personas.personas import MAIN, PASSWORD, PERSONAS, STEPS, Persona, seed
from webapp.sandbox.phone import PhoneRefused, PhoneUnreachable
from webapp.sandbox.vocabulary.flow_titles import flow_title
from webapp.sandbox.world_middleware import blueprint, enter, world
from webapp.sandbox.worlds import COOKIE
from webapp.store import accounts, sessions, throttles

NOT_REACHED = (Lost, PhoneUnreachable, PhoneRefused)


@blueprint.get(paths.TOOLS_PERSONAS)
def personas() -> ResponseReturnValue:
    """Show all personas, with what a tester needs to know of them."""
    steps: dict[str, list[dict[str, Any]]] = {}
    for persona in STEPS:
        steps.setdefault(flow_title(persona.starts[0][0]), []).append(_shown(persona))
    return page("sandbox.personas", password=PASSWORD, main=[_shown(each) for each in MAIN], steps=steps)


def _shown(persona: Persona) -> dict[str, Any]:
    return {
        "key": persona.key,
        "name": persona.name,
        "latin": persona.latin,
        "tells": gettext(persona.tells),
        "email": persona.email,
        "number": identifiers.shown(persona.phone),
        "secret": totp.key_groups(persona.secret) if persona.secret else [],
        "holds": persona.browser(services(), persona.key),
        "is_passkey": persona.browser is states.passkey_credential,
    }


@blueprint.post(paths.TOOLS_PERSONA)
def take_on(key: str) -> ResponseReturnValue:
    """Use a persona: go to the page where its state shows, or to the page that the form's ``next`` names."""
    if key not in PERSONAS:
        abort(404)
    try:
        walk = _take_on(PERSONAS[key])
    except NOT_REACHED as failed:
        flask.flash(gettext("We couldn't set up this state: %(why)s", why=str(failed)), "error")
        return redirect(url_for("sandbox.personas"), 303)
    response = flask.make_response(redirect(safe_path(request.form.get("next"), walk.destination), 303))
    walk.browser.hand_over(response)
    return response


_FLAG = {"type": "boolean"}
_WANTED = an_object(
    {
        "name": {"enum": list(PERSONAS)},
        "language": or_null({"enum": list(LANGUAGES)}),
        "signed_in": means("Sign the client in, whatever else the state would be", _FLAG),
        "session": means("false: sign nobody in, if the state is all in the account", _FLAG),
        "keep": means("true: leave the account as it is, and sign the client in", _FLAG),
    },
    ["name"],
)


@api.blueprint.get(paths.API_PERSONAS)
@describes("listPersonas", {200: an_object({"personas": a_list(ref("Persona"))})})
def list_personas() -> Response:
    """Return all personas."""
    return jsonify(personas=[_as_json(persona) for persona in PERSONAS.values()])


@api.blueprint.post(paths.API_PERSONAS)
@describes("makePersona", {201: ref("MadePersona")}, body=_WANTED)
def make_persona() -> tuple[Response, int]:
    """Make ``name`` and put the client that asks into the state.

    A client that keeps no cookies finds them in the answer, for any browser. With ``signed_in`` the client is signed
    in, whatever else the state would be.

    With ``session: false`` nobody is signed in, if the state is all in the account. With ``keep`` the account stays as
    it is, and the client is signed in.
    """
    body = api.body()
    name, spoken, signed_in = body.get("name"), body.get("language"), body.get("signed_in", False)
    if not isinstance(name, str) or name not in PERSONAS:
        raise api.InvalidBody(f"name must be one of {', '.join(PERSONAS)}", "name")
    if spoken not in (None, *LANGUAGES):
        raise api.InvalidBody(f"language must be one of {', '.join(LANGUAGES)}", "language")
    if not isinstance(signed_in, bool) or (signed_in and not PERSONAS[name].registered):
        raise api.InvalidBody(
            "signed_in must be true or false, and true only for one who has an account", "signed_in"
        )
    persona, keeps = PERSONAS[name], _switch(body, "keep", False)
    opens = _switch(body, "session", True) or not (signed_in or persona.is_all_account)
    try:
        with world().settings.without_faults():
            if not keeps:
                _make(persona, spoken)
            elif not _has_account(persona):
                raise api.InvalidBody(f"{name} has no account to keep", "keep")
            walk = _walk(persona, signed_in=signed_in or keeps) if opens else None
    except NOT_REACHED as failed:
        raise api.InvalidBody(
            f"The state could not be reached: {failed}", "name", HTTPStatus.BAD_GATEWAY
        ) from None
    made = {**_as_json(persona), "world": world().name}
    if walk is None:
        return jsonify({**made, "lands": paths.ACCOUNT, "cookies": {}}), HTTPStatus.CREATED
    cookies = walk.browser.cookies
    if not world().is_default:
        cookies[services().config.cookie(COOKIE)] = world().name
    answer = jsonify({**made, "lands": walk.destination, "cookies": cookies})
    walk.browser.hand_over(answer)
    if not world().is_default:
        enter(answer, world().name)
    return answer, HTTPStatus.CREATED


def _has_account(persona: Persona) -> bool:
    try:
        with services().store.reading() as db:
            accounts.get(db, persona.key)
    except LookupError:
        return False
    return True


def _switch(body: dict[str, Any], name: str, default: bool) -> bool:
    """Return true or false of the body. Raise :class:`InvalidBody`."""
    value = body.get(name, default)
    if not isinstance(value, bool):
        raise api.InvalidBody(f"{name} must be true or false", name)
    return value


def _take_on(persona: Persona) -> Walk:
    """Make a persona and walk into its state, also while the site's database is slow or locked by a fault.

    Raises:
        Lost, PhoneUnreachable, PhoneRefused: a message that the state needs did not arrive, or a limit forbids it.
    """
    with world().settings.without_faults():
        _make(persona)
        return _walk(persona)


def _make(persona: Persona, spoken: str | None = None) -> None:
    """Sign this browser out and make the account of a persona from scratch."""
    _sign_out()
    if not _has_account(PERSONAS[states.REVIEWER]):  # some states need the desk's decision
        seed(services(), (states.REVIEWER,))
    seed(services(), (persona.key,), spoken)
    address = visitor().address
    with services().store.writing() as db:
        for contact in filter(None, (persona.email, persona.phone)):
            throttles.clear(db, guess_key(services(), contact, address))
    trace_recorder.note_tool(world(), f"persona.{persona.key}")


def _walk(persona: Persona, *, signed_in: bool = False) -> Walk:
    """Walk this browser into the state of a persona, or only sign it in. Raises what a walk raises."""
    walk = Walk(persona)
    begins = "signed_in" if signed_in else persona.begins
    if begins != "signed_out":
        walk.browser.hold_session(persona.key, is_proven=begins == "proven")
    walk.walk(ACCOUNT_PAGE if signed_in else persona.journey)
    return walk


def _sign_out() -> None:
    """Sign this browser out, of the shop, of the music app and of the older device."""
    apps = (music_session.APP, music_session.OLDER)
    ended = [
        each for each in (auth.session_hash(), *map(music_session.session_hash, apps)) if each is not None
    ]
    with services().store.writing() as db:
        for session in ended:
            sessions.end(db, session)


def _as_json(persona: Persona) -> dict[str, Any]:
    """Return a persona as JSON."""
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
        told["passkey"] = persona.browser(services(), persona.key)
    return told
