"""Make, reset and delete worlds by a click or a call, with the phone's of the same name (docs/sandbox.md#worlds)."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from typing import Any

import flask
from flask import Response, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.exceptions import NotFound, UnprocessableEntity

from webapp import paths
from webapp.pages.framework.error_pages import wants_json
from webapp.pages.render import page
from webapp.rules.return_to import safe_path
from webapp.sandbox import api, trace_recorder
from webapp.sandbox.described import WORLD_NAME, a_list, an_object, describes, ref
from webapp.sandbox.phone import PhoneRefused, PhoneUnreachable, phone
from webapp.sandbox.vocabulary.durations import moved_by
from webapp.sandbox.world_middleware import (
    LostWorld,
    back_to,
    blueprint,
    enter,
    leave_gone,
    phone_url,
    world,
    worlds,
)
from webapp.sandbox.worlds import BadWorld, Summary
from webapp.store.engine import DEFAULT, Gone, UnknownWorld, is_name

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # no two look alike
RANDOM_LENGTH = 6
FORGET = "forget"
_NAMED = {"name": WORLD_NAME}


@blueprint.get(paths.TOOLS_WORLDS)
def all_worlds() -> ResponseReturnValue:
    """Show all worlds, and the form for a new one."""
    return _page()


@blueprint.post(paths.TOOLS_WORLDS)
def make_world() -> ResponseReturnValue:
    """Make the world ``name``, or one of a random name, and enter it."""
    name = (request.form.get("name") or "").strip() or random_name()
    try:
        worlds().make(name)
    except BadWorld as bad:
        return _page(bad)
    _along("PUT", name)
    flask.flash(gettext("You're now in world %(name)s.", name=name))
    return _entered(name)


@blueprint.post(paths.TOOLS_WORLD_ENTER)
def enter_world(name: str) -> ResponseReturnValue:
    """Go on in another world; ``default`` leaves."""
    _must_be(name)
    flask.flash(gettext("You're now in world %(name)s.", name=name))
    return _entered(name)


@blueprint.post(paths.TOOLS_WORLD_EMPTY)
def empty_world(name: str) -> ResponseReturnValue:
    """Reset a world."""
    _must_be(name)
    _empty(name)
    return back_to("sandbox.all_worlds")


@blueprint.post(paths.TOOLS_WORLD_DELETE)
def delete_world(name: str) -> ResponseReturnValue:
    """Delete a world and all in it. Its visitors go on in the default one."""
    if name == DEFAULT or not worlds().delete(name):
        flask.abort(404)
    _along("DELETE", name)
    flask.flash(gettext("World %(name)s was deleted.", name=name))
    return _entered(DEFAULT) if world().name == name else back_to("sandbox.all_worlds")


@blueprint.post(paths.TOOLS_RESET)
def reset() -> ResponseReturnValue:
    """Reset this world."""
    _empty(world().name)
    return back_to("sandbox.all_worlds")


@blueprint.app_errorhandler(LostWorld)
def lost_world(lost: LostWorld) -> Any:
    """Show that a link's world doesn't exist (any more): it can be made, or another one chosen."""
    is_bad = lost.world != "" and not is_name(lost.world)
    if is_bad or wants_json():
        return flask.current_app.handle_user_exception(
            UnprocessableEntity() if lost.world == "" else NotFound()
        )
    return page("sandbox.lost_world", http_status=lost.code, name=lost.world, nearest=lost.nearest)


@blueprint.app_errorhandler(Gone)
def gone_world(gone: Gone) -> Any:
    """Show that this request's world was deleted meanwhile."""
    return flask.current_app.handle_user_exception(LostWorld(leave_gone()))


@api.blueprint.get(paths.API_WORLDS)
@describes("listWorlds", {200: an_object({"worlds": a_list(ref("World"))})})
def list_worlds() -> Response:
    """Return all worlds."""
    return jsonify(worlds=[_as_row(each) for each in worlds().summaries()])


@api.blueprint.get(paths.API_WORLD)
@describes("getWorld", {200: ref("World")}, path=_NAMED)
def show_world(name: str) -> Response:
    """Return one world."""
    _must_exist(name)
    return jsonify(_as_json(name))


@api.blueprint.put(paths.API_WORLD)
@describes("makeWorld", {201: ref("WorldAndPhone"), 200: ref("WorldAndPhone")}, path=_NAMED)
def put_world(name: str) -> tuple[Response, int]:
    """Make a world if there is none of this name: 201, or 200."""
    is_new = name not in worlds().names()
    worlds().make(name)
    told = _ask_phone("PUT", name)
    return jsonify(_as_json(name) | {"phone": told or "ok"}), 201 if is_new else 200


@api.blueprint.delete(paths.API_WORLD)
@describes("deleteWorld", {204: None}, path=_NAMED)
def remove_world(name: str) -> tuple[Response | str, int]:
    """Delete a world and all in it: 204."""
    if name == DEFAULT:
        raise api.InvalidBody("The default world can only be reset", "name", 409)
    if not worlds().delete(name):
        raise api.InvalidBody("There is no world with this name", "name", 404)
    _ask_phone("DELETE", name)
    return "", 204


@api.blueprint.post(paths.API_RESET)
@describes("resetWorld", {200: ref("WorldAndPhone")}, query={FORGET: "1: delete recordings and coverage too"})
def reset_world() -> Response:
    """Reset the call's world. Recordings and coverage stay, unless the call asks to forget them."""
    name = world().name
    worlds().empty(name, forget=request.args.get(FORGET) == "1")
    told = _ask_phone("RESET", name)
    return jsonify(_as_json(name) | {"phone": told or "ok"})


def random_name() -> str:
    """Return a name that no world has, easy to read out."""
    while (name := "".join(secrets.choice(_LETTERS) for _ in range(RANDOM_LENGTH))) in worlds().names():
        pass
    return name


def _empty(name: str) -> None:
    worlds().empty(name, forget=request.form.get(FORGET) == "1")
    flask.flash(
        gettext("World %(name)s was reset: demo accounts, real time, no faults.", name=shown_name(name))
    )
    _along("RESET", name)


def _along(what: str, name: str) -> None:
    """Do the same with the phone's world. The page says if that fails."""
    if _ask_phone(what, name):
        flask.flash(
            gettext(
                "The world was reset on the site, but the phone couldn't be "
                "reached. Its messages are still there. Start the phone and "
                "reset again."
            ),
            "care",
        )


def _ask_phone(what: str, name: str) -> str:
    """Make (PUT), reset (RESET) or delete the phone's world of a name. Return why it failed, or ""."""
    trace_recorder.note(
        "tool", f"world.{ {'PUT': 'make', 'RESET': 'empty', 'DELETE': 'delete'}[what] }", world=name
    )
    try:
        if what == "RESET":
            phone(name).ask("POST", "reset")
        elif name != DEFAULT:
            phone(name).ask(what, f"worlds/{name}")
    except PhoneUnreachable as silent:
        return str(silent)
    except PhoneRefused as refused:
        return "" if what == "DELETE" else str(refused)  # it never had one
    return ""


def _entered(name: str) -> ResponseReturnValue:
    answer = redirect(safe_path(request.form.get("next"), url_for("shop.home")), 303)
    enter(answer, name)
    return answer


def _must_be(name: str) -> None:
    try:
        worlds().get(name)
    except UnknownWorld:
        flask.abort(404)


def _must_exist(name: str) -> None:
    try:
        worlds().get(name)
    except UnknownWorld as unknown:
        raise api.InvalidBody(api.no_world(name, unknown.nearest), "name", 404) from None


def shown_name(name: str) -> str:
    """Return a world's name as pages show it."""
    return gettext("default") if name == DEFAULT else name


def _page(bad: BadWorld | None = None) -> ResponseReturnValue:
    texts = {
        "name": gettext("A name is 1 to 64 letters, digits and _ . - and begins with a letter or digit."),
        "many": gettext("There are too many worlds. Delete some first."),
    }
    return page(
        "sandbox.all_worlds",
        found=worlds().summaries(),
        moved_by=moved_by,
        called=shown_name,
        here=world().name,
        site_url=request.host_url.rstrip("/"),
        phone_url=phone_url(),
        default=DEFAULT,
        error=texts[bad.reason] if bad else None,
        typed=request.form.get("name", ""),
    )


def _as_json(name: str) -> dict[str, Any]:
    return _as_row(worlds().summary(name))


def _as_row(found: Summary) -> dict[str, Any]:
    own = f"{request.host_url}?world={found.name}"
    return asdict(found) | {"url": own, "phone_url": f"{phone_url()}/?world={found.name}"}
