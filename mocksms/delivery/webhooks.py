"""Telling an app what became of its message or call: signed form posts in the background, in order, with retries."""

import base64
import hashlib
import hmac
import logging
import threading
import weakref
from collections import deque
from dataclasses import dataclass
from urllib.parse import urlencode

from mocksms.core.worlds import World
from mocksms.delivery import http_client

log = logging.getLogger("mocksms.webhooks")
FIRST_PAUSE_SECONDS = 0.5


def signature(token: str, url: str, fields: list[tuple[str, str]]) -> str:
    """X-Twilio-Signature: base64 of HMAC-SHA1 over the address and the sorted fields (CONTRACTS.md §1)."""
    text = url + "".join(f"{name}{value}" for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


@dataclass(slots=True)
class Post:
    """One form for an app's callback address."""

    url: str
    account: str
    fields: list[tuple[str, str]]
    method: str = "POST"
    tries: int = 0


class Line:
    """The posts about one message or call that are still to be sent: one after the other, in their order."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lock = threading.Lock()
        self._waiting: dict[str, deque[Post]] = {}

    def add(self, sid: str, posts: list[Post]) -> None:
        """Puts posts into the line of this message or call."""
        if not posts:
            return
        with self._lock:
            idle = sid not in self._waiting
            self._waiting.setdefault(sid, deque()).extend(posts)
        if idle:
            self._world.outbound_jobs.later(0, lambda: self._send(sid))

    def _send(self, sid: str) -> None:
        post = self._waiting[sid][0]
        problem = _attempt(self._world, post)
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
        self._world.outbound_jobs.later(pause, lambda: self._send(sid))


def _attempt(world: World, post: Post) -> str:
    """Sends a post; gives what went wrong, "" when it was answered with 2xx."""
    token = world.token_of(post.account)
    if post.method == "POST":
        signed = signature(token, post.url, post.fields)
    else:
        signed = signature(token, f"{post.url}{'&' if '?' in post.url else '?'}{urlencode(post.fields)}", [])
    headers = {"X-Twilio-Signature": signed}
    try:
        answer = http_client.send(world.settings, post.url, post.fields, post.method, headers)
    except http_client.CannotFetch as error:
        return str(error)
    return "" if answer.is_good else f"status {answer.status}"


_lines: "weakref.WeakKeyDictionary[World, Line]" = weakref.WeakKeyDictionary()
_lines_lock = threading.Lock()


def send(world: World, sid: str, posts: list[Post]) -> None:
    """Sends posts about a message or call in the background, in order; each is tried again until answered."""
    with _lines_lock:
        line = _lines.setdefault(world, Line(world))
    line.add(sid, posts)
