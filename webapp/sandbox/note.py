"""A strip on every page while its world is not the ordinary one: a moved clock, a world of its own, site faults."""

from __future__ import annotations

from babel.units import format_unit
from flask import Flask, g, render_template
from flask_babel import get_locale, gettext
from markupsafe import Markup

from webapp.pages.guards import way_back
from webapp.sandbox import door

_UNITS = (("duration-day", 86400), ("duration-hour", 3600), ("duration-minute", 60), ("duration-second", 1))


def install(app: Flask) -> None:
    """Give the layout its strip."""
    app.jinja_env.globals["tools_note"] = tools_note


def tools_note() -> Markup:
    """The strip, or nothing: on most pages, and where the page itself is about a failure."""
    if "world" not in g or g.get("problem_status"):
        return Markup()
    world = door.world()
    facts = world.facts.now()
    if world.is_default and facts.offset == 0 and not facts.slow_database and not facts.locked_database:
        return Markup()
    html = render_template(
        "site/sandbox/note.html",
        world=world,
        facts=facts,
        moved_by=moved_by(facts.offset),
        here=way_back("/"),
    )
    return Markup(html)  # noqa: S704 - a template's, escaped


def moved_by(offset: float) -> str:
    """How far a clock is moved, in words: by the two largest units that it takes; "" when it is not."""
    left, parts = round(abs(offset)), []
    for unit, seconds in _UNITS:
        count, left = divmod(left, seconds)
        if count:
            parts.append(format_unit(count, unit, "long", locale=get_locale()))
    if not parts:
        return ""
    length = " ".join(parts[:2])
    return (
        gettext("%(length)s ahead", length=length)
        if offset > 0
        else gettext("%(length)s behind", length=length)
    )
