"""Find a message, or wait for it in a thread."""

import time
from collections.abc import Sequence

from mocksms import store
from mocksms.core.codes.pattern import Pattern
from mocksms.core.inbox import PAGE, search, text_with_code
from mocksms.core.models import Filter, Message
from mocksms.core.worlds import World


def wait(world: World, wanted: Filter, timeout: float, pattern: Pattern | None = None) -> Message | None:
    """Return the newest message that matches. Wait up to `timeout` seconds for one, then return None.

    Raise :class:`Gone` at once when the world is deleted meanwhile, and what :func:`look` raises.
    """
    deadline = time.monotonic() + timeout
    with world.hub.wait(lambda event: wanted.matches(event.message), wanted.to) as waiter:
        while True:
            if found := look(world, wanted, pattern):
                return found
            left = deadline - time.monotonic()
            if not world.store.exists():
                raise store.Gone(world.name)
            if left <= 0 or world.hub.closed:
                return None
            waiter.pause(left)


def look(world: World, wanted: Filter, pattern: Pattern | None = None) -> Message | None:
    """Return the newest message that matches, or None.

    A pattern is tried on the newest 50 matches only; what it finds is the message's code. Raise :class:`BadPattern`
    when the pattern takes too long.
    """
    return _first(search(world, wanted, PAGE if pattern else 1), pattern)


def _first(found: Sequence[Message], pattern: Pattern | None) -> Message | None:
    """Return the first message, or the first in which the pattern finds a code, with that code."""
    for message in found:
        if pattern is None:
            return message
        if code := pattern.find(text_with_code(message)):
            message.code = code
            message.details = {**message.details, "code_reason": "the pattern in the request names it"}
            return message
    return None
