"""What every request of the phone shares: world, guards, headers, log line."""

import logging
import secrets
import time
from collections.abc import Callable
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Protocol, cast

from flask import Flask, Request, Response, current_app, g, jsonify, request
from flask.globals import app_ctx, request_ctx
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import IntegerConverter, Map

from mocksms import config, store
from mocksms.api import access, waiting
from mocksms.api.flask_app import PhoneFlask
from mocksms.api.paths import HEALTH, PROGRAMS, READY, VERSION_HEADER
from mocksms.core import deletion, faults
from mocksms.core.world_names import DEFAULT
from mocksms.core.worlds import BadWorld, TooManyWorlds, World, Worlds
from mocksms.edge import HOLD
from mocksms.errors import Problem
from mocksms.shared.guesses import Guesses

if TYPE_CHECKING:
    from mocksms.edge.held import Hold

log = logging.getLogger("mocksms")
WORLD_COOKIE = "tel_world"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self';"
    " connect-src 'self'; media-src 'self' blob: data:; frame-src 'self'; form-action 'self';"
    " manifest-src 'self';"
    " base-uri 'none'; object-src 'none'; frame-ancestors "
)
HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),  # with "no-referrer" browsers hide a form's own origin
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("X-Robots-Tag", "noindex"),
    (VERSION_HEADER, "1"),
)
"""The headers of every answer."""
YEAR_SECONDS = 365 * 24 * 3600


class Gateways(Protocol):
    """The providers' part in handling requests."""

    def admit(
        self, worlds: Worlds, named: str | None, otherwise: str, may_make: Callable[[], bool]
    ) -> World | None:
        """Check the credentials of a provider's request and return its world; None for another request.

        `named` is the world's name in X-World, made if `may_make` allows it; `otherwise` is used when neither lease
        nor credentials name one.
        """

    def examples(self, url: str) -> dict[str, str]:
        """Return for each channel a command that sends a first message to the phone at `url`."""

    def claims(self) -> bool:
        """Return whether this request is meant for a provider."""

    def is_wire(self) -> bool:
        """Return whether this request is an app's on a provider's wire, which asks for no log-in of testers."""

    def misdirected(self) -> Response | None:
        """Return the error for a provider's request that would reach a page; None for any other request."""

    def problem(self, problem: Problem) -> Response | None:
        """Return the error in the form of this request's provider, None for another request."""


def worlds_of(app: Flask) -> Worlds:
    """Return all worlds of an app."""
    return cast(Worlds, app.extensions["mocksms"])


def worlds() -> Worlds:
    """Return all worlds of the app that answers this request."""
    return worlds_of(current_app)


def settings() -> config.Settings:
    """Return the settings of the app that answers this request."""
    return worlds().settings


def gateways() -> Gateways:
    """Return the providers of the app that answers this request."""
    return cast(Gateways, current_app.extensions["mocksms.providers"])


def world() -> World:
    """Return the world of this request.

    It is named by the header X-World, else `?world=`, else the handset's cookie, else it is the default one. A
    provider's request may also name it by its recipient or its credentials, after X-World. An empty name is an error,
    not the default world; an unknown name creates no world.
    """
    if "world" not in g:
        named = request.headers.get("X-World")
        g.world = worlds().get(named if named is not None else _other_name(request))
    return cast(World, g.world)


def _other_name(asked: Request) -> str:
    # Look before asking: Werkzeug makes an exception for each missing name.
    if asked.query_string and (named := asked.args.get("world")) is not None:
        return named
    return ("HTTP_COOKIE" in asked.environ and asked.cookies.get(WORLD_COOKIE)) or DEFAULT


def _guard(app: Flask) -> Response | None:
    # Use the objects behind Flask's proxies: a message would pass thirty of them.
    asked, context, worlds = request_ctx.request, app_ctx.g, worlds_of(app)
    environ, settings = asked.environ, worlds.settings
    context.started = time.perf_counter()
    context.request_id = secrets.token_hex(8)
    asked.max_content_length = app.config["MAX_CONTENT_LENGTH"]
    asked.max_form_memory_size = app.config["MAX_FORM_MEMORY_SIZE"]
    asked.max_form_parts = app.config["MAX_FORM_PARTS"]
    if "SERVER_SOFTWARE" in environ:  # a server's: it listens there
        worlds.own_ports.add(int(environ["SERVER_PORT"]))
    hold: Hold | None = environ.get(HOLD)
    if hold is not None and hold.kept is not None:  # let in before, also when its world is gone by now
        context.started, context.world = hold.kept.started, hold.kept.world
        return None
    if not _is_allowed(asked.host, settings.allowed_hosts):
        return _refused_host()
    providers: Gateways = app.extensions["mocksms.providers"]
    access.check(asked, settings, providers.is_wire)
    named = asked.headers.get("X-World")
    world = providers.admit(worlds, named, _other_name(asked), lambda: access.is_testers(settings))
    if world is None:
        return providers.misdirected()
    context.world = world
    return None


def _refused_host() -> Response:
    """Return the error for a host name that is not allowed, as a page or in the provider's form."""
    words = f"The phone does not answer to {request.host!r}; add it to MOCKSMS_ALLOWED_HOSTS"
    if request.path.startswith(PROGRAMS) or gateways().claims():
        return _problem(Problem(421, "Misdirected Request", words, "host"))
    return Response(f"{words}.\n", 421, mimetype="text/plain")


@lru_cache(maxsize=256)
def _is_allowed(host: str, allowed: frozenset[str]) -> bool:
    host = host.lower()
    return "*" in allowed or host in allowed or host.rsplit(":", 1)[0] in allowed


def _finish(settings: config.Settings, response: Response) -> Response:
    if slow := faults.SLOW.get():
        _slow_down(slow)
    asked, context, headers = request_ctx.request, app_ctx.g, response.headers
    there = {name.lower() for name, _ in headers}
    if "content-security-policy" not in there:
        headers.add("Content-Security-Policy", CSP + settings.frame_ancestors)
    headers.add("X-Request-Id", request_id := context.get("request_id", "-"))
    if asked.endpoint == "static":
        if "v" in asked.args and response.status_code == 200:  # another version has another fingerprint
            headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
    elif "cache-control" not in there:
        headers.add("Cache-Control", "no-store")
    if log.isEnabledFor(logging.INFO):
        # The route's pattern, not the address: addresses hold numbers and what people search for.
        route = asked.url_rule.rule if asked.url_rule else "(no route)"
        spent = (time.perf_counter() - context.get("started", time.perf_counter())) * 1000
        log.info("%s %s %d %.1f ms %s", asked.method, route, response.status_code, spent, request_id)
    return response


def _slow_down(seconds: float) -> None:
    """Let the answer wait, as a fault wants it: without a thread under the edge."""
    faults.SLOW.set(0.0)
    hold: Hold | None = request.environ.get(HOLD)
    if hold is None:
        time.sleep(seconds)
    else:
        hold.delay = seconds


def _problem(problem: Problem) -> Response:
    """Return the error in the form of the provider whose path was requested; its SDK reads no other."""
    if (response := gateways().problem(problem)) is not None:
        return response
    response = jsonify(problem.as_json())
    response.mimetype = "application/problem+json"
    response.status_code = problem.status
    return response


def log_in_needed(error: access.LogInNeeded) -> Response:
    """Return the answer to a program that must log in."""
    response = _problem(error)
    if error.by_password:
        response.headers["WWW-Authenticate"] = error.challenge
    return response


def too_many_guesses(error: access.TooManyGuesses) -> Response:
    """Return the answer to a program whose address sent too many wrong passwords."""
    response = _problem(error)
    response.headers["Retry-After"] = str(error.wait)
    return response


def _bad_world(error: BadWorld) -> Response:
    return _problem(Problem(422, "No such world", str(error), "world"))


def unknown_world(error: store.UnknownWorld) -> Problem:
    """Return the answer to a request for a world that doesn't exist. Only testers learn other worlds' names."""
    is_shown = error.nearest and access.is_testers(settings())
    nearest = f" The nearest: {', '.join(error.nearest)}." if is_shown else ""
    return Problem(404, "No such world", f"There is no world {error.name!r}.{nearest}", "world")


def _unknown_world(error: store.UnknownWorld) -> Response:
    return _problem(unknown_world(error))


def _gone(error: store.Gone) -> Response:
    return _problem(Problem(410, "The world was deleted", f"World {error} was deleted meanwhile.", "world"))


def _too_many_worlds(_: TooManyWorlds) -> Response:
    most = settings().max_worlds
    return _problem(Problem(409, "Too many worlds", f"There are {most} worlds already; delete some", "world"))


def _too_many_wait(error: waiting.TooManyWait) -> Response:
    words = f"{error} requests wait or follow events already (MOCKSMS_MAX_WAITS); try again"
    response = _problem(Problem(503, "Too many wait", words))
    response.headers["Retry-After"] = "1"
    return response


def _unavailable(error: store.Unavailable) -> Response:
    log.error("the world's database cannot be used: %s", error)
    text = "Nothing was changed; try again."
    if isinstance(error, deletion.Interrupted):
        text = f"{error.deleted} messages were deleted; repeat the call to delete the rest."
    response = _problem(Problem(503, "The phone's database is busy or full", text))
    response.headers["Retry-After"] = "1"
    return response


def http_error(error: HTTPException) -> Response | HTTPException:
    """Return the answer to a program's invalid request: JSON on the tester API and the providers' paths."""
    is_program = request.path.startswith(PROGRAMS) or gateways().claims()
    if error.code is None or error.code < 400 or not is_program:
        return error
    response = _problem(Problem(error.code, error.name, error.description or ""))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


class _RowNumber(IntegerConverter):
    """A row number in a path; one too large for the database is not found."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=(1 << 63) - 1)


def init_app(app: PhoneFlask) -> None:
    """Add the guards, headers and error handlers to the app."""
    app.own_headers = HEADERS
    app.url_map.converters["int"] = _RowNumber
    app.before_request(partial(_guard, app))
    app.after_request(partial(_finish, worlds_of(app).settings))
    app.extensions["mocksms.guesses"] = Guesses()
    app.register_error_handler(Problem, _problem)
    app.register_error_handler(waiting.TooManyWait, _too_many_wait)
    app.register_error_handler(store.Unavailable, _unavailable)
    app.register_error_handler(BadWorld, _bad_world)
    app.register_error_handler(store.UnknownWorld, _unknown_world)
    app.register_error_handler(store.Gone, _gone)
    app.register_error_handler(TooManyWorlds, _too_many_worlds)
    app.register_error_handler(HTTPException, http_error)

    app.add_url_rule(HEALTH, "healthz", _readyz)
    app.add_url_rule(READY, "readyz", _readyz)


def _readyz() -> tuple[str, int, dict[str, str]]:
    """Answer when the default world can be read."""
    with worlds().get().store.reading() as db:
        store.reading.last_event(db)
    return "ok\n", 200, {"Content-Type": "text/plain"}
