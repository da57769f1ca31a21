"""Serve a WSGI app in this process, for tests, tools and the fixtures of testers."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CHEAP_HASH = {"argon2_time_cost": 1, "argon2_memory_kib": 8, "argon2_parallelism": 1}
"""Settings of a test's site: its passwords need no strength, and thirty of them a test need speed."""


class _Quiet(WSGIRequestHandler):
    """Keep connections open and write no log."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


class ThreadedServer:
    """A server on a free port of this machine, a thread for each request.

    The address `url` is known before there is an app, because a site's links begin with it: set `app`, then `start`.
    """

    def __init__(self, app: WSGIApplication | None = None) -> None:
        self.app = app
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=_Quiet)
        self.url = f"http://localhost:{self._server.server_port}"

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        assert self.app is not None, "there is no app to serve"
        pieces = self.app(environ, start_response)
        try:
            yield from pieces
        finally:  # here, because Werkzeug forgets it if the client resets the connection after the answer
            close = getattr(pieces, "close", None)
            if close is not None:
                close()

    def start(self) -> None:
        """Serve until `stop`."""
        threading.Thread(target=self._server.serve_forever, args=(0.02,), name="site", daemon=True).start()

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
