"""A minimal browser for measuring: it keeps cookies and finds the CSRF token, nothing else."""

from __future__ import annotations

import io
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from webapp.sandbox.form_client import FormClient


class App(Protocol):
    """What Flask calls its WSGI app."""

    @property
    def wsgi_app(self) -> Any:
        """Return the WSGI app."""


class Client(FormClient):
    """A browser for a WSGI app; calls it in this thread, without sockets."""

    token_field = "csrf_token"

    def __init__(self, app: App, host: str = "localhost:8000") -> None:
        super().__init__(f"http://{host}/")
        self.app = app
        self.host = host
        self.cookies: dict[str, str] = {}
        self.body = b""
        self.location = ""
        self.status = 0
        self.requests = 0

    def get(self, path: str) -> bytes:
        """Fetch a page and return its body."""
        return self._call("GET", path, b"")

    def post(self, path: str, **fields: str) -> bytes:
        """Send a form with the token of the previous page; `location` is where it leads."""
        fields[self.token_field] = self.token
        return self._call("POST", path, urlencode(fields).encode())

    def delete(self, path: str) -> bytes:
        """Send a DELETE and return the body of its answer."""
        return self._call("DELETE", path, b"")

    def follow(self) -> bytes:
        """Go to the last answer's location."""
        assert self.location, f"no redirect but {self.status}: {self.body[:500]!r}"
        return self.get(self.location)

    def _call(self, method: str, path: str, body: bytes) -> bytes:
        self.requests += 1
        url = urlsplit(path)
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": url.path,
            "QUERY_STRING": url.query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": self.host,
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36",
            "HTTP_ACCEPT_LANGUAGE": "ja",
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": "application/x-www-form-urlencoded" if body else "",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
            "wsgi.version": (1, 0),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        answer = self.app.wsgi_app(environ, self._start)
        self.body = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        self.html = self.body.decode("utf-8", "replace")
        assert self.status < 400, f"{method} {path} answered {self.status}: {self.body[:800]!r}"
        return self.body

    def _start(self, status: str, headers: list[tuple[str, str]], _problem: object = None) -> Any:
        self.status = int(status[:3])
        self.location = ""
        for name, value in headers:
            if name == "Location":
                self.location = value
            elif name == "Set-Cookie":
                cookie = value.partition(";")[0]
                key, _, content = cookie.partition("=")
                if content:
                    self.cookies[key] = content
                else:
                    self.cookies.pop(key, None)
        return lambda _data: None
