"""Server-sent events of a world: by a coroutine under the edge, by a thread on a plain WSGI server."""

import json
import re
import time
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from flask import Response, request

from mocksms import store
from mocksms.api import middleware, waiting
from mocksms.api.messages import asked, blueprint, event_json, whole_number
from mocksms.core.models import Event, Filter
from mocksms.core.worlds import World
from mocksms.events.batch import Batch
from mocksms.events.waiters import Subscription

if TYPE_CHECKING:
    import asyncio

    from mocksms.edge.held import Hold

KEEPALIVE_SECONDS = 15.0
AGAIN_SECONDS = 1.0
"""After so long a stream looks again, when the database could not be read."""
MOST_BYTES = 1_000_000
"""A stream of a plain WSGI server ends after so much. The edge ends one whose client doesn't take it."""
PIECE_BYTES = 200_000
"""A piece of a stream ends with the event that reaches this."""
_STILL_HERE = b": still here\n\n"


@blueprint.get("/events")
def events() -> Response:
    """Stream server-sent events of this world; `Last-Event-ID` (or `?since=`) continues after that event.

    If the id is ahead of all events, the stream begins with the event `restart` and all events. It ends with
    `deleted` when the world is deleted, and without it when its reader is too far behind. The event `conditions` has no
    id: clock or faults changed, messages were deleted, or the world was emptied. Its `stamp` as `?conditions=` tells
    what the client knows already.
    """
    world, held = middleware.world(), waiting.hold()
    resumed = request.headers.get("Last-Event-ID", "")
    after = int(resumed) if re.fullmatch(r"\d{1,18}", resumed) else whole_number("since", None, 0, 10**18)
    found = asked("conditions")
    chosen = Filter(channel=found.channel, to=found.to, sender=found.sender)
    if request.method == "HEAD":
        return _answer(())
    with ExitStack() as taken:
        taken.callback(waiting.places().take(is_in_thread=held is None))
        subscription = world.hub.subscribe(
            after,
            None if chosen == Filter() else lambda event: chosen.matches(event.message),
            None if held is None else held.wake,
            request.args.get("conditions", ""),
        )
        taken.callback(subscription.leave)
        give_back = taken.pop_all().close
    if held is None:
        answer = _answer(_in_thread(world, subscription, after))
        answer.call_on_close(give_back)
        return answer
    held.at_end(give_back)
    answer = _answer(_without_thread(world, subscription, after, held))
    answer.direct_passthrough = True  # the edge takes the pieces themselves
    return answer


def _answer(pieces: Any) -> Response:
    return Response(pieces, mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _beginning(subscription: Subscription, after: int | None) -> bytes:
    restart = f'event: restart\ndata: {{"since": {after}}}\n\n' if subscription.began_again else ""
    return f"retry: 1000\n: open\n\n{restart}".encode()


def _pieces(found: list[Event], world: str) -> Iterable[bytes]:
    """Return events in the stream's form. A batch is joined once for all open streams."""
    if not isinstance(found, Batch):
        return _joined(found, world)
    if not found.pieces:
        found.pieces = list(_joined(found, world))
    return found.pieces


def _joined(found: list[Event], world: str) -> Iterator[bytes]:
    told: list[bytes] = []
    length = 0
    for event in found:
        if not event.text:
            data = json.dumps(event_json(event, world), ensure_ascii=False)
            event.text = f"id: {event.id}\nevent: {event.kind}\ndata: {data}\n\n".encode()
        told.append(event.text)
        length += len(event.text)
        if length >= PIECE_BYTES:
            yield b"".join(told)
            told, length = [], 0
    if told:
        yield b"".join(told)


def _conditions(subscription: Subscription) -> bytes:
    stamp = subscription.new_conditions()
    return f"event: conditions\ndata: {json.dumps({'stamp': stamp})}\n\n".encode() if stamp else b""


def _end(world: World) -> bytes:
    return b"" if world.store.exists() else b"event: deleted\ndata: {}\n\n"


def _in_thread(world: World, subscription: Subscription, after: int | None) -> Iterator[bytes]:
    left = MOST_BYTES
    yield _beginning(subscription, after)
    try:
        while not world.hub.closed:
            try:
                found = subscription.get(KEEPALIVE_SECONDS)
            except store.Unavailable:
                found = []
                subscription.pause(AGAIN_SECONDS)
            for piece in _pieces(found, world.name):
                yield piece
                left -= len(piece)
                if left <= 0:
                    return
            if (conditions := _conditions(subscription)) or not found:
                yield conditions or _STILL_HERE
    except store.Gone:
        pass  # deleted by another process
    yield _end(world)


@contextmanager
def _begun(work: Coroutine[Any, Any, list[Event]]) -> Iterator["asyncio.Task[list[Event]]"]:
    """Begin some work. End it with the block."""
    import asyncio  # late: the edge has loaded it, a plain WSGI server needs none

    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()


async def _without_thread(
    world: World, subscription: Subscription, after: int | None, hold: "Hold"
) -> AsyncIterator[bytes]:
    import asyncio  # late, see above

    yield _beginning(subscription, after)
    told_at = time.monotonic()
    try:
        while not world.hub.closed:
            try:
                if (arrived := subscription.arrived()) is None:
                    with _begun(hold.in_thread(subscription.read)) as reading:  # others may read before
                        while not (await asyncio.wait([reading], timeout=KEEPALIVE_SECONDS))[0]:
                            yield _STILL_HERE
                        found = reading.result()
                else:
                    found = arrived
            except store.Unavailable:
                yield _STILL_HERE
                await hold.pause(time.monotonic() + AGAIN_SECONDS)
                continue
            for piece in _pieces(found, world.name):
                yield piece
            if conditions := _conditions(subscription):
                yield conditions
            if found or conditions:
                told_at = time.monotonic()
            elif not subscription.is_behind:
                if time.monotonic() - told_at >= KEEPALIVE_SECONDS:
                    yield _STILL_HERE
                    told_at = time.monotonic()
                await hold.pause(told_at + KEEPALIVE_SECONDS)
    except store.Gone:
        pass  # deleted by another process
    yield _end(world)
