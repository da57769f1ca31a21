"""A strip on every page while its world is not the ordinary one: a moved clock, a world of its own, site faults."""

from __future__ import annotations

from flask import Flask, current_app, g, render_template
from flask_babel import gettext, ngettext
from markupsafe import Markup

from webapp.pages.guards import way_back
from webapp.sandbox import door


def install(app: Flask) -> None:
    """Give the layout its strip."""
    app.jinja_env.globals["tools_note"] = tools_note


def tools_note() -> Markup:
    """The strip, or nothing, as on most pages. On a page about a failure it only tells: what it tells of may be why."""
    if "world" not in g:
        return Markup()
    world = door.world()
    facts = world.facts.now()
    if world.is_default and facts.offset == 0 and not facts.slow_database and not facts.locked_database:
        return Markup()
    told = {"world": world, "facts": facts, "moved_by": moved_by(facts.offset)}
    if g.get("problem_status"):  # past the context processors, which ask the database who is signed in
        html = current_app.jinja_env.get_template("site/sandbox/note.html").render(told, only_tells=True)
    else:
        html = render_template("site/sandbox/note.html", **told, here=way_back("/"))
    return Markup(html)  # noqa: S704 - a template's, escaped


def moved_by(offset: float) -> str:
    """How far a clock is moved, in words: by the two largest units that it takes; "" when it is not."""
    minutes, seconds = divmod(round(abs(offset)), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [
        ngettext("%(num)d day", "%(num)d days", days) if days else "",
        ngettext("%(num)d hour", "%(num)d hours", hours) if hours else "",
        ngettext("%(num)d minute", "%(num)d minutes", minutes) if minutes else "",
        ngettext("%(num)d second", "%(num)d seconds", seconds) if seconds else "",
    ]
    length = " ".join([part for part in parts if part][:2])
    if not length:
        return ""
    return (
        gettext("%(length)s ahead", length=length)
        if offset > 0
        else gettext("%(length)s behind", length=length)
    )
