"""The phone's Flask: it does the same, but what every message passes costs less."""

import re
from binascii import unhexlify
from collections.abc import Callable
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any, TypeVar

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from werkzeug.formparser import FormDataParser

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

FORM = "application/x-www-form-urlencoded"
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


class _FormParser(FormDataParser):
    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> Any:
        """Return stream, fields and files."""
        if mimetype != FORM:
            return super().parse(stream, mimetype, content_length, options)
        content = stream.read()
        if not content.isascii():
            return super().parse(BytesIO(content), mimetype, content_length, options)
        return stream, self.cls(form_pairs(content)), self.cls()


class PhoneRequest(Request):
    """Flask's request with the phone's parser of forms."""

    form_data_parser_class = _FormParser


class _Sessions(SecureCookieSessionInterface):
    """Flask's signed cookie; a request without cookies (every program's) makes no signer and reads no settings."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if "HTTP_COOKIE" not in request.environ or self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if session or session.accessed or session.modified:
            super().save_session(app, session, response)


class PhoneFlask(Flask):
    """Flask whose views are plain functions. `own_headers` are in all its answers; a view may set others."""

    own_headers: tuple[tuple[str, str], ...] = ()
    request_class = PhoneRequest
    session_interface = _Sessions()

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
