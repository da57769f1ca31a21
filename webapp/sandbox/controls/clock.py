"""The clock of a world: moved by jumps or to a time, and the phone's with it (docs/sandbox.md#clock)."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import flask
from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user

from webapp import paths
from webapp.challenges.delivery import dispatch
from webapp.pages.framework.durations import duration
from webapp.pages.render import page
from webapp.rules import totp
from webapp.sandbox import api, trace_recorder
from webapp.sandbox.described import NUMBER, TEXT, an_object, describes, means, ref
from webapp.sandbox.phone import PhoneRefused, PhoneUnreachable, phone
from webapp.sandbox.store.clock_rollback import rewind
from webapp.sandbox.vocabulary.durations import moved_by
from webapp.sandbox.world_middleware import back_to, blueprint, world

FARTHEST_SECONDS = 10 * 365 * 86400.0  # the phone's limit too
UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
JUMPS = (
    (30, _("the next app code, another SMS")),
    (600, _("codes, approval links and unfinished sign-ins expire")),
    (3600, _("an idle session ends")),
    (30 * 86400, _("trusted browsers need a code again")),
)
"""Seconds, and what a jump by them is good for."""


def jumps() -> list[tuple[int, str, str]]:
    """Return what the clock can jump by: seconds, their length in words, and what expires then."""
    return [(seconds, duration(seconds), str(use)) for seconds, use in JUMPS]


class BadTime(ValueError):
    """A time that no clock can be set to. ``reason`` is ``unreadable`` or ``far`` (beyond `FARTHEST_SECONDS`)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


_MOVE = {
    "oneOf": [
        an_object({"offset": means("Seconds ahead of real time", NUMBER)}),
        an_object({"by": means("Seconds from now on the clock", NUMBER)}),
        an_object({"to": means("A time in ISO 8601, without an offset in the site's time zone", TEXT)}),
    ]
}


@blueprint.get(paths.TOOLS_CLOCK)
def clock() -> ResponseReturnValue:
    """Show the time in this world, and the controls to move it."""
    return _page()


@blueprint.post(paths.TOOLS_CLOCK)
def move_clock() -> ResponseReturnValue:
    """Move the clock: ``by`` so many ``unit`` (seconds), or ``to`` a local time."""
    try:
        told = move(_wanted(request.form.get("by"), request.form.get("to"), request.form.get("unit", "")))
    except BadTime as bad:
        return _page(bad, "to" if request.form.get("to") else "by")
    _say(told)
    return back_to("sandbox.clock")


@blueprint.post(paths.TOOLS_CLOCK_NOW)
def clock_now() -> ResponseReturnValue:
    """Go back to real time."""
    _say(move(0.0))
    return back_to("sandbox.clock")


@blueprint.post(paths.TOOLS_CLOCK_PHONE)
def phone_clock() -> ResponseReturnValue:
    """Set the phone's clock to this world's time. It may have been reset alone."""
    if set_phone(world().services.clock.offset):
        flask.flash(gettext("The phone can't be reached."), "care")
    else:
        flask.flash(gettext("The phone's clock is in sync again."))
    return back_to("sandbox.clock")


@api.blueprint.get(paths.API_CLOCK)
@describes("getClock", {200: ref("Clock")})
def show_clock() -> Response:
    """Return the site's time in this world, and the phone's offset."""
    return jsonify(_as_json(phone_offset()))


@api.blueprint.route(paths.API_CLOCK, methods=["PUT", "POST"])
@describes("moveClock", {200: ref("Clock")}, body=_MOVE)
def set_clock() -> Response:
    """Move the clock: to be ``offset`` seconds ahead, ``by`` seconds, or ``to`` a time (ISO 8601)."""
    body = api.body()
    if len(body) != 1 or not body.keys() <= {"offset", "by", "to"}:
        raise api.InvalidBody("Give one of offset, by (seconds) and to (a time)")
    ((name, value),) = body.items()
    if isinstance(value, bool) or not isinstance(value, str if name == "to" else int | float):
        raise api.InvalidBody(f"{name} must be a {'time' if name == 'to' else 'number of seconds'}", name)
    try:
        told = move(_number(str(value)) if name == "offset" else _wanted(**{name: str(value)}))
    except BadTime as bad:
        texts = {"unreadable": "Can't be read", "far": "The clock goes at most ten years away"}
        raise api.InvalidBody(texts[bad.reason], name) from None
    return jsonify(_as_json(None if told else world().services.clock.offset))


@api.blueprint.delete(paths.API_CLOCK)
@describes("clearClock", {200: ref("Clock")})
def clear_clock() -> Response:
    """Go back to real time."""
    return jsonify(_as_json(None if move(0.0) else 0.0))


def move(offset: float) -> str:
    """Let this world's clock be ``offset`` seconds ahead of real time, and the phone's.

    What is due by then happens: deferred messages leave, and upkeep follows the answer of a jump that is long enough
    (`pages.upkeep`). What would lie ahead after a jump back is brought along.
    Returns why the phone did not follow, or "".

    Raises:
        BadTime: too far.
    """
    if not abs(offset) <= FARTHEST_SECONDS:
        raise BadTime("far")
    services = world().services
    is_back = offset < services.clock.offset
    services.clock.set_offset(offset)
    dispatch(services)
    trace_recorder.note("tool", "clock.move", offset=round(offset))
    if is_back:
        now = services.clock.now()
        with world().settings.without_faults(), services.store.writing() as db:
            rewind(db, now, totp.step_at(now))
    return set_phone(offset)


def set_phone(offset: float) -> str:
    """Set the phone's clock in this world. Return why it failed, or ""."""
    try:
        phone().ask("PUT", "clock", {"offset": offset})
    except (PhoneUnreachable, PhoneRefused) as failed:
        return str(failed)
    return ""


def phone_offset() -> float | None:
    """Return how far the phone's clock is ahead in this world; None if it does not answer."""
    try:
        return float(phone().ask("GET", "clock")["offset"])
    except (PhoneUnreachable, PhoneRefused, KeyError, TypeError, ValueError):
        return None


def zone() -> ZoneInfo:
    """Return the zone in which times are read and shown: the account's, else the site's."""
    named = current_user.time_zone if current_user.is_authenticated else world().services.config.time_zone
    return ZoneInfo(named)


def _wanted(by: str | None = None, to: str | None = None, unit: str = "") -> float:
    """Return the requested offset. Raises BadTime."""
    here = world().services.clock
    try:
        if to:
            at = datetime.fromisoformat(to)
            at = at if at.tzinfo else at.replace(tzinfo=zone())
            return at.timestamp() - (here.now() - here.offset)
        return here.offset + _number(by or "") * UNITS.get(unit, 1)
    except (ValueError, OverflowError):
        raise BadTime("unreadable") from None


def _number(text: str) -> float:
    """Return the typed number. Raises BadTime, also for nan and inf."""
    try:
        number = float(text)
    except ValueError:
        raise BadTime("unreadable") from None
    if not math.isfinite(number):
        raise BadTime("far")
    return number


def _page(bad: BadTime | None = None, field: str = "") -> ResponseReturnValue:
    services = world().services
    offset, on_phone = services.clock.offset, phone_offset()
    return page(
        "sandbox.clock",
        now=datetime.fromtimestamp(services.clock.now(), UTC).astimezone(zone()),
        real=datetime.fromtimestamp(services.clock.now() - offset, UTC).astimezone(zone()),
        zone=zone(),
        moved_by=moved_by(offset),
        phone_silent=on_phone is None,
        phone_apart=on_phone is not None and abs(on_phone - offset) > 1,
        jumps=jumps(),
        units=UNITS,
        errors={field: _trouble(bad)} if bad else {},
        typed=request.form,
    )


def _trouble(bad: BadTime) -> str:
    if bad.reason == "far":
        return gettext("Choose a time within 10 years of now.")
    return gettext("Enter a date and time, such as 2030-01-01 09:00.")


def _say(told: str) -> None:
    by = moved_by(world().services.clock.offset)
    if by:
        flask.flash(gettext("The clock is now %(length)s.", length=by))
    else:
        flask.flash(gettext("The clock shows real time again."))
    if told:
        flask.flash(
            gettext(
                "Only the site's clock was changed because the phone can't be reached. "
                "Codes on the phone won't match."
            ),
            "care",
        )


def _as_json(on_phone: float | None) -> dict[str, Any]:
    clock = world().services.clock
    at = datetime.fromtimestamp(clock.now(), UTC)
    return {
        "now": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "local": at.astimezone(zone()).isoformat(timespec="seconds"),
        "offset": clock.offset,
        "phone": {"answers": on_phone is not None, "offset": on_phone},
    }
