"""The site's parts, for pages."""

from __future__ import annotations

from flask import current_app, g

from webapp.services.context import Services


def services() -> Services:
    """What ``create_app`` made for this app; where there are several worlds, the parts of this request's one."""
    chosen: Services | None = g.get("services")
    if chosen is not None:
        return chosen
    made: Services = current_app.extensions["nidankai"]
    return made


def use(chosen: Services) -> None:
    """Let this request see these parts: the sandbox's tools call it before anything else happens."""
    g.services = chosen
