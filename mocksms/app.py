"""Put the phone together as a WSGI application."""

from collections.abc import Mapping
from dataclasses import fields

from flask import Flask

from mocksms import config
from mocksms.api import control, messages, middleware
from mocksms.core.worlds import World, Worlds
from mocksms.delivery import retention, scheduler
from mocksms.handset import blueprint as handset
from mocksms.providers.sns import publish
from mocksms.providers.twilio import calls as twilio_calls
from mocksms.providers.twilio import messages as twilio_messages
from mocksms.providers.twilio import verify as twilio_verify
from mocksms.providers.twilio.errors import Refusal


def _look_after(world: World) -> None:
    """Start the scheduler and the retention of a world when it is opened."""
    scheduler.watch(world)
    retention.watch(world)


def create_app(config_values: Mapping[str, object] | None = None) -> Flask:
    """Return the phone as a WSGI application.

    `config_values` holds settings by their names in capitals (see :mod:`mocksms.config`), the rest goes to
    Flask; what is not given comes from the environment as `MOCKSMS_…`. Raises
    :class:`mocksms.config.SettingError`.
    """
    settings = config.load(config_values)
    app = Flask("mocksms", static_folder="static", template_folder=str(config.TEMPLATES))
    own = {field.name.upper() for field in fields(settings)}
    app.config.from_mapping({name: value for name, value in (config_values or {}).items() if name not in own})
    app.config["SECRET_KEY"] = config.secret_key(settings)
    app.config.setdefault("MAX_CONTENT_LENGTH", settings.max_request_bytes)
    app.config.setdefault("MAX_FORM_MEMORY_SIZE", settings.max_request_bytes)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["mocksms"] = worlds = Worlds(settings)
    worlds.opened = _look_after
    middleware.init_app(app)
    for part in (twilio_messages, twilio_calls, twilio_verify, publish, messages, control):
        app.register_blueprint(part.blueprint)
    app.register_blueprint(handset)
    app.register_error_handler(Refusal, twilio_messages.refused)
    return app
