"""Uses of the tools as text, for the timeline."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from webapp.sandbox.controls.fault_table import FAULTS
from webapp.sandbox.personas.personas import PERSONAS
from webapp.sandbox.store.trace_log import Step
from webapp.sandbox.vocabulary.durations import moved_by

_WHOLE = {
    "walk.begin": _("New recording started"),
    "stage.begin": _("Demo script started"),
    "fault.lift": _("All faults cleared"),
}
_WORLDS = {
    "world.make": _("World created: %(name)s"),
    "world.empty": _("World reset: %(name)s"),
    "world.delete": _("World deleted: %(name)s"),
}
_GROUPS = {
    "persona": _("Switched to %(what)s"),
    "fault": _("Fault set: %(what)s"),
    "reach": _("Preparing an error: %(what)s"),
}


def tool_words(step: Step) -> str:
    """Return the sentence for a use of a tool. One without text shows its name."""
    name = step.name
    if name in _WHOLE:
        return str(_WHOLE[name])
    if name in _WORLDS:
        return str(_WORLDS[name]) % {"name": step.data.get("world", "")}
    if name == "clock.move":
        moved = moved_by(float(step.data.get("offset", 0)))
        return gettext("Clock: %(moved)s", moved=moved) if moved else gettext("Clock: back to now")
    group, _dot, what = name.partition(".")
    if group not in _GROUPS or not what:
        return name
    if group == "persona" and what in PERSONAS:
        what = PERSONAS[what].title
    elif group == "fault" and what in FAULTS:
        what = str(FAULTS[what].words)
    return str(_GROUPS[group]) % {"what": what}
