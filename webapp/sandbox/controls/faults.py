"""Set and clear faults in testers' words. The phone's are its rules, the site's are settings of the world."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

import flask
from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup

from webapp import paths
from webapp.pages.render import page
from webapp.rules import identifiers
from webapp.sandbox import api, trace_recorder
from webapp.sandbox.controls.fault_table import CHANNELS, FAULTS, GROUPS, KINDS, NUMBERS, Fault
from webapp.sandbox.described import NUMBER, TEXT, a_list, an_object, describes, means, or_null, ref
from webapp.sandbox.phone import PhoneRefused, PhoneUnreachable, phone
from webapp.sandbox.store.world_settings import Settings
from webapp.sandbox.world_middleware import back_to, blueprint, world
from webapp.shared.normal_forms import normalise
from webapp.store.engine import EngineError

CUSTOM = "custom"
MOST_TIMES = 1000


@dataclass(frozen=True, slots=True)
class FaultRule:
    """A fault that is set, of the key ``fault`` if it has one.

    ``id`` clears it. ``left`` is how often it still works, None until it is cleared. ``used`` is how often it worked,
    None if nothing counts it (the site's).
    """

    id: str
    fault: str
    words: str
    channel: str = ""
    to: str = ""
    left: int | None = None
    used: int | None = None

    @property
    def recipient(self) -> str:
        """Return the number or address that it is for, as its owner writes it; "" for any."""
        return identifiers.shown(self.to)


class BadFault(ValueError):
    """No such fault. ``field`` names what is wrong with a custom rule."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@blueprint.get(paths.TOOLS_FAULTS)
def faults() -> ResponseReturnValue:
    """Show the possible faults, the active ones and the past ones."""
    return _page()


@blueprint.post(paths.TOOLS_FAULTS)
def set_fault() -> ResponseReturnValue:
    """Set the fault of the key ``fault``, for ``often`` = ``next`` or ``always``, or a custom rule."""
    key, often = request.form.get("fault", ""), request.form.get("often", "")
    try:
        if key == CUSTOM:
            _add(_typed_rule(), 1 if often == "next" else None)
        elif key in FAULTS:
            activate(FAULTS[key], {"next": 1, "always": None}.get(often, _usual(FAULTS[key])))
        else:
            flask.abort(400)
    except BadFault as bad:
        return _page({bad.field: gettext("Check this value.")})
    except PhoneUnreachable:
        _say_silent()
    except PhoneRefused as refused:
        _say_refused(refused)
    else:
        flask.flash(gettext("Fault set."))
    return back_to("sandbox.faults")


@blueprint.post(paths.TOOLS_FAULTS_CLEAR)
def clear_faults() -> ResponseReturnValue:
    """Clear one fault (``id``), or all."""
    try:
        clear(request.form.get("id", ""))
    except PhoneUnreachable:
        _say_silent()
    except PhoneRefused:
        flask.flash(gettext("This fault has already been cleared."), "info")
    else:
        flask.flash(gettext("Fault cleared."))
    return back_to("sandbox.faults")


_SET = an_object({"faults": a_list(ref("Fault"))})
_KNOWN_FAULT = an_object({"fault": TEXT, "words": TEXT, "lasts": {"type": "boolean"}})
_TIMES = means("How often; null: until it is cleared", or_null({"type": "integer", "minimum": 1}))
_WANTED = {
    "anyOf": [
        an_object({"fault": {"enum": list(FAULTS)}, "times": _TIMES}, ["fault"]),
        an_object(
            {
                "what": {"enum": list(KINDS)},
                "channel": {"enum": list(CHANNELS)},
                "to": TEXT,
                "from": TEXT,
                "share": {"type": "number", "minimum": 0, "maximum": 1},
                "times": _TIMES,
                **dict.fromkeys(sorted(set(NUMBERS.values())), NUMBER),
            },
            ["what"],
        ),
    ]
}


@api.blueprint.get(paths.API_FAULTS)
@describes("listFaults", {200: an_object({"faults": a_list(ref("Fault")), "known": a_list(_KNOWN_FAULT)})})
def show_faults() -> Response:
    """Return the active faults, and the possible ones."""
    known = [
        {"fault": fault.key, "words": str(fault.words), "lasts": fault.is_lasting}
        for fault in FAULTS.values()
    ]
    return jsonify(faults=[asdict(each) for each in active_faults()], known=known)


@api.blueprint.post(paths.API_FAULTS)
@describes("setFault", {201: _SET}, body=_WANTED)
def add_fault() -> tuple[Response, int]:
    """Set a fault by its key (``fault``; ``times`` null: until cleared), or by a rule of the phone's (``what``)."""
    body = api.body()
    if "what" in body:
        _add(body, body.get("times"))
        return jsonify(faults=[asdict(each) for each in active_faults()]), 201
    fault = FAULTS.get(str(body.get("fault")))
    if fault is None:
        raise api.InvalidBody(f"fault must be one of {', '.join(FAULTS)}", "fault")
    times = body.get("times", _usual(fault))
    if isinstance(times, bool) or not (
        times is None or (isinstance(times, int) and 1 <= times <= MOST_TIMES)
    ):
        raise api.InvalidBody(f"times must be a whole number from 1 to {MOST_TIMES}, or null", "times")
    if fault.settings and "times" in body and times is not None:
        raise api.InvalidBody("The site's own faults last until they are cleared", "times")
    activate(fault, times)
    return jsonify(faults=[asdict(each) for each in active_faults()]), 201


@api.blueprint.delete(paths.API_FAULTS)
@describes("clearFaults", {200: _SET})
def remove_faults() -> Response:
    """Clear all faults."""
    return remove_fault("")


@api.blueprint.delete(paths.API_FAULT)
@describes("clearFault", {200: _SET})
def remove_fault(fault_id: str) -> Response:
    """Clear one fault, by its id or its key."""
    clear(fault_id)
    return jsonify(faults=[asdict(each) for each in active_faults()])


def activate(fault: Fault, times: int | None) -> None:
    """Set a fault, ``times`` times or until it is cleared. An equal rule is replaced.

    Raises:
        PhoneUnreachable, PhoneRefused.
    """
    if fault.settings:
        world().settings.change(**fault.settings)
    for rule in fault.rules:
        for old in _rules():
            if _key(old) == _key(rule):
                phone().ask("DELETE", f"faults/{old['id']}")
        _add(rule, times)
    trace_recorder.note("tool", f"fault.{fault.key}", times=times)


def clear(fault_id: str = "") -> None:
    """Clear one fault, or all: the site's also if the phone does not answer.

    Raises:
        PhoneUnreachable, PhoneRefused.
    """
    trace_recorder.note("tool", "fault.lift", fault=fault_id or "all")
    own = [FAULTS[fault_id]] if fault_id in FAULTS else [] if fault_id else list(FAULTS.values())
    plain = Settings()
    changes = {name: getattr(plain, name) for fault in own for name in fault.settings}
    if changes:
        world().settings.change(**changes)
    if not fault_id:
        phone().ask("DELETE", "faults")
        world().settings.change(phone_faults=False)
    elif fault_id not in FAULTS:
        phone().ask("DELETE", f"faults/{int(fault_id) if fault_id.isascii() and fault_id.isdigit() else 0}")


def active_faults(may_write: bool = True) -> list[FaultRule]:
    """Return the active faults of this world, the site's first, and note whether any is left on the phone.

    Raises:
        PhoneUnreachable, PhoneRefused.
    """
    found = [_asked(rule) for rule in _rules()]
    is_left = any(each.left != 0 for each in found)
    if may_write and is_left != world().settings.now().phone_faults:
        with suppress(EngineError):
            world().settings.change(phone_faults=is_left)
    return [*_own(), *found]


def texts_of_faults(may_write: bool) -> list[str]:
    """Return the active faults for the banner. The phone is asked only if the tools set a fault there."""
    if not world().settings.now().phone_faults:
        return [each.words for each in _own()]
    try:
        found = active_faults(may_write)
    except (PhoneUnreachable, PhoneRefused):
        return [*(each.words for each in _own()), gettext("The phone can't be reached")]
    return [f"{each.words} ({each.left}×)" if each.left else each.words for each in found if each.left != 0]


def _own() -> list[FaultRule]:
    plain, settings = Settings(), world().settings.now()
    return [
        FaultRule(fault.key, fault.key, str(fault.words))
        for fault in FAULTS.values()
        if fault.settings and any(getattr(settings, name) != getattr(plain, name) for name in fault.settings)
    ]


def _rules() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = phone().ask("GET", "faults")["faults"]
    return found


def _add(rule: dict[str, Any], times: Any) -> dict[str, Any]:
    body = {**rule, **({} if times is None else {"times": times})}
    added: dict[str, Any] = phone().ask("POST", "faults", body)
    world().settings.change(phone_faults=True)
    return added


def _key(rule: dict[str, Any]) -> tuple[Any, ...]:
    """Return what makes two rules the same fault."""
    number = next((rule[name] for name in ("code", "seconds", "status") if name in rule), None)
    return (
        rule["what"],
        number,
        rule.get("channel", ""),
        rule.get("share", 1.0),
        rule.get("to", ""),
        rule.get("from", ""),
    )


_KNOWN = {_key(rule): fault for fault in FAULTS.values() for rule in fault.rules}


def _asked(rule: dict[str, Any]) -> FaultRule:
    fault = _KNOWN.get(_key({**rule, "to": ""}))
    return FaultRule(
        str(rule["id"]),
        fault.key if fault else "",
        str(fault.words) if fault else _words(rule),
        rule["channel"],
        rule["to"],
        rule["times"],
        rule["used"],
    )


def _words(rule: dict[str, Any]) -> str:
    """Return a text for a rule that has no name."""
    number = next((f" {rule[name]:g}" for name in ("code", "seconds", "status") if name in rule), "")
    share = "" if rule["share"] >= 1 else f" · {rule['share']:.0%}"
    return f"{CHANNELS.get(rule['channel'], gettext('Any message'))}: {KINDS[rule['what']]}{number}{share}"


def _usual(fault: Fault) -> int | None:
    return None if fault.is_lasting else 1


def _typed_rule() -> dict[str, Any]:
    """Return the rule that the form describes. Raises BadFault."""
    form = {name: normalise(value).strip() for name, value in request.form.items()}
    what = form.get("what", "")
    if what not in KINDS:
        raise BadFault("what")
    rule: dict[str, Any] = {"what": what, "to": form.get("to", "")}
    if form.get("channel") in CHANNELS:
        rule["channel"] = form["channel"]
    if what in NUMBERS and form.get("number"):
        rule[NUMBERS[what]] = _number(form["number"], "number")
    if form.get("share"):
        rule["share"] = _number(form["share"], "share") / 100
        if not 0 < rule["share"] <= 1:
            raise BadFault("share")
    return rule


def _number(text: str, field: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise BadFault(field) from None
    if not math.isfinite(number):
        raise BadFault(field)
    return number


def _page(errors: dict[str, str] | None = None) -> ResponseReturnValue:
    silent = False
    try:
        found = active_faults()
    except (PhoneUnreachable, PhoneRefused):
        found, silent = _own(), True
    return page(
        "sandbox.faults",
        groups=GROUPS,
        asked=found,
        phone_silent=silent,
        kinds=KINDS,
        channels=CHANNELS,
        errors=errors or {},
        typed=request.form,
    )


def _say_silent() -> None:
    flask.flash(gettext("The phone can't be reached, so its faults can't be changed."), "care")


def _say_refused(refused: PhoneRefused) -> None:
    words = Markup('<span lang="en">{}</span>').format(str(refused))
    flask.flash(Markup("{} {}").format(gettext("The phone rejected this:"), words), "care")
