"""The inbox: receive, find, read, change and delete messages."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from mocksms import store
from mocksms.core import phone_numbers, receipts, segments, sids, statuses
from mocksms.core.codes import finder
from mocksms.core.faults import NOTHING, Effects
from mocksms.core.mail.html_text import text_of_html
from mocksms.core.models import Event, Filter, Handset, Message, Sent, Thread
from mocksms.core.worlds import World
from mocksms.store.conditions import Conditions
from mocksms.store.jobs import NewJob

PAGE = 50
new_sid = sids.new_sid
NO_MORE_THAN = 1000


def receive(
    world: World,
    message: Message,
    raw: bytes | None = None,
    effects: Effects = NOTHING,
    due_at: float | None = None,
    jobs: Sequence[NewJob] = (),
) -> Message:
    """Save a message from the phone itself, at the phone's time; see :func:`keep`."""
    return keep(world, message, world.now(), effects, raw, due_at, jobs=jobs)


def keep(
    world: World,
    message: Message,
    now: float,
    effects: Effects,
    raw: bytes | None = None,
    due_at: float | None = None,
    expected: Conditions | None = None,
    jobs: Sequence[NewJob] = (),
) -> Message:
    """Find a message's code and links, save it, and notify everyone who waits. Return when it is on disk.

    `effects` are its faults, `jobs` further jobs besides receipts. `due_at` (Unix seconds by the phone's clock) holds
    it back until then.

    Raise :class:`ConditionsChanged` when the world's conditions differ from `expected`.
    """
    message.created_at = message.received_at = message.updated_at = now
    examine(message)
    statuses.plan(message, now, effects, due_at)
    held = message.status in statuses.UNSEEN
    kind = phone_numbers.kind(message.handset)
    if message.wants_receipts:
        jobs = [*jobs, *receipts.new_jobs(world, message, 1)]
    work = partial(store.messages.receive, message=message, kind=kind, raw=raw, held=held, new_jobs=jobs)
    world.group_commit.run(work, expected)
    prunes = not held and message.id % store.messages.PRUNE_EVERY == 0
    indexes = next(world.arrivals) % store.search_index.BATCH == 0  # not by ids: events have them, too
    if prunes or indexes:
        _clean_up(world, message.id, prunes, indexes)
    world.background.received(world, message)
    if effects.duplicate and not held:
        twin = replace(message, sid=new_sid(message.sid[:2]), history=[], id=0)
        twin.details = {**message.details, "duplicate_of": message.sid}
        twin.details.pop("status_callback", None)
        receive(world, twin, raw)
    return message


def _clean_up(world: World, newest: int, prunes: bool, indexes: bool) -> None:
    """Delete the oldest events, and index the words of the oldest messages that lack it.

    The message with the id `newest` is on disk and must not look refused. What fails is done after a later one.
    """
    with suppress(store.Unavailable):
        if prunes:
            with world.store.writing() as db:
                store.messages.prune(db, newest)
        if indexes:
            # twice as many as arrive meanwhile, so that an index that was begun again is whole one day
            store.search_index.complete(world.store, newest, 2 * store.search_index.BATCH)


def deliver_held(world: World, sid: str) -> None:
    """Let a held message arrive. Do nothing if it is no longer held."""
    now = world.now()
    with world.write() as (db, events):
        message = store.reading.find_sid(db, sid)
        if message is None or message.due_at is None:
            return  # canceled, or another process was faster
        before = len(message.history)
        statuses.arrive(message, now)
        store.messages.arrive(db, message, phone_numbers.kind(message.handset))
        enqueue_jobs(db, receipts.new_jobs(world, message, before))
        events.append(Event(message.id, now, "message", replace(message)))
    world.background.watch(world)


def enqueue_jobs(db: store.Connection, jobs: Sequence[NewJob]) -> None:
    """Add requests to apps, as part of a transaction."""
    for job in jobs:
        store.jobs.add(db, job, time.time())


def text_with_code(message: Message) -> str:
    """Return the text to search for a code: a mail's subject and text, or the text."""
    return f"{message.subject}\n{message.body}" if message.channel == "mail" else message.body


def examine(message: Message) -> None:
    """Work out what is stored with a text: code and its reason, links, segments."""
    if message.direction == "in":
        found = finder.find(text_with_code(message))
        if found.code is None and message.html and not message.is_text_of_html:
            found = finder.find(f"{message.subject}\n{text_of_html(message.html)}")
        message.code = found.code
        message.details = {**message.details, "code_reason": found.reason}
    message.links = finder.find_links(message.body, message.html)
    if message.channel == "sms":
        message.segments = segments.count(message.body)


def message(world: World, message_id: int) -> Message | None:
    """Return the message with this id, or None."""
    with world.store.reading() as db:
        return store.reading.find(db, message_id)


def by_sid(world: World, sid: str) -> Message | None:
    """Return the message with this provider id, or None. Held messages are found too."""
    with world.store.reading() as db:
        return store.reading.find_sid(db, sid)


def raw(world: World, sid: str) -> bytes | None:
    """Return the source of a mail, or None."""
    with world.store.reading() as db:
        return store.reading.raw(db, sid)


def search(world: World, wanted: Filter, limit: int = PAGE, before: int | None = None) -> list[Message]:
    """Return messages that match, newest first, at most `limit` (up to 1,000); `before` is the last id of the
    previous page.
    """
    if wanted.q:
        complete_words(world)
    with world.store.reading() as db:
        return store.reading.newest(db, wanted, max(1, min(limit, NO_MORE_THAN)), before)


def complete_words(world: World) -> None:
    """Index the words of messages that are not in the index yet."""
    with world.store.reading() as db:
        upto, last = store.search_index.indexed_upto(db), store.reading.last_message(db)
    if upto < last:
        store.search_index.complete(world.store, last)


def last_id(world: World) -> int:
    """Return the id of the newest event: `since` for "from now on"."""
    with world.store.reading() as db:
        return store.reading.last_event(db)


def last_news(world: World) -> tuple[int, str]:
    """Return where an event stream goes on from: the newest event, and the stamp of the conditions."""
    with world.store.reading() as db:
        return store.reading.last_event(db), store.conditions.stamp(db)


def handsets(world: World, limit: int = PAGE, before: int | None = None) -> list[Handset]:
    """Return numbers and mailboxes that ever received something, newest first; `before` is the last id of the
    previous page.
    """
    with world.store.reading() as db:
        return store.reading.handsets(db, limit, before)


def handset(world: World, address: str) -> Handset | None:
    """Return one handset, or None when it has never received anything."""
    with world.store.reading() as db:
        return store.reading.handset(db, address)


def threads(
    world: World, number: str, channel: str = "sms", limit: int = PAGE, before: int | None = None
) -> list[Thread]:
    """Return a handset's conversations in a channel, newest first; `before` is the last id of the previous page."""
    with world.store.reading() as db:
        return store.reading.threads(db, number, channel, limit, before)


def thread(
    world: World, number: str, peer: str, limit: int = PAGE, before: int | None = None, channel: str = "sms"
) -> list[Message]:
    """Return a conversation's messages, newest first, including those typed on the handset."""
    with world.store.reading() as db:
        return store.reading.thread(db, number, peer, channel, limit, before)


def mails(world: World, mailbox: str, limit: int = PAGE, before: int | None = None) -> list[Message]:
    """Return a mailbox's mails, newest first."""
    return search(world, Filter(channel="mail", to=mailbox), limit, before)


def unread(world: World, number: str) -> dict[str, int]:
    """Return how many messages of each channel are unread on a handset."""
    with world.store.reading() as db:
        return store.reading.unread(db, number)


def mark_read(world: World, *messages: Message) -> None:
    """Mark single messages as read."""
    with world.store.writing() as db:
        store.messages.mark_read(db, messages, world.now())


def mark_thread_read(world: World, number: str, peer: str, channel: str = "sms") -> None:
    """Mark a whole conversation as read."""
    with world.store.writing() as db:
        store.messages.mark_thread_read(db, number, peer, channel, world.now())


def change(
    world: World,
    message_id: int,
    alter: Callable[[Message], bool],
    kind: str = "status",
    detail: str = "",
    jobs: Callable[[Message], Sequence[NewJob]] = lambda _: (),
) -> Message | None:
    """Change a message under the write lock and notify everyone who waits.

    `alter` returns whether it changed the message. `jobs` returns further jobs for the change; new steps of the
    history always add receipts. Return the changed message, or None when no message has this id.
    """
    with world.write() as (db, events):
        found = store.reading.find(db, message_id)
        if found is None:
            return None
        before, steps = replace(found), len(found.history)
        if alter(found):
            found.updated_at = world.now()
            enqueue_jobs(db, [*receipts.new_jobs(world, found, steps), *jobs(found)])
            event_id = store.messages.update(db, found, kind, detail)
            if (found.subject, found.body) != (before.subject, before.body):
                store.search_index.renew(db, before, found)
            if found.id > 0:
                events.append(
                    Event(event_id, found.updated_at, "call" if kind == "call" else "status", found, detail)
                )
    world.background.watch(world)
    return found


def reset(world: World) -> None:
    """Delete all of a world: messages, handsets, authenticators, faults, clock. Ids keep growing."""
    with world.altering() as db:
        store.messages.clear(db)


def sent(world: World, wanted: Sent, before: tuple[float, int] | None, limit: int) -> list[Message]:
    """Return SMS or calls as their sender lists them; see :func:`mocksms.store.reading.sent`."""
    with world.store.reading() as db:
        return store.reading.sent(db, wanted, before, limit)


def redact(world: World, sid: str) -> None:
    """Delete a message's text, code and links at its sender's request."""

    def alter(found: Message) -> bool:
        found.body = found.html = ""
        found.code, found.links = None, ()
        return True

    if (found := by_sid(world, sid)) is not None:
        change(world, found.id, alter, detail="redacted")


def cancel(world: World, sid: str) -> bool:
    """Cancel a scheduled message that is not sent yet. Return whether it could be canceled."""

    done = []

    def alter(found: Message) -> bool:
        if found.status != "scheduled":
            return False
        done.append(True)
        found.status, found.due_at = "canceled", None
        found.history.append(("canceled", world.now()))
        return True

    found = by_sid(world, sid)
    if found is not None:
        change(world, found.id, alter)
    return bool(done)


def is_opted_out(world: World, number: str, service: str) -> bool:
    """Return True if the owner of a number has opted out from this sender."""
    with world.store.reading() as db:
        return store.conditions.is_stopped(db, number, service)


def set_opted_out(world: World, number: str, service: str, stop: bool) -> None:
    """Record that the owner of a number has opted out from a sender, or back in."""
    with world.store.writing() as db:
        store.conditions.set_stopped(db, number, service, stop)
