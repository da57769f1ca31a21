"""Texts typed on a handset: kept in the thread and handed to the app's inbound webhook, whose answer comes back."""

import logging
from xml.etree import ElementTree

from mocksms import store
from mocksms.core import inbox
from mocksms.core.models import Message
from mocksms.core.worlds import World
from mocksms.delivery import http_client
from mocksms.delivery.webhooks import signature

log = logging.getLogger("mocksms.inbound_messages")
STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"})
START = frozenset({"START", "YES", "UNSTOP"})
ACCOUNT = "AC" + "0" * 32


def send(world: World, handset: str, peer: str, body: str) -> Message:
    """Sends a text typed on a handset to the other side; STOP and START set and lift the stop (21610)."""
    word = body.strip().upper()
    if word in STOP | START:
        inbox.set_opted_out(world, handset, peer, word in STOP)
    message = Message(
        sid=inbox.new_sid("SM"), channel="sms", wire="handset", direction="out", sender=handset, recipient=peer,
        body=body, status="received", account=_account(world, handset, peer),
    )  # fmt: skip
    inbox.receive(world, message)
    if webhook(world, peer):
        world.outbound_jobs.later(0, lambda: _hand_over(world, message))
    return message


def _account(world: World, handset: str, peer: str) -> str:
    """The account that wrote to this handset last, else the first one there is."""
    strict = (pair.strip().partition(":")[0] for pair in world.settings.accounts.split(","))
    first = next((name for name in strict if name.startswith("AC")), ACCOUNT)
    return next((each.account for each in inbox.thread(world, handset, peer, 20) if each.account), first)


def webhook(world: World, number: str) -> str:
    """Where texts to this number go: what was set for it in this world, else MOCKSMS_INBOUND_URL."""
    with world.pool.read() as db:
        return store.reading.value(db, f"inbound:{number}", world.settings.inbound_url)


def set_webhook(world: World, number: str, url: str) -> None:
    """Sets where texts to a number go; "" hands them to nobody."""
    with world.pool.write() as db:
        store.reading.set_value(db, f"inbound:{number}", url)


def _hand_over(world: World, message: Message) -> None:
    fields = [
        ("MessageSid", message.sid),
        ("SmsSid", message.sid),
        ("SmsMessageSid", message.sid),
        ("AccountSid", message.account),
        ("From", message.sender),
        ("To", message.recipient),
        ("Body", message.body),
        ("NumMedia", "0"),
        ("NumSegments", str(message.segments)),
        ("SmsStatus", "received"),
        ("ApiVersion", "2010-04-01"),
    ]
    url = webhook(world, message.recipient)
    signed = signature(world.token_of(message.account), url, fields)
    try:
        answer = http_client.send(world.settings, url, fields, headers={"X-Twilio-Signature": signed})
    except http_client.CannotFetch as error:
        log.warning("a reply could not be handed over: %s", error)
        return
    for text in _texts(answer.text) if answer.is_good else ():
        back = Message(
            sid=inbox.new_sid("SM"), channel="sms", sender=message.recipient, recipient=message.sender, body=text,
            account=message.account,
        )  # fmt: skip
        inbox.receive(world, back)


def _texts(document: str) -> list[str]:
    """The texts of the Message verbs in an answer; none when it is no TwiML."""
    if "<!" in document:
        return []  # no document types: they could make the parser expand without end
    try:
        root = ElementTree.fromstring(document)  # noqa: S314
    except ElementTree.ParseError:
        return []
    return [text for verb in root.iter("Message") if (text := "".join(verb.itertext()).strip())]
