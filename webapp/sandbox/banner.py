"""The banner on every page of a world with a moved clock, a name or faults of the site."""

from __future__ import annotations

from flask import Flask, current_app, g, render_template
from markupsafe import Markup

from webapp.pages.guards import return_url
from webapp.sandbox import world_middleware
from webapp.sandbox.vocabulary.durations import moved_by


def install(app: Flask) -> None:
    """Give the layout its banner."""
    app.jinja_env.globals["tools_banner"] = tools_banner


def tools_banner() -> Markup:
    """Return the banner, or nothing, as on most pages. On an error page it has no controls: a fault may be why."""
    if "world" not in g:
        return Markup()
    world = world_middleware.world()
    settings = world.settings.now()
    if (
        world.is_default
        and settings.offset == 0
        and not settings.slow_database
        and not settings.locked_database
    ):
        return Markup()
    told = {"world": world, "settings": settings, "moved_by": moved_by(settings.offset)}
    if g.get("problem_status"):  # past the context processors, which ask the database who is signed in
        html = current_app.jinja_env.get_template("site/sandbox/banner.html").render(told, only_tells=True)
    else:
        html = render_template("site/sandbox/banner.html", **told, here=return_url("/"))
    return Markup(html)  # noqa: S704 - a template's, escaped
