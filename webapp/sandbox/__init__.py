"""QA's tools. Registered in sandbox mode only; nothing else of the site imports this room."""

from __future__ import annotations

from flask import Flask

from webapp.flows.services import Services
from webapp.sandbox import patterns, personas
from webapp.store import accounts


def install(app: Flask) -> None:
    """Add the tools; at the first start also the demo accounts."""
    services: Services = app.extensions["nidankai"]
    if not accounts.every(services.store.db()):
        personas.seed(services)
    app.register_blueprint(patterns.blueprint)
