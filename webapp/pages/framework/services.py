"""The site's services, for pages."""

from __future__ import annotations

from flask import current_app, g

from webapp.services.context import Services


def services() -> Services:
    """Return what ``create_app`` made for this app; with several worlds, the services of the request's world."""
    chosen: Services | None = g.get("services")
    if chosen is not None:
        return chosen
    made: Services = current_app.extensions["nidankai"]
    return made


def use(chosen: Services) -> None:
    """Use these services in this request. The sandbox's tools call it first."""
    g.services = chosen
