"""The steps of a recording: filtered, as text, and joined with the messages that the phone received."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import request, url_for
from werkzeug.datastructures import MultiDict

from webapp.sandbox import trace_recorder, world_middleware
from webapp.sandbox.phone import HANDSETS, PhoneRefused, PhoneUnreachable, phone
from webapp.sandbox.store.trace_log import Step
from webapp.sandbox.timeline.step_texts import KINDS, step_detail, step_words
from webapp.sandbox.worlds import World

BEGIN = "walk.begin"
RESET = "world.empty"
MOST_MESSAGES = 1000
SAME_MESSAGE_SECONDS = 600.0
"""The longest delay after which a message is still matched by time."""
SIDE_BY_SIDE_SECONDS = 5
_JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class TimelineFilter:
    """The wanted steps: of one recording (``walk``; None for the whole world), of some kinds, after an id."""

    walk: str | None
    kinds: tuple[str, ...]
    after: int = 0

    @classmethod
    def read(cls, args: MultiDict[str, str], walk: str) -> TimelineFilter:
        """Read a query string: ``kind`` (repeated), ``all``, ``walk``, ``after``; ``walk`` is this browser's."""
        kinds = tuple(kind for kind in KINDS if kind in args.getlist("kind"))
        chosen = None if args.get("all") else args.get("walk") or walk
        after = args.get("after", "")
        return cls(chosen, kinds, int(after) if after.isdecimal() and len(after) < 16 else 0)

    @property
    def query(self) -> dict[str, Any]:
        """Return the filter as arguments of an address."""
        own = self.walk == trace_recorder.recording_id()
        return {
            "kind": list(self.kinds) or None,
            "all": 1 if self.walk is None else None,
            "walk": None if own else self.walk,
        }


@dataclass(frozen=True, slots=True)
class StepView:
    """A step as it is shown.

    ``gap`` are the seconds since the step before; ``local`` is the time in the site's zone, on another day than the
    step before if ``is_new_day``; ``message`` is the phone's. One that was sent but ``is_lost`` is on no handset.
    """

    step: Step
    text: str
    detail: str
    gap: float
    local: datetime
    is_new_day: bool = False
    message: dict[str, Any] | None = None
    is_lost: bool = False

    @property
    def at(self) -> datetime:
        """Return the time in UTC."""
        return datetime.fromtimestamp(self.step.at, UTC)

    @property
    def language(self) -> str:
        """Return the language of the message, ``ja`` or ``en``."""
        return "ja" if self.message and _JAPANESE.search(self.message["body"]) else "en"

    @property
    def gap_words(self) -> str:
        """Return the gap as ``+0:31`` or ``+2:00:05``; empty under a second or for concurrent requests."""
        seconds = round(abs(self.gap))
        if seconds < (1 if self.gap > 0 else SIDE_BY_SIDE_SECONDS):
            return ""
        minutes, hours = seconds // 60 % 60, seconds // 3600
        sign = "+" if self.gap > 0 else "−"
        long = f"{hours}:{minutes:02}:{seconds % 60:02}"
        return sign + (long if hours else f"{minutes}:{seconds % 60:02}")

    def as_json(self) -> dict[str, Any]:
        """Return the step for programs."""
        told = {
            "id": self.step.id,
            "at": self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "walk": self.step.walk,
            "kind": self.step.kind,
            "name": self.step.name,
            "text": self.text,
            "data": self.step.data,
        }
        if self.message is not None:
            told["message"] = self.message
        if self.is_lost:
            told["is_lost"] = True
        if self.step.kind == "picture":
            told["picture"] = url_for("sandbox.timeline_picture", name=self.step.name)
        return told


def chosen_steps(world: World, asked: TimelineFilter) -> list[Step]:
    """Return the wanted steps, oldest first; of one recording, those since it began."""
    steps = world.trace_log.steps(asked.walk, after=asked.after)
    if asked.walk is not None:
        begun = [at for at, step in enumerate(steps) if step.kind == "tool" and step.name == BEGIN]
        steps = steps[begun[-1] :] if begun else steps
    return in_place([step for step in steps if not asked.kinds or step.kind in asked.kinds])


def in_place(steps: Sequence[Step]) -> list[Step]:
    """Return the steps with each picture right after its step, if that is among them."""
    known = {step.id for step in steps}
    pictures: dict[int, list[Step]] = {}
    for step in steps:
        if step.kind == "picture" and step.data.get("after") in known:
            pictures.setdefault(step.data["after"], []).append(step)
    placed = {step.id for found in pictures.values() for step in found}
    rest = [step for step in steps if step.id not in placed]
    return [each for step in rest for each in (step, *pictures.get(step.id, ()))]


def step_views(
    steps: Sequence[Step], messages: Sequence[dict[str, Any]] = (), phone_answers: bool = False
) -> list[StepView]:
    """Return the steps as text, each with its message if it is among ``messages``.

    If ``phone_answers``, they are all that is on the phone: a fault held back what is missing. A reset deletes what
    came before.
    """
    found = matched(steps, messages)
    is_all = phone_answers and len(messages) < MOST_MESSAGES
    tools = world_middleware.world().trace_log.steps(kinds=("tool",)) if is_all else []
    reset = max((step.id for step in tools if step.name == RESET), default=0)
    zone = ZoneInfo(world_middleware.world().services.config.time_zone)
    told: list[StepView] = []
    for step in steps:
        local = datetime.fromtimestamp(step.at, zone)
        before = next((each for each in reversed(told) if each.step.kind != "picture"), None)
        told.append(
            StepView(
                step,
                step_words(step),
                step_detail(step),
                gap=step.at - before.step.at if before and step.kind != "picture" else 0.0,
                local=local,
                is_new_day=before is None or local.date() != before.local.date(),
                message=found.get(step.id),
                is_lost=is_all and step.kind == "message" and step.id not in found and step.id > reset,
            )
        )
    return told


def received(steps: Iterable[Step]) -> tuple[list[dict[str, Any]], bool]:
    """Return the messages of this world's phone, and whether it answered. It is asked only if a step needs it."""
    if not any(step.kind == "message" for step in steps):
        return [], True
    try:
        answer = phone().ask("GET", "messages", limit=MOST_MESSAGES)
    except (PhoneUnreachable, PhoneRefused):
        return [], False
    messages: list[dict[str, Any]] = answer["messages"] if isinstance(answer, dict) else []
    for message in messages:
        message["handset"] = handset_url(str(message["to"]))
    return messages, True


def matched(steps: Sequence[Step], messages: Sequence[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Return the message of each step, by the step's id: matched by the provider's id, else by recipient, subject and
    time."""
    sent = [step for step in steps if step.kind == "message"]
    by_sid = {message["sid"]: message for message in messages}
    found = {step.id: by_sid[step.data["sid"]] for step in sent if step.data.get("sid") in by_sid}
    pairs = sorted(
        (abs(_received_at(message) - step.at), step.id, message["id"], message)
        for step in sent
        if not step.data.get("sid")
        for message in messages
        if message["channel"] == step.name
        and message["to"] == step.data.get("to")
        and (message.get("subject") or "") == step.data.get("subject", "")
    )
    taken: set[int] = set()
    for distance, step_id, message_id, message in pairs:
        if distance <= SAME_MESSAGE_SECONDS and step_id not in found and message_id not in taken:
            found[step_id] = message
            taken.add(message_id)
    return found


def handset_url(address: str) -> str:
    """Return the address of a number's or mailbox's handset, in this world."""
    world = world_middleware.world()
    query = "" if world.is_default else f"?world={world.name}"
    return f"{world_middleware.phone_url()}{HANDSETS}{address}/{query}"


def read_filter() -> TimelineFilter:
    """Return the filter of this request."""
    return TimelineFilter.read(request.args, trace_recorder.recording_id())


def _received_at(message: dict[str, Any]) -> float:
    return datetime.fromisoformat(message["received_at"]).timestamp()
