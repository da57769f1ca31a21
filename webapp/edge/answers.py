"""The answer of a WSGI app: called in a thread, sent as a whole."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from . import HOLD
from .held import Held
from .rsgi import Exchange, HeaderList, Stream

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_log = logging.getLogger(__name__)


def plain(exchange: Exchange, status: int, words: str, own_headers: Sequence[tuple[str, str]]) -> None:
    """Send an answer of the edge itself. It does nothing if an answer has left."""
    headers = [("content-type", "text/plain; charset=utf-8"), *own_headers]
    exchange.response_bytes(status, headers, f"{words}\n".encode())


class Call:
    """One call of a WSGI app.

    `is_held` says that the app waits and must be called again. `rest` is an answer that continues as a stream, `late`
    sends one that is held back.
    """

    def __init__(
        self,
        app: WSGIApplication,
        environ: dict[str, Any],
        exchange: Exchange,
        own_headers: Sequence[tuple[str, str]] = (),
    ) -> None:
        """`own_headers` are those of the answer when the app fails."""
        self.is_held = False
        self.rest: tuple[Stream, AsyncIterator[bytes]] | None = None
        self.late: Callable[[], object] | None = None
        self._app = app
        self._environ = environ
        self._exchange = exchange
        self._own_headers = own_headers
        self._status = 0
        self._headers: HeaderList = []
        self._body: list[bytes] = []

    def needs_more(self) -> bool:
        """Return whether anything is to be done after the call."""
        return self.is_held or self.late is not None or self.rest is not None or self._environ[HOLD].has_end()

    def run(self) -> Call:
        """Call the app, answer, and return this call. What the app does at `close` comes after its answer."""
        pieces: Iterable[bytes] = ()
        try:
            pieces = self._app(self._environ, self._start)
            self._send(pieces)
        except Held:
            self.is_held = True
        except Exception:
            _log.exception("a request failed")
            plain(self._exchange, 500, "The server failed.", self._own_headers)
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()
        return self

    def _start(self, status: str, headers: HeaderList, exc_info: Any = None, /) -> Callable[[bytes], object]:
        self._status, self._headers = int(status[:3]), headers
        return self._body.append

    def _send(self, pieces: Iterable[bytes]) -> None:
        if isinstance(pieces, AsyncIterator):
            self.rest = self._exchange.response_stream(self._status, self._headers), pieces
            return
        exchange, status, headers = self._exchange, self._status, self._headers
        try:
            self._body.extend(pieces)
        except ConnectionError:
            # Let go of the stream before its announced length: the connection is cut.
            content = b"".join(self._body)
            self._answer(lambda: exchange.response_stream(status, headers).send_bytes(content))
            return
        self._answer(partial(exchange.response_bytes, status, headers, b"".join(self._body)))

    def _answer(self, send: Callable[[], object]) -> None:
        if self._environ[HOLD].delay:
            self.late = send
        else:
            send()
