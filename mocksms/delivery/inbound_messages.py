"""Texts typed on a handset: kept in the thread and handed to the app's inbound webhook, whose answer comes back."""

import logging

from mocksms import store
from mocksms.core import inbox
from mocksms.core.models import Message
from mocksms.core.sender_app import SenderApp
from mocksms.core.worlds import World
from mocksms.delivery import http_client

log = logging.getLogger("mocksms.inbound_messages")
STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"})
START = frozenset({"START", "YES", "UNSTOP"})
LOOKED_AT = 20


def send(world: World, handset: str, peer: str, body: str) -> Message:
    """Send a text typed on a handset to the other side; STOP and START set and lift the stop (21610)."""
    word = body.strip().upper()
    if word in STOP | START:
        inbox.set_opted_out(world, handset, peer, word in STOP)
    app, account = _answered(world, handset, peer)
    message = Message(
        sid=inbox.new_sid("SM"), channel="sms", wire="handset", direction="out", sender=handset, recipient=peer,
        body=body, status="received", account=account,
    )  # fmt: skip
    inbox.receive(world, message)
    if url := webhook(world, peer):
        world.background.outbound_jobs.later(0, lambda: _hand_over(world, app, message, url))
    return message


def _answered(world: World, handset: str, peer: str) -> tuple[SenderApp, str]:
    """Return the app that wrote to this handset last with its account, else the first app that takes texts."""
    for message in inbox.thread(world, handset, peer, LOOKED_AT):
        app = world.sender_app(message)
        if app.takes_texts and message.account:
            return app, message.account
    app = next((app for app in world.sender_apps.values() if app.takes_texts), SenderApp())
    return app, app.account


def webhook(world: World, number: str) -> str:
    """Return where texts to this number go: what was set for it in this world, else MOCKSMS_INBOUND_URL."""
    with world.store.reading() as db:
        return store.reading.value(db, f"inbound:{number}", world.settings.inbound_url)


def set_webhook(world: World, number: str, url: str) -> None:
    """Set where texts to a number go; "" hands them to nobody."""
    with world.store.writing() as db:
        store.reading.set_value(db, f"inbound:{number}", url)


def _hand_over(world: World, app: SenderApp, message: Message, url: str) -> None:
    if (request := app.inbound(message, url)) is None:
        return
    try:
        answer = http_client.send_signed(world, app, request)
    except http_client.CannotFetch as error:
        log.warning("a reply could not be handed over: %s", error)
        return
    for text in app.answers(answer.text) if answer.is_good else ():
        back = Message(
            sid=inbox.new_sid("SM"), channel="sms", wire=app.wires[0], sender=message.recipient,
            recipient=message.sender, body=text, account=message.account,
        )  # fmt: skip
        inbox.receive(world, back)
