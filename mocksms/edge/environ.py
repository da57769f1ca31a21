"""A request in WSGI's form (PEP 3333)."""

from __future__ import annotations

import io
import sys
from functools import lru_cache
from typing import Any

from .bodies import Body
from .rsgi import HeaderList, Scope

_SAME_FOR_ALL = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.input_terminated": True,
}


def build(scope: Scope, headers: HeaderList, body: Body) -> dict[str, Any]:
    """Return the environ of a whole request."""
    environ: dict[str, Any] = {
        **_SAME_FOR_ALL,
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": _latin(scope.path),
        "QUERY_STRING": _latin(scope.query_string),
        "SERVER_PROTOCOL": "HTTP/1.0" if scope.http_version == "1" else f"HTTP/{scope.http_version}",
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.input": io.BytesIO(body.content),
        "wsgi.multiprocess": True,  # there may be others on the same data
    }
    environ["SERVER_NAME"], environ["SERVER_PORT"] = _divided(scope.server)
    environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = scope.client.rpartition(":")[::2]
    environ["REMOTE_ADDR"] = environ["REMOTE_ADDR"].strip("[]")
    for name, value in headers:
        variable = _variable(name)
        if not variable:
            continue
        if variable in environ:
            environ[variable] += ("; " if name == "cookie" else ",") + value
        else:
            environ[variable] = value
    if scope.authority and "HTTP_HOST" not in environ:
        environ["HTTP_HOST"] = scope.authority
    if body.length or "CONTENT_LENGTH" in environ:
        environ["CONTENT_LENGTH"] = str(body.length)
    return environ


def _latin(text: str) -> str:
    """Return text as WSGI wants it: each byte of its UTF-8 a character."""
    return text if text.isascii() else text.encode().decode("latin-1")


@lru_cache(maxsize=8)
def _divided(address: str) -> tuple[str, str]:
    host, _, port = address.rpartition(":")
    return host.strip("[]"), port


@lru_cache(maxsize=256)
def _variable(name: str) -> str:
    """Return a header's variable, or "" for one that is left out.

    A name with an underscore would pass for the one with a hyphen, such as X_Forwarded_For. The body has no chunks any
    more.
    """
    if "_" in name or name == "transfer-encoding":
        return ""
    if name in ("content-type", "content-length"):
        return name.upper().replace("-", "_")
    return f"HTTP_{name.upper().replace('-', '_')}"
