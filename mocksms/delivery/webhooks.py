"""Telling an app what became of its message or call: signed form posts in the background, in order, with retries."""

import logging
import threading
import weakref
from collections import deque
from collections.abc import Sequence

from mocksms.core.models import Message
from mocksms.core.sender_app import AppRequest, SenderApp
from mocksms.core.worlds import World
from mocksms.delivery import http_client

log = logging.getLogger("mocksms.webhooks")
FIRST_PAUSE_SECONDS = 0.5


class Line:
    """The posts about one message or call that are still to be sent: one after the other, in their order."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lock = threading.Lock()
        self._waiting: dict[str, deque[tuple[SenderApp, AppRequest]]] = {}

    def add(self, sid: str, app: SenderApp, posts: Sequence[AppRequest]) -> None:
        """Put posts into the line of this message or call."""
        with self._lock:
            idle = sid not in self._waiting
            self._waiting.setdefault(sid, deque()).extend((app, post) for post in posts)
        if idle:
            self._world.background.outbound_jobs.later(0, lambda: self._send(sid))

    def _send(self, sid: str) -> None:
        app, post = self._waiting[sid][0]
        problem = _attempt(self._world, app, post)
        post.tries += 1
        pause = 0.0
        if problem and post.tries < self._world.settings.callback_tries:
            pause = FIRST_PAUSE_SECONDS * 2 ** (post.tries - 1)
            log.info("a callback failed (%s) and is tried again in %.1f s", problem, pause)
        else:
            if problem:
                log.warning("a callback was given up: %s", problem)
            with self._lock:
                self._waiting[sid].popleft()
                if not self._waiting[sid]:
                    del self._waiting[sid]
                    return
        self._world.background.outbound_jobs.later(pause, lambda: self._send(sid))


def _attempt(world: World, app: SenderApp, post: AppRequest) -> str:
    """Send a post; return what went wrong, "" when it was answered with 2xx."""
    try:
        answer = http_client.send_signed(world, app, post)
    except http_client.CannotFetch as error:
        return str(error)
    return "" if answer.is_good else f"status {answer.status}"


_lines: "weakref.WeakKeyDictionary[World, Line]" = weakref.WeakKeyDictionary()
_lines_lock = threading.Lock()


def report(world: World, message: Message, after: int) -> None:
    """Send the receipts for the steps of the message's history from index `after` on, each until it is answered."""
    app = world.sender_apps.get(message.wire)
    if app is None or not (posts := app.receipts(message, after)):
        return
    with _lines_lock:
        line = _lines.setdefault(world, Line(world))
    line.add(message.sid, app, posts)
