"""The Phone app: ringing, answering, declining, speech and keys; recent calls and voicemail."""

import io
from hashlib import sha256
from typing import NamedTuple

from flask import Response, abort, flash, redirect, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from mocksms.api.middleware import settings, world
from mocksms.core import calls, inbox
from mocksms.core.models import Filter, Message
from mocksms.handset import devices
from mocksms.handset._blueprint import blueprint
from mocksms.handset.layout_context import render, row_number

PAGE = 50
MISSED = {"no-answer", "canceled", "failed"}
KEYS = set("0123456789*#")
OUTCOMES = {
    "queued": _l("Waiting"),
    "ringing": _l("Ringing"),
    "in-progress": _l("In progress"),
    "completed": _l("Answered"),
    "busy": _l("Declined"),
    "no-answer": _l("Missed"),
    "canceled": _l("Missed"),
    "failed": _l("Not connected"),
}


class Call(NamedTuple):
    """A call as the app shows it: its message, whether it was missed, its outcome in words, its length (seconds, 0
    when not answered), and whether voicemail took it.
    """

    message: Message
    missed: bool
    outcome: str
    seconds: int
    recorded: bool


class Phrase(NamedTuple):
    """A phrase of a call: its words, estimated length (seconds), and the address of its audio. The address is empty
    where the browser's own voice speaks.
    """

    text: str
    language: str
    seconds: float
    speech: str


def call_view(message: Message) -> Call:
    """Return a call as the app shows it."""
    details = message.details
    recorded = details.get("answered_by") == "machine_start"
    began, ended = details.get("answered_at"), details.get("ended_at")
    seconds = max(0, round(ended - began)) if began and ended else 0
    return Call(message, message.status in MISSED or recorded, outcome(message, recorded), seconds, recorded)


def outcome(message: Message, recorded: bool = False) -> str:
    """Return a call's outcome in words."""
    return _("Voicemail") if recorded else str(OUTCOMES.get(message.status, message.status))


@blueprint.get("/handsets/<address>/phone/")
def phone(address: str) -> str:
    """Show the recent calls of a phone, newest first."""
    found = inbox.search(
        world(), Filter(to=address, channel="call"), PAGE, row_number(request.args, "before")
    )
    older = None
    if len(found) == PAGE:
        older = url_for("handset.phone", address=address, before=found[-1].id)
    unread = inbox.unread(world(), address).get("call", 0)
    return render(
        "phone",
        devices.device(world(), address),
        calls=[call_view(each) for each in found],
        older_url=older,
        unread=unread,
    )


@blueprint.get("/handsets/<address>/phone/voicemail")
def voicemail(address: str) -> str:
    """Show the voicemail, newest first."""
    found = inbox.search(world(), Filter(to=address, channel="call"), PAGE * 2)
    recorded = [call for call in map(call_view, found) if call.recorded]
    return render("voicemail", devices.device(world(), address), calls=recorded)


@blueprint.get("/handsets/<address>/phone/<int:message_id>")
def call(address: str, message_id: int) -> str:
    """Show one call: ringing, in progress with its words and keys, or over."""
    message = _call(address, message_id)
    state = message.status if message.status in ("ringing", "in-progress") else "ended"
    return render(
        "call",
        devices.device(world(), address),
        call=call_view(message),
        state=state,
        asked=calls.asks_for_keys(world(), message),
        spoken=_phrases(message),
    )


@blueprint.get("/handsets/<address>/phone/<int:message_id>/speech/<int:number>.wav")
def speech(address: str, message_id: int, number: int) -> Response:
    """Return a phrase of a call as audio, by its index (from 0); 404 where no installed voice speaks it.

    It is not cached: after a reset another call gets the same address.
    """
    from mocksms.handset import voice  # late: it loads ctypes, and most phones show no call

    said = _call(address, message_id).details.get("spoken", [])
    if not settings().voice or number >= len(said):
        abort(404)
    audio = voice.say(said[number]["text"], said[number]["language"])
    if audio is None:
        abort(404)
    return send_file(io.BytesIO(audio), mimetype="audio/wav", etag=sha256(audio).hexdigest()[:32])


@blueprint.post("/handsets/<address>/phone/<int:message_id>/<any(answer, decline, hangup, digits):act>")
def call_act(address: str, message_id: int, act: str) -> BaseResponse:
    """Answer, decline or end a call, or press a key in it; 204 for the page's own module."""
    message = _call(address, message_id)
    try:
        if act == "answer":
            calls.answer(world(), message.id)
            inbox.mark_read(world(), message)
        elif act == "decline":
            calls.decline(world(), message.id)
            inbox.mark_read(world(), message)
        elif act == "hangup":
            calls.hangup(world(), message.id)
        else:
            pressed = request.form.get("digits", "")
            if not pressed or not set(pressed) <= KEYS or len(pressed) > PAGE:
                abort(400)
            calls.digits(world(), message.id, pressed)
    except (calls.NoSuchCall, calls.WrongState):
        if not _by_module():
            flash(_("This call is already over."), "problem")
    if _by_module():
        return Response(status=204)
    return redirect(url_for("handset.call", address=address, message_id=message_id))


def _phrases(message: Message) -> list[Phrase]:
    return [
        Phrase(each["text"], each["language"], each["seconds"], _speech_url(message, at, each))
        for at, each in enumerate(message.details.get("spoken", []))
        if each["text"]
    ]


def _speech_url(message: Message, at: int, said: dict[str, str]) -> str:
    from mocksms.handset import voice  # late, see above

    if not settings().voice or not voice.speaks(said["language"]) or len(said["text"]) > voice.LONGEST:
        return ""
    return url_for("handset.speech", address=message.handset, message_id=message.id, number=at)


def _by_module() -> bool:
    return request.headers.get("X-Requested-With") == "handset"


def _call(address: str, message_id: int) -> Message:
    found = inbox.message(world(), message_id)
    if found is None or found.channel != "call" or found.handset != address:
        abort(404)
    return found
