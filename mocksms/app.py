"""Create the phone, as a WSGI application and as the edge that granian serves."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from flask import Flask

from mocksms import config
from mocksms.api import (
    absence,
    authenticators,
    control,
    event_stream,
    leases,
    mail_files,
    middleware,
    request_log,
    waiting,
)
from mocksms.api.flask_app import PhoneFlask
from mocksms.api.paths import HEALTH
from mocksms.core import shared_keys
from mocksms.core.worlds import Worlds
from mocksms.delivery.background import Delivery
from mocksms.handset import authenticator, template_cache
from mocksms.handset import blueprint as handset
from mocksms.providers.interface import Provider
from mocksms.providers.registry import Providers
from mocksms.shared import collector, own_files
from mocksms.store import Store
from mocksms.store.engine import Unavailable, Unfit

if TYPE_CHECKING:
    from mocksms.edge.application import Edge

_SIZES = ("MAX_CONTENT_LENGTH", "MAX_FORM_MEMORY_SIZE")


@collector.paused()
def create_app(
    config_values: Mapping[str, object] | None = None, providers: Sequence[type[Provider]] = ()
) -> Flask:
    """Return the phone as a WSGI application.

    `config_values` holds settings by their names in capitals (see :mod:`mocksms.config`) and Flask's own; missing
    ones come from the environment as `MOCKSMS_…`. `providers` are added to those that are installed. Raise
    :class:`mocksms.config.SettingError`, also for a database that can't be used.
    """
    settings, gateways = _read(config_values or {}, providers)
    own_files.own_folder(settings.folder)
    app = PhoneFlask("mocksms", static_folder="static", template_folder=str(config.TEMPLATES))
    own = {field.name.upper() for field in fields(settings)}
    app.config.from_mapping({name: value for name, value in (config_values or {}).items() if name not in own})
    app.config["SECRET_KEY"] = config.secret_key(settings)
    # Flask has values for both from the start, so a default would do nothing.
    given = {**dict.fromkeys(_SIZES, settings.max_request_bytes), **(config_values or {})}
    app.config.from_mapping({name: given[name] for name in _SIZES})
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["mocksms.providers"] = gateways
    app.extensions["mocksms"] = worlds = Worlds(settings, Delivery(), gateways.sender_apps)
    if settings.database_url:
        shared_keys.share(_opened(worlds), settings, gateways.key_files)
    app.extensions[waiting.EXTENSION] = waiting.Places(settings)
    middleware.init_app(app)
    gateways.init_app(app)
    for part in (event_stream, absence, mail_files, authenticators, control, leases, request_log):
        app.register_blueprint(part.blueprint)
    app.register_blueprint(handset)
    template_cache.forget_old(settings.folder, time.time())
    template_cache.install(app.jinja_env, settings.folder)
    worlds.resume()
    return app


def _read(
    config_values: Mapping[str, object], providers: Sequence[type[Provider]]
) -> tuple[config.Settings, Providers]:
    """Return the settings and the providers with theirs. Raise :class:`mocksms.config.SettingError`."""
    settings = config.load(config_values, providers=[kind.wires[0] for kind in providers])
    authenticator.presets(settings.authenticators)  # an unreadable link is an error now, not on its first use
    return settings, Providers(settings, config_values, providers)


def _opened(worlds: Worlds) -> Store:
    """Return the default world in the database of the settings."""
    try:
        return worlds.engine.open()
    except (Unfit, Unavailable) as unusable:
        line = str(unusable).partition("\n")[0]
        raise config.SettingError(f"{config.ENV_PREFIX}DATABASE_URL: {line}") from None


def create_edge(
    config_values: Mapping[str, object] | None = None, providers: Sequence[type[Provider]] = ()
) -> "Edge":
    """Return the phone as an RSGI application, which `mocksms serve` starts.

    The arguments are those of :func:`create_app`. Waiting testers and open event streams need no thread here.
    """
    from mocksms.edge.application import (  # late: it loads asyncio, which a plain WSGI server needs not
        Edge,
        Limits,
    )

    app = create_app(config_values, providers)
    worlds = middleware.worlds_of(app)
    settings = worlds.settings
    limits = Limits(
        threads=settings.threads,
        body_bytes=settings.max_request_bytes,
        body_idle_seconds=settings.body_idle_seconds,
        body_seconds=settings.body_seconds,
        unread_seconds=settings.unread_seconds,
    )
    return Edge(
        app, limits, (HEALTH,), worlds.release_waiters, (*middleware.HEADERS, ("Cache-Control", "no-store"))
    )
