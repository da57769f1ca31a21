"""Calls: they ring, are answered, declined or missed, speak, and ask for keys.

The state is the call's message (channel "call"): `status` is the provider's, `due_at` the time of the next step
(ringing stops, the keys are overdue, the speech is over), `body` the words so far. The provider's interpreter decides
what is said and asked. Speech takes no real time: everything up to the next question is there at once, with its
length in seconds. So a tester needn't wait, and a handset can speak it at its own pace.
"""

from collections.abc import Callable

from mocksms import store
from mocksms.core import inbox, phone_numbers, receipts
from mocksms.core.faults import NOTHING, Effects
from mocksms.core.models import Event, Filter, Message
from mocksms.core.sender_app import AppAnswer, AppRequest, Interpreter
from mocksms.core.worlds import World
from mocksms.store.jobs import NewJob

ENDED = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
KEYS_SHOWN = 16
DOCUMENT = "document"
"""The kind of job that fetches a call's document."""


class NoSuchCall(LookupError):
    """No call has this id."""


class WrongState(Exception):
    """The call is in the wrong state for this; the text is its status."""


def place(
    world: World, call: Message, ring_seconds: float, effects: Effects = NOTHING, now: float | None = None
) -> Message:
    """Ring a handset at `now`, or at once. Return when the call is on disk; it continues in the background."""
    now = world.now() if now is None else now
    call.created_at = call.received_at = call.updated_at = now
    call.details["ring_seconds"] = ring_seconds
    call.details["hang_up"] = effects.hang_up
    if effects.undelivered is not None:
        steps, call.error_code = ["queued", "failed"], effects.undelivered
    elif effects.drop:
        steps = ["queued", "no-answer"]
    elif effects.delay:
        steps, call.due_at = ["queued"], now + effects.delay
    elif _is_engaged(world, call.recipient):
        steps = ["queued", "busy"]
    else:
        steps, call.due_at = ["queued", "ringing"], now + ring_seconds
    call.status = steps[-1]
    call.history = [(step, now) for step in steps]
    held = call.status in ("queued", "failed", "no-answer")
    with world.write() as (db, events):
        store.messages.add(db, call, phone_numbers.kind(call.recipient), held=held)
        inbox.enqueue_jobs(db, receipts.new_jobs(world, call, 0))
        if not held:
            events.append(Event(call.id, now, "message", call))
    world.background.watch(world)
    return call


def _is_engaged(world: World, number: str) -> bool:
    recent = inbox.search(world, Filter(channel="call", to=number), 5)
    return any(call.status == "in-progress" for call in recent)


def answer(world: World, call_id: int) -> Message:
    """Answer a ringing call; it begins to speak."""
    return _pick_up(world, call_id, "human")


def decline(world: World, call_id: int) -> Message:
    """Decline a ringing call: the caller gets busy."""
    return _end(world, call_id, "busy", {"ringing"})


def hangup(world: World, call_id: int) -> Message:
    """Hang up: complete an answered call, decline a ringing one."""
    call = inbox.message(world, call_id)
    return _end(
        world,
        call_id,
        "busy" if call and call.status == "ringing" else "completed",
        {"ringing", "in-progress"},
    )


def cancel(world: World, call: Message, status: str) -> Message:
    """End a call from the caller's side (`canceled` before it is answered, else `completed`)."""
    return _end(
        world, call.id, status, {"queued", "ringing"} if status == "canceled" else {"ringing", "in-progress"}
    )


def redirect(world: World, call: Message, alter: Callable[[Message], None]) -> Message:
    """Give a call in progress another document: `alter` changes the interpreter's data."""
    return _advance(world, _change(world, call.id, {"in-progress"}, alter, "redirect"))


def digits(world: World, call_id: int, pressed: str) -> Message:
    """Press keys in a call in progress. The question ends when it has all its keys."""

    def alter(found: Message) -> None:
        _interpreter(world, found).press(found, pressed)
        found.details["pressed"] = (found.details.get("pressed", "") + pressed)[-KEYS_SHOWN:]

    return _advance(world, _change(world, call_id, {"in-progress"}, alter, "digits"))


def ringing(world: World, number: str) -> list[Message]:
    """Return the calls that are ringing or in progress on a handset, newest first."""
    recent = inbox.search(world, Filter(channel="call", to=number), 10)
    return [call for call in recent if call.status in ("ringing", "in-progress")]


# -- steps of a call ------------------------------------------------------------------------------------------


def _change(
    world: World, call_id: int, allowed: set[str], alter: Callable[[Message], None], detail: str
) -> Message:
    refused: list[str] = []

    def careful(found: Message) -> bool:
        if found.channel != "call" or found.status not in allowed:
            refused.append(found.status if found.channel == "call" else "")
            return False
        alter(found)
        return True

    call = inbox.change(world, call_id, careful, "call", detail, lambda found: _documents(world, found))
    if call is None or refused == [""]:
        raise NoSuchCall(call_id)
    if refused:
        raise WrongState(refused[0])
    return call


def _documents(world: World, call: Message) -> list[NewJob]:
    """Return the job that fetches the document that a call needs to continue."""
    if call.status != "in-progress" or _interpreter(world, call).needs(call) is None:
        return []
    return [NewJob(DOCUMENT, f"{DOCUMENT}:{call.sid}", {"call": call.sid})]


def _step(world: World, call: Message, status: str) -> None:
    call.status = status
    call.history.append((status, world.now()))


def _pick_up(world: World, call_id: int, who: str) -> Message:
    def alter(call: Message) -> None:
        _step(world, call, "in-progress")
        details = call.details
        details["answered_at"] = world.now()
        details["answered_by"] = who
        _interpreter(world, call).start(call)
        call.due_at = None

    call = _change(world, call_id, {"ringing"}, alter, "in-progress")
    if call.details.get("hang_up"):
        return _end(world, call_id, "completed", {"in-progress"})
    return _advance(world, call)


def _end(world: World, call_id: int, status: str, allowed: set[str]) -> Message:
    def alter(call: Message) -> None:
        _step(world, call, status)
        call.due_at = None
        call.details["ended_at"] = world.now()

    return _change(world, call_id, allowed, alter, status)


def asks_for_keys(world: World, call: Message) -> bool:
    """Return whether a call waits for keys."""
    return "run" in call.details and _interpreter(world, call).asks_for_keys(call)


def needed(world: World, call: Message) -> AppRequest | None:
    """Return the request for the document that a call in progress needs to continue, or None."""
    return _interpreter(world, call).needs(call)


def load(world: World, call_id: int, answer: AppAnswer) -> None:
    """Continue a call with the answer to its request for a document."""

    def alter(found: Message) -> None:
        _interpreter(world, found).load(found, answer)

    try:
        _advance(world, _change(world, call_id, {"in-progress"}, alter, "document"))
    except (NoSuchCall, WrongState):
        return  # the call ended while its document was fetched


def _interpreter(world: World, call: Message) -> Interpreter:
    interpreter = world.sender_app(call).interpreter
    if interpreter is None:
        raise LookupError(f"the provider {call.wire!r} cannot run a call")
    return interpreter


def _advance(world: World, call: Message) -> Message:
    """Run a call until it waits for keys, ends, or needs a document, which is fetched in the background."""
    interpreter = _interpreter(world, call)
    if interpreter.needs(call) is None:
        call = _change(
            world,
            call.id,
            {"in-progress"},
            lambda found: interpreter.go_on(found, world.now()),
            "speaking",
        )
    return call


def advance_due(world: World, sid: str) -> None:
    """Do the step that is due: start or stop ringing, give up waiting for keys, end the call."""
    call = inbox.by_sid(world, sid)
    if call is None or call.due_at is None or call.due_at > world.now():
        return
    try:
        if call.status == "queued":
            _ring(world, sid)
        elif call.status == "ringing":
            _miss(world, call)
        elif asks_for_keys(world, call):
            _advance(
                world,
                _change(world, call.id, {"in-progress"}, _interpreter(world, call).time_is_up, "timeout"),
            )
        else:
            _end(world, call.id, "completed", {"in-progress"})
    except (NoSuchCall, WrongState):
        return  # another process was faster


def _ring(world: World, sid: str) -> None:
    with world.write() as (db, events):
        call = store.reading.find_sid(db, sid)
        if call is None or call.status != "queued" or call.id > 0:
            return
        call.received_at = call.updated_at = world.now()
        _step(world, call, "ringing")
        call.due_at = world.now() + call.details["ring_seconds"]
        store.messages.arrive(db, call, phone_numbers.kind(call.recipient))
        inbox.enqueue_jobs(db, receipts.new_jobs(world, call, len(call.history) - 1))
        events.append(Event(call.id, call.received_at, "message", call))
    world.background.watch(world)


def _miss(world: World, call: Message) -> None:
    """End an unanswered call: a mobile's voicemail records the words, a landline only notes the call."""
    if world.settings.voicemail and phone_numbers.kind(call.recipient) == "mobile":
        _pick_up(world, call.id, "machine_start")
    else:
        _end(world, call.id, "no-answer", {"ringing"})
