"""Register QA's tools: worlds, pages and calls, the recorder, and the banner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from webapp.sandbox import api, openapi, patterns, trace_recorder, world_middleware
from webapp.sandbox.controls import clock, faults, log_in
from webapp.sandbox.controls import worlds as worlds_page
from webapp.sandbox.personas import page as personas_page
from webapp.sandbox.personas import personas
from webapp.sandbox.refusals import page as refusals
from webapp.sandbox.stage import page as stage
from webapp.sandbox.start import banner
from webapp.sandbox.start import page as start
from webapp.sandbox.state_diagram import coverage
from webapp.sandbox.state_diagram import page as state_diagram
from webapp.sandbox.timeline import page as timeline
from webapp.sandbox.timeline import report
from webapp.sandbox.worlds import Worlds
from webapp.services.context import Services
from webapp.store import accounts

if TYPE_CHECKING:
    import httpx

PAGES = (
    log_in, openapi, patterns, start, stage, personas_page, clock, faults, worlds_page, refusals, state_diagram,
    coverage, timeline, report,
)  # fmt: skip
"""The pages and calls of the tools. Importing one adds its routes to the blueprints of sandbox and API."""


def install(app: Flask, transport: httpx.BaseTransport | None = None) -> None:
    """Add the tools and the worlds; at the first start also the demo accounts."""
    base: Services = app.extensions["nidankai"]
    worlds = Worlds(base, app.extensions["nidankai_engine"], transport, seed=personas.seed)
    services = app.extensions["nidankai"] = worlds.get().services
    _seed_once(services)
    app.extensions["nidankai_dispatcher"].worlds_to_look_into = worlds.with_unsent
    world_middleware.install(app, worlds, transport)
    trace_recorder.install(app)
    banner.install(app)
    app.register_blueprint(world_middleware.blueprint)
    api.install(app)


def _seed_once(services: Services) -> None:
    """Make the demo accounts, unless another process has made them or is about to."""
    with services.store.reading() as db:
        if accounts.list_all(db):
            return
    with services.store.writing() as db:
        if not accounts.list_all(db):
            personas.seed(services)
