"""QA's tools. Registered in sandbox mode only; nothing else of the site imports this room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from webapp.flows.services import Services
from webapp.sandbox import (
    api,
    coverage,
    door,
    flow_map,
    note,
    patterns,
    people,
    personas,
    recorder,
    refusals,
    report,
    stage,
    time_travel,
    timeline,
    trouble,
    world_pages,
)
from webapp.sandbox.worlds import Worlds
from webapp.store import accounts

if TYPE_CHECKING:
    import httpx

PAGES = (
    patterns,
    people,
    time_travel,
    trouble,
    world_pages,
    report,
    timeline,
    flow_map,
    refusals,
    coverage,
    stage,
)
"""The tools' pages and calls: each adds its routes to `door.blueprint` and `api.blueprint` when it is imported."""


def install(app: Flask, transport: httpx.BaseTransport | None = None) -> None:
    """Add the tools and the worlds; at the first start also the demo accounts."""
    base: Services = app.extensions["nidankai"]
    worlds = Worlds(base, transport)
    services = app.extensions["nidankai"] = worlds.get().services
    if not accounts.every(services.store.db()):
        personas.seed(services)
    door.install(app, worlds, transport)
    recorder.install(app)
    note.install(app)
    app.register_blueprint(door.blueprint)
    api.install(app)
