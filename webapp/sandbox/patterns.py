"""The pattern book: every component of the site's look on one page, for developers and designers."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, StringField

from webapp import paths
from webapp.pages.forms.base import Form
from webapp.pages.render import page
from webapp.sandbox.world_middleware import blueprint

COLOURS = (
    "paper", "sheet", "fold", "ink", "ink-soft", "line", "edge", "indigo", "indigo-deep", "indigo-fill",
    "indigo-wash", "vermilion", "vermilion-text", "vermilion-wash", "wrong", "wrong-wash", "right", "right-wash",
    "care", "care-wash",
)  # fmt: skip
ICONS = (
    "home", "person", "music", "alert", "info", "tick", "clock", "next", "phone", "message", "call", "app", "mail",
    "lock", "copy", "door", "passkey", "laptop",
)  # fmt: skip
PICTURES = ("envelope", "guard", "done", "denied", "knock")


class Sample(Form):
    """Fields to show. The page has nothing to send."""

    plain = StringField()
    wrong = StringField()
    code = StringField()
    box = BooleanField()


@blueprint.get(paths.PATTERNS)
def patterns() -> ResponseReturnValue:
    """Show all components, with the names that templates call them by."""
    form = Sample(formdata=None)
    form.wrong.errors = (str(_("Your password is incorrect")),)
    return page("sandbox.patterns", form=form, colours=COLOURS, icons=ICONS, pictures=PICTURES)
