"""The site's parts, for pages."""

from __future__ import annotations

from flask import current_app

from webapp.flows.services import Services


def services() -> Services:
    """What ``create_app`` made for this app."""
    made: Services = current_app.extensions["nidankai"]
    return made
