"""An httpx transport with one deadline for each whole exchange. It keeps connections and is safe between threads."""

from __future__ import annotations

import contextlib
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import httpcore
import httpx

from webapp.outbound.deadline import Deadline

T = TypeVar("T")

MAX_CONNECTIONS = 32
KEEPALIVE_SECONDS = 5.0


class DeadlineTransport(httpx.BaseTransport):
    """HTTP/1.1 over TCP or TLS. Wrap each exchange, body included, in ``with transport.within(seconds):``.

    It reads no proxy from the environment: messages go to the configured gateway and to no other server.
    """

    def __init__(self) -> None:
        self._now = threading.local()
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=MAX_CONNECTIONS,
            keepalive_expiry=KEEPALIVE_SECONDS,
            network_backend=_Backend(self._deadline),
        )

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Give this thread's exchange ``seconds`` from now, for all waits together."""
        self._now.deadline = Deadline(seconds)
        try:
            yield
        finally:
            del self._now.deadline

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        self._pool.close()

    def _deadline(self) -> Deadline:
        deadline = getattr(self._now, "deadline", None)
        if not isinstance(deadline, Deadline):
            raise RuntimeError("an exchange needs a deadline: use `with transport.within(seconds)`")
        return deadline


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answer.iter_stream())

    def close(self) -> None:
        self._answer.close()


class _Backend(httpcore.NetworkBackend):
    """The library's sockets, with each wait cut to what is left of the calling thread's deadline."""

    def __init__(self, deadline: Callable[[], Deadline]) -> None:
        self._inner = httpcore.SyncBackend()
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        deadline = self._deadline()
        left = _left(deadline, httpcore.ConnectTimeout)

        def dial() -> httpcore.NetworkStream:
            return self._inner.connect_tcp(host, port, left, local_address, socket_options)

        try:
            return _Stream(deadline.bound(dial, httpcore.NetworkStream.close), self._deadline)
        except TimeoutError as late:
            raise httpcore.ConnectTimeout(str(late)) from late


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, deadline: Callable[[], Deadline]) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(self._deadline(), httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(self._deadline(), httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(self._deadline(), httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _left(deadline: Deadline, late: type[httpcore.TimeoutException]) -> float:
    try:
        return deadline.left()
    except TimeoutError as over:
        raise late(str(over)) from over
