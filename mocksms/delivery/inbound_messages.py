"""Texts typed on a handset: kept in the thread and posted to the app's webhook, whose answer comes back as a reply."""

import logging
from typing import Any

from mocksms import store
from mocksms.core import inbox
from mocksms.core.models import Message
from mocksms.core.sender_app import AppRequest, Reply, SenderApp
from mocksms.core.worlds import World
from mocksms.delivery import http_client
from mocksms.store.jobs import Job, NewJob

log = logging.getLogger("mocksms.inbound_messages")
STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"})
START = frozenset({"START", "YES", "UNSTOP"})
LOOKED_AT = 20
MOST_REQUESTS = 20
KIND = "inbound"
"""The kind of job that posts a typed text to its app."""


def send(world: World, handset: str, peer: str, body: str) -> Message:
    """Send a text typed on a handset. STOP and START set and clear the opt-out (21610)."""
    word = body.strip().upper()
    if word in STOP | START:
        inbox.set_opted_out(world, handset, peer, word in STOP)
    app, account, details = _answered(world, handset, peer)
    message = Message(
        sid=inbox.new_sid("SM"), channel="sms", wire="handset", direction="out", sender=handset, recipient=peer,
        body=body, status="received", account=account, details=details,
    )  # fmt: skip
    jobs = []
    if url := webhook(world, peer):
        content = {"message": message.sid, "url": url, "wire": app.wires[0]}
        jobs.append(NewJob(KIND, f"{KIND}:{message.sid}", content))
    return inbox.receive(world, message, jobs=jobs)


def _answered(world: World, handset: str, peer: str) -> tuple[SenderApp, str, dict[str, Any]]:
    """Return the app that wrote to this handset last, with its account; else the first app that takes texts.

    A reply keeps the `address_prefix` of what it answers.
    """
    for message in inbox.thread(world, handset, peer, LOOKED_AT):
        app = world.sender_app(message)
        if app.takes_texts and message.account:
            prefix = message.details.get("address_prefix")
            return app, message.account, {"address_prefix": prefix} if prefix else {}
    app = next((app for app in world.sender_apps.values() if app.takes_texts), SenderApp())
    return app, app.account, {}


def webhook(world: World, number: str) -> str:
    """Return the webhook of this number: the one set in this world, else MOCKSMS_INBOUND_URL."""
    with world.store.reading() as db:
        return store.reading.value(db, f"inbound:{number}", world.settings.inbound_url)


def set_webhook(world: World, number: str, url: str) -> None:
    """Set the webhook of a number; "" means none."""
    with world.store.writing() as db:
        store.reading.set_value(db, f"inbound:{number}", url)


def hand_over(world: World, job: Job) -> None:
    """Post a typed text to the app's webhook. Its replies arrive in the transaction that ends the job."""
    message = inbox.by_sid(world, job.content["message"])
    app = world.sender_apps.get(job.content["wire"], SenderApp())
    if message is None:
        return
    replies = _replies(world, app, app.inbound(message, job.content["url"]))
    with world.store.writing() as db:
        if not store.jobs.ack(db, job.id):
            return  # it took so long that another process took it over
        for reply in replies:
            back = Message(
                sid=inbox.new_sid("SM"), channel="sms", wire=app.wires[0], sender=message.recipient,
                recipient=message.sender, body=reply.text, account=message.account,
                details={**message.details, **({"media": list(reply.media)} if reply.media else {})},
            )  # fmt: skip
            inbox.receive(world, back)


def _replies(world: World, app: SenderApp, request: AppRequest | None) -> list[Reply]:
    """Send the request and those that the answers ask for. Return all replies."""
    replies: list[Reply] = []
    for _ in range(MOST_REQUESTS):
        if request is None:
            break
        answer = http_client.send_signed(world, app, request)
        if answer.problem:
            log.warning("a reply could not be handed over: %s", answer.problem)
            break
        replies += app.answers(answer)
        request = app.follows(answer, request)
    return replies
