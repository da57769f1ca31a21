"""A WSGI app in this process as the transport of an async client."""

from typing import Any

import anyio.to_thread
import httpx


class ThreadedTransport(httpx.AsyncBaseTransport):
    """Run the app in a thread for each request, so that a wait doesn't block the event loop."""

    def __init__(self, app: Any) -> None:
        self._transport = httpx.WSGITransport(app=app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the app's whole answer."""
        await request.aread()
        return await anyio.to_thread.run_sync(self._answer, request)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = self._transport.handle_request(request)
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.read())
