"""Middleware by which an app in another process has the phone's time: for tests alone, one at a time.

    app.wsgi_app = FollowPhoneClock(app.wsgi_app, "http://localhost:8001")       # Flask; Django: application
    app.add_middleware(AsyncFollowPhoneClock, url="http://localhost:8001")       # FastAPI, Starlette

Before each request it asks the phone for the time of the world that the header X-World names, else of `world`, and
moves the whole process there. It needs `time-machine`.
"""

import asyncio
import threading
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import datetime
from typing import Any

from mocksms.api.paths import API
from mocksms.client.clock import ProcessClock, real_time
from mocksms.client.phones import Phone
from mocksms.core.world_names import DEFAULT

SMALLEST_MOVE_SECONDS = 1.0
"""Less than this is how long an answer takes, or how computers differ."""


class _Follower:
    def __init__(self, url: str, world: str) -> None:
        self._url = url
        self._world = world
        self._clock = ProcessClock()
        self._lock = threading.Lock()

    def follow(self, named: str | None) -> None:
        """Take the phone's time. Raise what the phone's client raises, :class:`PhoneError` and httpx' errors."""
        with self._lock, closing(Phone(self._url, named or self._world)) as phone:
            now = datetime.fromisoformat(phone.send("GET", f"{API}/clock").json()["now"])
            offset = now.timestamp() - real_time()
            if abs(offset) < SMALLEST_MOVE_SECONDS:
                self._clock.stop()
            elif abs(offset - self._clock.offset) >= SMALLEST_MOVE_SECONDS:
                self._clock.move(offset)


class FollowPhoneClock:
    """WSGI middleware: each request is answered at the phone's time."""

    def __init__(self, app: Callable[..., Iterable[bytes]], url: str, world: str = DEFAULT) -> None:
        self._app = app
        self._follower = _Follower(url, world)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        self._follower.follow(environ.get("HTTP_X_WORLD"))
        return self._app(environ, start_response)


class AsyncFollowPhoneClock:
    """ASGI middleware: each request is answered at the phone's time."""

    def __init__(self, app: Callable[..., Any], url: str, world: str = DEFAULT) -> None:
        self._app = app
        self._follower = _Follower(url, world)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer a request."""
        if scope["type"] in ("http", "websocket"):
            named = dict(scope["headers"]).get(b"x-world")
            await asyncio.to_thread(self._follower.follow, named.decode("latin-1") if named else None)
        await self._app(scope, receive, send)
