"""Put the site together: settings, keys, store, outbound and pages."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask

from webapp import cli, home, paths
from webapp import config as configuration
from webapp.clock import Clock
from webapp.config import Config, ConfigError
from webapp.keys import load_keys
from webapp.outbound.gateway import Gateway
from webapp.outbound.mail import Mailer
from webapp.outbound.notifier import Notifier
from webapp.pages import (
    account,
    account_changes,
    approval,
    auth,
    desk,
    devices,
    forgot_password,
    methods,
    music,
    older_device,
    passkeys,
    recovery,
    register,
    render,
    set_up,
    shop,
    sign_in,
    step_up,
    turn_off,
)
from webapp.pages.framework import (
    cookies,
    csrf,
    error_pages,
    flask_overrides,
    headers,
    i18n_cache,
    language,
    maintenance,
    request_log,
    session_cookie,
    template_cache,
    visitor,
)
from webapp.pages.framework.dispatcher import Dispatcher
from webapp.rules.encryption import Seal
from webapp.rules.links import Signer
from webapp.rules.passwords import Hasher
from webapp.services.context import Services
from webapp.services.hash_gate import HashGate
from webapp.shared import collector, own_files
from webapp.store import earlier_uploads
from webapp.store.database import open_engine
from webapp.store.engine import Engine, Store, Unavailable, Unfit

if TYPE_CHECKING:
    import httpx

    from webapp.edge.application import Edge

MOST_BYTES = 1024 * 1024
"""The largest body of a request, documents aside."""
ACCOUNT = (account, account_changes, devices, forgot_password, register)
# `methods` brings the settings' blueprint, with the settings' own pages already on it.
PAGES = (
    shop,
    sign_in,
    step_up,
    *ACCOUNT,
    approval,
    methods,
    set_up,
    turn_off,
    recovery,
    desk,
    passkeys,
    music,
    older_device,
)
EDGES = (
    session_cookie,
    cookies,
    request_log,
    headers,
    visitor,
    language,
    i18n_cache,
    error_pages,
    auth,
    maintenance,
)


@collector.paused()
def create_app(
    config: Mapping[str, Any] | None = None,
    *,
    clock: Clock | None = None,
    gateway_transport: httpx.BaseTransport | None = None,
) -> Flask:
    """Make the site as a WSGI app.

    Settings come from ``config`` by field name, else from the environment (``webapp.config``). Tests may pass a
    clock, and a transport that carries the gateway's requests to the phone in process.

    Raises:
        ConfigError: a setting is missing, unreadable or unsafe, or names a database that can't be used.
    """
    settled = configuration.load(config)
    app = flask_overrides.SyncFlask("webapp", template_folder=str(home.templates()))
    dispatcher = Dispatcher()
    instance = own_files.own_folder(Path(settled.instance))
    app.extensions["nidankai_engine"] = engine = open_engine(instance, settled.database_url)
    app.extensions["nidankai"] = _services(settled, clock or Clock(), gateway_transport, engine, dispatcher)
    _configure(app, settled, load_keys(settled).secret)
    csrf.CsrfCheck(app)
    for edge in EDGES:
        edge.install(app)
    dispatcher.install(app)
    for blueprint in dict.fromkeys(place.blueprint for place in PAGES):  # some places share one
        app.register_blueprint(blueprint)
    cli.install(app)
    if settled.sandbox:
        from webapp.sandbox import app as sandbox  # QA's tools: nowhere else are they so much as loaded

        sandbox.install(app, gateway_transport)
    template_cache.forget_old(instance, time.time())
    template_cache.install(app.jinja_env, instance)
    return app


def create_edge(config: Mapping[str, Any] | None = None) -> Edge:
    """Return the site as an RSGI application, which `make run` starts. It takes bodies before a thread is used.

    It also sends what an earlier process left: at once, and twice a minute what another machine's left.

    Raises:
        ConfigError: a setting is missing, unreadable or unsafe.
    """
    from webapp.edge.application import (  # late: it loads asyncio, which a plain WSGI server needs not
        Edge,
        Limits,
    )

    app = create_app(config)
    dispatcher: Dispatcher = app.extensions["nidankai_dispatcher"]
    dispatcher.resume()
    engine: Engine = app.extensions["nidankai_engine"]
    engine.listen(lambda name, _: None if name else dispatcher.resume())
    settled: Config = app.extensions["nidankai"].config
    limits = Limits(
        threads=settled.threads,
        body_bytes=MOST_BYTES,
        larger={paths.RECOVERY_CASE: recovery.most_bytes(settled)},
        body_idle_seconds=settled.body_idle_seconds,
        body_seconds=settled.body_seconds,
        unread_seconds=settled.unread_seconds,
    )
    own_headers = [*headers.of_all_answers(settled).items(), ("Cache-Control", "no-store")]
    return Edge(app, limits, express=(paths.HEALTH,), own_headers=own_headers)


def _services(
    config: Config,
    clock: Clock,
    transport: httpx.BaseTransport | None,
    engine: Engine,
    dispatcher: Dispatcher,
) -> Services:
    keys = load_keys(config)
    return Services(
        config=config,
        clock=clock,
        store=_default_world(config, engine),
        hasher=Hasher(
            config.argon2_time_cost, config.argon2_memory_kib, config.argon2_parallelism, HashGate()
        ),
        seal=Seal(*keys.seal),
        signer=Signer(keys.secret),
        outbound=Notifier(Gateway.of(config, transport), Mailer.of(config), config),
        dispatcher=dispatcher,
        pepper=keys.pepper,
        limits=Services.limits_of(config),
    )


def _default_world(config: Config, engine: Engine) -> Store:
    try:
        store = engine.open()
    except (Unfit, Unavailable) as unusable:
        name = "DATABASE_URL" if config.database_url else "INSTANCE"
        raise ConfigError(f"WEBAPP_{name}: {str(unusable).partition(chr(10))[0]}") from None
    if not config.database_url:
        earlier_uploads.take_over(store, Path(config.instance))
    return store


def _configure(app: Flask, config: Config, secret: str) -> None:
    app.config.update(
        SECRET_KEY=secret,
        **cookies.session_settings(config),
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=MOST_BYTES,
        MAX_FORM_MEMORY_SIZE=256 * 1024,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(has_page=render.has_page, sandbox=config.sandbox)
