"""The clients: a blocking one and an async one."""

from types import TracebackType
from typing import TYPE_CHECKING, Self

import httpx

from mocksms.client.blocking import warn_if_blocking
from mocksms.client.calls import PhoneCalls
from mocksms.client.in_process import ThreadedTransport
from mocksms.client.messages import ApiObject, Received
from mocksms.client.parts import AsyncAuthenticator, AsyncCall, AsyncFaults, Authenticator, Call, Faults
from mocksms.client.steps import AsyncRunner, BlockingRunner, Request
from mocksms.core.world_names import DEFAULT

if TYPE_CHECKING:
    from flask import Flask


class Phone(PhoneCalls[Call, Authenticator], BlockingRunner):
    """One world of a running phone, for one thread at a time.

    `with Phone(url, "w1") as phone:` creates the world and deletes it at the end. An existing world stays.
    """

    def __init__(
        self,
        base_url: str,
        world: str = DEFAULT,
        smtp_port: int | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """`base_url` is the phone's address; `transport` replaces the network (see :meth:`in_process`)."""
        super().__init__(base_url, world, smtp_port, transport)
        self._http = httpx.Client(transport=transport, **self._settings())
        self.faults = Faults(self)

    @classmethod
    def in_process(cls, app: "Flask", world: str = DEFAULT, smtp_port: int | None = None) -> Self:
        """Return a client of an app in this process, without a socket."""
        return cls("http://localhost", world, smtp_port, httpx.WSGITransport(app=app))

    def _call(self, received: Received) -> Call:
        return Call(self, received)

    def _authenticator(self, entry: ApiObject) -> Authenticator:
        return Authenticator(self, entry)

    def _answer(self, ask: Request) -> httpx.Response:
        if ask.waits:
            warn_if_blocking()
        return ask.checked(self._http.request(ask.method, ask.path, **ask.content))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        self._do(self._enter())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._do(self._leave())
        finally:
            self.close()


class AsyncPhone(PhoneCalls[AsyncCall, AsyncAuthenticator], AsyncRunner):
    """One world of a running phone, for asyncio and trio: each call is awaited. For one task at a time.

    `async with AsyncPhone(url, "w1") as phone:` creates the world and deletes it at the end, like :class:`Phone`.
    """

    def __init__(
        self,
        base_url: str,
        world: str = DEFAULT,
        smtp_port: int | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`base_url` is the phone's address; `transport` replaces the network (see :meth:`in_process`)."""
        super().__init__(base_url, world, smtp_port, transport)
        self._http = httpx.AsyncClient(transport=transport, **self._settings())
        self.faults = AsyncFaults(self)

    @classmethod
    def in_process(cls, app: "Flask", world: str = DEFAULT, smtp_port: int | None = None) -> Self:
        """Return a client of an app in this process, without a socket; the app runs in other threads."""
        return cls("http://localhost", world, smtp_port, ThreadedTransport(app))

    def _call(self, received: Received) -> AsyncCall:
        return AsyncCall(self, received)

    def _authenticator(self, entry: ApiObject) -> AsyncAuthenticator:
        return AsyncAuthenticator(self, entry)

    async def _answer(self, ask: Request) -> httpx.Response:
        return ask.checked(await self._http.request(ask.method, ask.path, **ask.content))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        await self._do(self._enter())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._do(self._leave())
        finally:
            await self.close()
