"""The phone's Flask: it does the same, but what every message passes costs less."""

import re
from binascii import unhexlify
from collections.abc import Callable, Iterable
from functools import cache, lru_cache, partial
from io import SEEK_CUR, BytesIO
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Flask, Request, Response
from flask.ctx import RequestContext
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from werkzeug.routing import MapAdapter, Rule
from werkzeug.wsgi import get_host

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

FORM = "application/x-www-form-urlencoded"
HOSTS_KEPT, PATHS_KEPT, LONGEST_KEPT = 64, 1024, 300
_READ = frozenset({"form", "stream", "_cached_data"})
_EMPTY = frozenset({204, 304})
_CORRECTED = frozenset({"location", "content-location"})
_HOST_SETTINGS = ("TRUSTED_HOSTS", "SERVER_NAME")
_QUOTED = re.compile(rb"(?:%[0-9A-Fa-f]{2})+")
F = TypeVar("F", bound=Callable[..., Any])


def _unquoted(found: re.Match[bytes]) -> bytes:
    return unhexlify(found[0].replace(b"%", b""))


def _text(quoted: bytes) -> str:
    if b"+" in quoted:
        quoted = quoted.replace(b"+", b" ")
    if b"%" in quoted:
        quoted = _QUOTED.sub(_unquoted, quoted)
    return quoted.decode("utf-8", "werkzeug.url_quote")


def form_pairs(content: bytes) -> list[tuple[str, str]]:
    """Return the fields of a form in ASCII, as `urllib.parse.parse_qsl` does.

    It decodes each quoted byte by itself; a Japanese text has a hundred in a row.
    """
    pairs = (each.partition(b"=") for each in content.split(b"&") if each)
    return [(_text(name), _text(value)) for name, _, value in pairs]


class PhoneRequest(Request):
    """Flask's request. A form in ASCII, which all programs send, is read by :func:`form_pairs`."""

    def _load_form_data(self) -> None:
        content = self._whole_form()
        if content is None:
            super()._load_form_data()
        else:
            kind = self.parameter_storage_class
            vars(self).update(stream=BytesIO(), form=kind(form_pairs(content)), files=kind())

    def _whole_form(self) -> bytes | None:
        """Return a form in ASCII that is in memory as a whole, as the edge has it; None for any other body."""
        environ, most = self.environ, self.max_content_length
        stream = environ["wsgi.input"]
        if (
            type(stream) is not BytesIO
            or environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() != FORM
            or not vars(self).keys().isdisjoint(_READ)
        ):
            return None
        content = stream.read()
        if (
            environ.get("CONTENT_LENGTH") == str(len(content))
            and "HTTP_TRANSFER_ENCODING" not in environ
            and (most is None or len(content) <= most)
            and content.isascii()
        ):
            return content
        stream.seek(-len(content), SEEK_CUR)
        return None


class PhoneResponse(Response):
    """Flask's response. A whole one that needs none of Werkzeug's corrections is sent as it is."""

    def get_wsgi_response(
        self, environ: "WSGIEnvironment"
    ) -> tuple[Iterable[bytes], str, list[tuple[str, str]]]:
        """Return pieces, status and headers."""
        pieces, headers = self.response, list(self.headers)
        named = {name.lower() for name, _ in headers}
        if (
            self.status_code >= 200
            and self.status_code not in _EMPTY
            and environ["REQUEST_METHOD"] != "HEAD"
            and type(pieces) is list
            and [type(each) for each in pieces] == [bytes]
            and not self._on_close
            and "content-length" in named
            and named.isdisjoint(_CORRECTED)
        ):
            return pieces, self.status, headers
        return super().get_wsgi_response(environ)


class _Context(RequestContext):
    """Flask's context of a request, which remembers the routes of paths: programs ask for few, again and again."""

    app: "PhoneFlask"

    def match_request(self) -> None:
        request, routes, adapter = self.request, self.app.routes, self.url_adapter
        key = ("" if adapter is None else adapter.url_scheme, request.method, request.path)
        if known := routes.get(key):
            request.url_rule, request.view_args = known[0], dict(known[1])
            return
        super().match_request()
        if request.url_rule is not None and len(request.path) <= LONGEST_KEPT:
            if len(routes) >= PATHS_KEPT:
                routes.clear()
            routes[key] = request.url_rule, dict(request.view_args or {})


class _Sessions(SecureCookieSessionInterface):
    """Flask's signed cookie; a request without cookies (every program's) makes no signer and reads no settings."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if "HTTP_COOKIE" not in request.environ or self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if session or session.accessed or session.modified:
            super().save_session(app, session, response)


class LateRule(Rule):
    """A route that makes the code which builds its addresses when one is first built.

    Werkzeug compiles two functions for each route, most of which are never called.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        made = cache(partial(super()._compile_builder, append_unknown))
        return lambda rule, /, **values: made()(rule, **values)


class PhoneFlask(Flask):
    """Flask whose views are plain functions. `own_headers` are in all its answers; a view may set others."""

    own_headers: tuple[tuple[str, str], ...] = ()
    request_class = PhoneRequest
    response_class = PhoneResponse
    session_interface = _Sessions()
    url_rule_class = LateRule

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.routes: dict[tuple[str, str, str], tuple[Rule, dict[str, Any]]] = {}
        self._bound_to = lru_cache(maxsize=HOSTS_KEPT)(self._bind_to)

    def request_context(self, environ: "WSGIEnvironment") -> RequestContext:
        """Return the context of a request."""
        return _Context(self, environ)

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Return what finds the route of a request. A host is checked once, not in each of its requests."""
        environ = {} if request is None else request.environ
        is_usual = "HTTP_HOST" in environ and "HTTP_UPGRADE" not in environ and environ.get("PATH_INFO")
        if request is None or not is_usual or any(self.config[name] is not None for name in _HOST_SETTINGS):
            return super().create_url_adapter(request)
        request.host, known = self._bound_to(
            environ["wsgi.url_scheme"], environ["HTTP_HOST"], environ.get("SCRIPT_NAME", "")
        )
        query = request.query_string.decode(errors="replace")
        return MapAdapter(
            self.url_map, known.server_name, known.script_name, known.subdomain, known.url_scheme,
            request.path, environ["REQUEST_METHOD"], query,
        )  # fmt: skip

    def _bind_to(self, scheme: str, host: str, script_name: str) -> tuple[str, MapAdapter]:
        environ = {
            "wsgi.url_scheme": scheme, "HTTP_HOST": host, "SCRIPT_NAME": script_name, "REQUEST_METHOD": "GET"
        }  # fmt: skip
        return get_host(environ), self.url_map.bind_to_environ(environ, subdomain="")

    def ensure_sync(self, func: F) -> F:
        """Return the function: asking at each call whether it is a coroutine costs more than the call."""
        return func

    def wsgi_app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        """Answer one request."""

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None, /) -> Any:
            given = {name for name, _ in headers}
            more = [each for each in self.own_headers if each[0] not in given]
            return start_response(status, [*headers, *more], exc_info)

        return super().wsgi_app(environ, start)
