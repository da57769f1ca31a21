"""The banner on every page in sandbox mode: the way to the tools, the persona, and what is unusual in this world."""

from __future__ import annotations

from flask import Flask, current_app, g, render_template, request
from flask_login import current_user
from markupsafe import Markup

from webapp.pages.framework.i18n_cache import cached_part
from webapp.pages.guards import return_url
from webapp.sandbox import access, world_middleware
from webapp.sandbox.controls.faults import texts_of_faults
from webapp.sandbox.personas.personas import PERSONAS
from webapp.sandbox.vocabulary.durations import moved_by

TEMPLATE = "site/sandbox/banner.html"
FRAMES = ("iframe", "frame")


def install(app: Flask) -> None:
    """Give the layout its banner."""
    app.jinja_env.globals["tools_banner"] = tools_banner


def tools_banner() -> Markup:
    """Return the banner.

    A frame has none, as its page, the stage, shows the same. An error page's has no controls: a fault may be why.
    """
    if "world" not in g or request.headers.get("Sec-Fetch-Dest") in FRAMES:
        return Markup()
    world, is_problem = world_middleware.world(), bool(g.get("problem_status"))
    offset, faults = world.settings.now().offset, texts_of_faults(may_write=not is_problem)
    is_open = access.tools_are_there()
    persona = "" if is_problem or not is_open else _persona()
    if world.is_default and not offset and not faults:
        return cached_part(TEMPLATE, is_open=is_open, persona=persona, is_usual=True) if is_open else Markup()
    shown = {
        "is_open": is_open, "persona": persona, "world": world, "offset": offset, "moved_by": moved_by(offset),
        "faults": faults, "only_tells": is_problem or not is_open,
    }  # fmt: skip
    if is_problem:  # past the context processors, which ask the database who is signed in
        html = current_app.jinja_env.get_template(TEMPLATE).render(shown)
    else:
        html = render_template(TEMPLATE, **shown, here=return_url("/"))
    return Markup(html)  # noqa: S704 - a template's, escaped


def _persona() -> str:
    """Return the key of the signed-in persona, "" for any other visitor."""
    found = PERSONAS.get(current_user.account.id) if current_user.is_authenticated else None
    return found.key if found else ""
