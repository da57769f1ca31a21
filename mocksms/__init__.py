"""The mock phone: takes every SMS, call and mail an app sends and shows them on handsets.

It knows nothing of who sends: any app that speaks Twilio's or Amazon SNS' wire or SMTP can use it.
"""

from collections.abc import Mapping
from dataclasses import fields

from flask import Flask

from mocksms import api, api_control, config, delivery, retention, web
from mocksms.handset import blueprint as handset
from mocksms.wire import sns, twilio, twilio_calls, twilio_verify
from mocksms.wire.twilio_errors import Refusal
from mocksms.worlds import World, Worlds

__all__ = ["create_app"]


def _look_after(world: World) -> None:
    """What is due and what is too old is seen to from the moment a world is opened."""
    delivery.watch(world)
    retention.watch(world)


def create_app(config_values: Mapping[str, object] | None = None) -> Flask:
    """The phone as a WSGI application.

    `config_values` holds settings by their names in capitals (see :mod:`mocksms.config`), the rest goes to
    Flask; what is not given comes from the environment as `MOCKSMS_…`. Raises
    :class:`mocksms.config.SettingError`.
    """
    settings = config.load(config_values)
    app = Flask("mocksms", static_folder="static", template_folder="../templates")
    own = {field.name.upper() for field in fields(settings)}
    app.config.from_mapping({name: value for name, value in (config_values or {}).items() if name not in own})
    app.config["SECRET_KEY"] = config.secret_key(settings)
    app.config.setdefault("MAX_CONTENT_LENGTH", settings.max_request_bytes)
    app.config.setdefault("MAX_FORM_MEMORY_SIZE", settings.max_request_bytes)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["mocksms"] = worlds = Worlds(settings)
    worlds.opened = _look_after
    web.init_app(app)
    for part in (twilio, twilio_calls, twilio_verify, sns, api, api_control):
        app.register_blueprint(part.blueprint)
    app.register_blueprint(handset)
    app.register_error_handler(Refusal, twilio.refused)
    return app
