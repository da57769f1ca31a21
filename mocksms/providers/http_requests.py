"""Record senders' HTTP requests with the answers, in the log of their world."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

from flask import Request, Response, current_app
from flask.globals import app_ctx, request_ctx
from werkzeug.exceptions import HTTPException

from mocksms import store
from mocksms.core.request_log import KEPT, Pairs, RecordedRequest
from mocksms.core.worlds import Worlds
from mocksms.providers.interface import Provider
from mocksms.store.requests import ChosenBy

log = logging.getLogger("mocksms.request_log")
LARGEST_READ = 100_000  # bytes of a body that is not read yet
_HEADERS = ("HTTP_", "CONTENT_TYPE", "CONTENT_LENGTH")
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
NO_PATH = "No provider answers at this path"
BROKEN = "A fault broke the answer"
BY_NOTHING = "No header, lease or credentials name a world that there is"


def record(asked: Callable[[], Provider | None], response: Response) -> Response:
    """Record this request in the world that it was admitted to, else in the default one. Return the response.

    `asked` returns the provider of a request that was not admitted. At an unknown path, only attempts to send are
    recorded.
    """
    # Use the objects behind Flask's proxies: each proxy access costs as much as a line of this log.
    request, context = request_ctx.request, app_ctx.g
    provider: Provider | None = context.get("provider") or asked()
    if provider is None and (request.url_rule is not None or request.method not in _UNSAFE):
        return response
    try:
        world = context.get("world") if "chosen_by" in context else None
        if world is None:
            world = cast(Worlds, current_app.extensions["mocksms"]).get()
        world.request_log.record(_noted(request, provider, response, context))
    except store.EngineError:  # a log failure must not affect the request
        log.exception("a request cannot be noted")
    return response


def _noted(request: Request, provider: Provider | None, response: Response, context: Any) -> RecordedRequest:
    status, is_broken = response.status_code, context.get("is_broken", False)
    chosen_by: ChosenBy | None = context.get("chosen_by")
    message = KEPT.get() if chosen_by is not None else None
    recipient, body = "", b""
    fields: Pairs = ()
    with suppress(HTTPException):  # a body that is too large or unreadable
        recipient = message.recipient if message else provider.recipient() if provider else ""
        fields, body = _body(request)
    if is_broken:
        reason = BROKEN
    elif request.url_rule is None:
        reason = NO_PATH
    else:
        reason = BY_NOTHING if status < 400 and chosen_by == "default" else ""
    return RecordedRequest(
        at=time.time(),
        wire=message.wire if message else provider.wires[0] if provider else "",
        chosen_by=chosen_by or "default",
        method=request.method,
        path=request.path,
        recipient=recipient,
        status=status,
        is_accepted=status < 400 and not is_broken,
        reason=reason,
        sid=message.sid if message else "",
        query=tuple(request.args.items(multi=True)) if request.query_string else (),
        headers=[each for each in request.environ.items() if each[0].startswith(_HEADERS)],
        fields=fields,
        body=body,
        answer=response.get_data() if response.is_sequence else b"",
    )


def _body(request: Request) -> tuple[Pairs, bytes]:
    """Return the body as form fields, else as bytes; a large one only if it was already read."""
    if "form" not in vars(request) and (request.content_length or LARGEST_READ) >= LARGEST_READ:
        return (), b""
    fields = tuple(request.form.items(multi=True))
    return fields, b"" if fields else request.get_data()
