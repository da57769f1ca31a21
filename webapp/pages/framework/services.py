"""The site's services, for pages."""

from __future__ import annotations

from collections.abc import Callable

from flask import Request, g, request
from flask.ctx import AppContext
from flask.globals import app_ctx

from webapp.services.context import Services

context: Callable[[], AppContext] = app_ctx._get_current_object  # type: ignore[attr-defined]
"""Returns Flask's context itself, for what a page asks some ten times: its proxies look it up at each use."""

this_request: Callable[[], Request] = request._get_current_object  # type: ignore[attr-defined]
"""Returns the request itself, for what asks it for more than one thing."""


def services() -> Services:
    """Return what ``create_app`` made for this app; with several worlds, the services of the request's world."""
    here = context()
    chosen: Services = here.g.get("services") or here.app.extensions["nidankai"]
    return chosen


def use(chosen: Services) -> None:
    """Use these services in this request. The sandbox's tools call it first."""
    g.services = chosen
