"""The providers of a phone: the packages beside this module, and those of other packages."""

import importlib
import os
import pkgutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from importlib.metadata import entry_points

from flask import Flask, Response, g, request
from flask.globals import app_ctx
from flask.typing import ResponseReturnValue

from mocksms import config, providers
from mocksms.config import Settings
from mocksms.core.faults import SLOW
from mocksms.core.intake import Interrupted, Rejected
from mocksms.core.request_log import KEPT
from mocksms.core.sender_app import SenderApp
from mocksms.core.world_names import DEFAULT
from mocksms.core.worlds import World, Worlds
from mocksms.errors import Problem
from mocksms.providers import fault_responses, http_requests
from mocksms.providers.interface import Listener, Provider
from mocksms.store import UnknownWorld
from mocksms.store.requests import ChosenBy


def installed() -> Iterator[type[Provider]]:
    """Yield the providers of this package (`PROVIDER` in each folder), then those of the entry points."""
    for found in pkgutil.iter_modules(providers.__path__, f"{providers.__name__}."):
        if found.ispkg:
            yield importlib.import_module(found.name).PROVIDER
    for entry in entry_points(group=config.PROVIDERS):
        yield entry.load()


def _own(kind: type[Provider], config_values: Mapping[str, object]) -> object:
    """Return the provider's own settings, or None."""
    if kind.own_settings is None:
        return None
    prefix = f"{config.ENV_PREFIX}{kind.wires[0].upper()}_"
    return config.section(kind.own_settings, prefix, config_values, os.environ)


class Providers:
    """All providers of one phone."""

    def __init__(
        self, settings: Settings, config_values: Mapping[str, object], more: Iterable[type[Provider]] = ()
    ) -> None:
        """`config_values` hold the providers' own settings, else the environment does; `more` are added to those
        installed.

        Raise :class:`mocksms.config.SettingError`.
        """
        self.all = [kind(settings, _own(kind, config_values)) for kind in (*installed(), *more)]
        self.sender_apps: dict[str, SenderApp] = {wire: each for each in self.all for wire in each.wires}
        self._of_blueprint = {blueprint.name: each for each in self.all for blueprint in each.blueprints}

    @property
    def key_files(self) -> dict[str, Callable[[Settings], str]]:
        """Return the key files of all providers, each with the function that makes its content."""
        return {name: make for each in self.all for name, make in each.key_files.items()}

    def init_app(self, app: Flask) -> None:
        """Add the routes of all providers and the answers that faults produce."""
        for each in self.all:
            for blueprint in each.blueprints:
                app.register_blueprint(blueprint)
        app.register_error_handler(Rejected, self._rejected)
        app.register_error_handler(Interrupted, self._interrupted)
        app.after_request(partial(http_requests.record, self._asked))

    def _rejected(self, rejection: Rejected) -> ResponseReturnValue:
        return self._of_blueprint[request.blueprint or ""].rejected(rejection)

    def _interrupted(self, interrupted: Interrupted) -> Response:
        g.is_broken = True
        return fault_responses.answer(interrupted)

    def _asked(self) -> Provider | None:
        """Return the provider of this request, by its route, else the one that claims it."""
        return self._of_blueprint.get(request.blueprint or "") or self._claimer()

    def _claimer(self) -> Provider | None:
        return next((each for each in self.all if each.claims()), None)

    def admit(
        self, worlds: Worlds, named: str | None, otherwise: str, may_make: Callable[[], bool]
    ) -> World | None:
        """Check the credentials of a provider's request and return its world; None for another request.

        `named` is the world's name in X-World; a request that sends creates it if `may_make` allows that. Without it
        the recipient's lease counts, then the credentials, then `otherwise`.
        """
        context = app_ctx.g  # not the proxy: it is used five times for each message
        provider = context.provider = self._of_blueprint.get(request.blueprint or "")
        if provider is None:
            return None
        provider.authenticate()
        world: World | None = None
        chosen_by: ChosenBy = "header"
        if named is not None:
            try:
                world = worlds.get(named)
            except UnknownWorld:
                if not (provider.is_sending() and may_make()):
                    raise
                world = worlds.make(named)[0]
        elif worlds.leases.known or time.monotonic() >= worlds.leases.known_until:
            world, chosen_by = _leased(worlds, provider), "lease"
        if world is None:
            world, chosen_by = provider.chosen_world(worlds), "credentials"
        if world is None:
            world, chosen_by = worlds.get(otherwise), "default" if otherwise == DEFAULT else "query"
        context.chosen_by = chosen_by
        KEPT.set(None)
        SLOW.set(0.0)
        provider.entered(world)
        return world

    def examples(self, url: str) -> dict[str, str]:
        """Return for each channel a command that sends a first message to the phone at `url`."""
        return dict(found for each in self.all if (found := each.example(url)) is not None)

    def claims(self) -> bool:
        """Return whether this request is meant for a provider."""
        return self._asked() is not None

    def is_wire(self) -> bool:
        """Return whether this request is an app's on a provider's wire, which asks for no log-in of testers."""
        provider = self._asked()
        return provider is not None and not provider.is_testers()

    def misdirected(self) -> Response | None:
        """Return the error for a provider's request that would reach a page; None for any other request."""
        if request.blueprint is None or request.blueprint in self._of_blueprint:
            return None
        return self.problem(Problem(404, "No such operation", "The phone does not have this operation"))

    def problem(self, problem: Problem) -> Response | None:
        """Return the error in the form of this request's provider, None for another request."""
        found = self._asked()
        return found.problem(problem) if found is not None else None

    def listen(self, app: Flask, host: str | None = None, port: int | None = None) -> dict[str, Listener]:
        """Start each provider's own server. Return the running ones by wire."""
        started = ((each, each.listen(app, host, port)) for each in self.all)
        listeners = {each.wires[0]: listener for each, listener in started if listener is not None}
        worlds: Worlds = app.extensions["mocksms"]
        worlds.own_ports.update(port for each in listeners.values() for port in each.ports)
        return listeners


def _leased(worlds: Worlds, provider: Provider) -> World | None:
    """Return the world that this request's recipient, or the message in its path, is leased to."""
    leases = worlds.leases
    if (address := provider.recipient()) and leases.has(address):
        return worlds.of_lease(address)
    sid = (request.view_args or {}).get("sid", "")
    return worlds.of_leased_message(sid) if sid and leases.known else None


def providers_of(app: Flask) -> Providers:
    """Return the providers of an app."""
    found: Providers = app.extensions["mocksms.providers"]
    return found
