"""Pictures of steps, sent by browser tests and stored beside the world's log."""

from __future__ import annotations

import io
import warnings
from http import HTTPStatus
from typing import Any

from flask import Response, abort, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from webapp import paths
from webapp.sandbox import api, redaction, trace_recorder, world_middleware
from webapp.sandbox.api import InvalidBody
from webapp.sandbox.described import COUNT, TEXT, an_object, describes
from webapp.sandbox.store.trace_log import Step

MOST_BYTES = 1 << 20
MOST_PIXELS = 16_000_000
LONGEST_CAPTION = 300
TYPES = {"image/png": ("PNG", "png"), "image/webp": ("WEBP", "webp")}


@api.blueprint.post(paths.API_TIMELINE_PICTURES)
@describes(
    "addPicture",
    {201: an_object({"id": COUNT, "name": TEXT, "url": TEXT})},
    pictures=tuple(TYPES),
    query={
        "after": "The id of its step; default: the recording's newest page",
        "walk": "The recording; default: that step's or this browser's",
        "caption": "What it shows",
    },
)
def add_picture() -> ResponseReturnValue:
    """Store a picture, PNG or WebP of at most 1 MB, as a step of a recording.

    ``?after=`` names its step, by default the recording's newest page. ``?walk=`` names the recording, by default
    that step's or this browser's. ``?caption=`` describes it.
    """
    ending, content = _picture()
    trace_log = world_middleware.world().trace_log
    after = request.args.get("after", 0, int)
    shown = trace_log.find(after) if after else None
    if after and shown is None:
        raise InvalidBody("There is no such step in this world", "after", HTTPStatus.NOT_FOUND)
    walk = request.args.get("walk") or (shown.walk if shown else trace_recorder.recording_id())
    shown = shown or trace_log.latest(walk, "page")
    name = trace_log.keep_picture(content, ending)
    data: dict[str, Any] = {"caption": redaction.words(request.args.get("caption", "")[:LONGEST_CAPTION])}
    if shown is not None:
        data["after"] = shown.id
    now = world_middleware.world().services.clock.now()
    step_id = trace_log.add([Step(now, walk, "picture", name, data)])
    told = {"id": step_id, "name": name, "url": picture_url(name)}
    return jsonify(told), HTTPStatus.CREATED


@world_middleware.blueprint.get(paths.TOOLS_TIMELINE_PICTURE)
def timeline_picture(name: str) -> Response:
    """Send one picture."""
    content = world_middleware.world().trace_log.find_picture(name)
    if content is None:
        abort(404)
    return Response(content, mimetype=f"image/{name.rpartition('.')[2]}")


def picture_url(name: str) -> str:
    """Return a picture's address."""
    return url_for("sandbox.timeline_picture", name=name)


def _picture() -> tuple[str, bytes]:
    """Return the body's kind and bytes, checked to be a picture. Raises InvalidBody."""
    if request.mimetype not in TYPES:
        raise InvalidBody(
            "The body must be image/png or image/webp", status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        )
    if (request.content_length or 0) > MOST_BYTES:
        raise InvalidBody("A picture can be up to 1 MB", status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    content = request.get_data(cache=False)
    form, ending = TYPES[request.mimetype]
    if not _is_picture(content, form):
        raise InvalidBody("The body isn't a picture of its declared type")
    return ending, content


def _is_picture(content: bytes, form: str) -> bool:
    from PIL import Image  # slow to load, and needed only for a picture

    try:
        with (
            warnings.catch_warnings(action="error"),
            Image.open(io.BytesIO(content), formats=[form]) as image,
        ):
            if image.width * image.height > MOST_PIXELS:
                return False
            image.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Warning):
        return False
    return True
