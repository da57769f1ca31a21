"""The tools' first page: what each one is for, where this browser is, and the ways to site and phone."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from flask_login import current_user

from webapp import paths
from webapp.pages.render import page
from webapp.sandbox.controls.faults import active_faults, texts_of_faults
from webapp.sandbox.controls.worlds import shown_name
from webapp.sandbox.phone import PhoneRefused, PhoneUnreachable
from webapp.sandbox.vocabulary.durations import moved_by
from webapp.sandbox.world_middleware import blueprint, phone_url, world

TOOLS = (
    ("sandbox.stage", _("Stage"), _("Site and phone side by side, for demos")),
    ("sandbox.personas", _("Personas"), _("Ready-made accounts, one click each")),
    ("sandbox.clock", _("Clock"), _("Move the time of site and phone")),
    ("sandbox.faults", _("Faults"), _("Choose what goes wrong")),
    ("sandbox.refusals", _("Errors"), _("Go to any error, one step before it")),
    ("sandbox.state_diagram", _("Map"), _("Flows as pictures, with your place")),
    ("sandbox.timeline", _("Timeline"), _("What you did, step by step")),
    ("sandbox.coverage", _("Coverage"), _("What has been tried, and what hasn't")),
    ("sandbox.all_worlds", _("Worlds"), _("Separate copies of site and phone")),
    ("sandbox.patterns", _("Patterns"), _("Buttons, fields and notices")),
)
"""Each tool: its page, its name and what it is for. The order is that of the tools' navigation."""


@blueprint.get(paths.TOOLS)
def start() -> ResponseReturnValue:
    """Show all tools on one screen, with what is set in this world."""
    here = world()
    phone_answers = True
    try:
        active_faults()  # notes faults that were set on the phone directly
    except (PhoneUnreachable, PhoneRefused):
        phone_answers = False
    return page(
        "sandbox.start",
        tools=TOOLS,
        world_name=shown_name(here.name),
        who=current_user.name if current_user.is_authenticated else "",
        moved_by=moved_by(here.services.clock.offset),
        faults=texts_of_faults(may_write=False),
        phone_answers=phone_answers,
        phone_url=f"{phone_url()}/?world={here.name}",
    )
