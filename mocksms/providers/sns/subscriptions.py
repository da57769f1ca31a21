"""SNS: subscriptions to topics by SMS, mail and HTTP, and the delivery to them."""

import hashlib
import json
import re
import secrets
import uuid
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import request

from mocksms import store
from mocksms.core import inbox, intake, phone_numbers, receipts
from mocksms.core.models import Message
from mocksms.core.sender_app import AppRequest
from mocksms.core.world_names import DEFAULT
from mocksms.core.worlds import World
from mocksms.delivery import http_client
from mocksms.providers.sns import opt_outs, signatures, topics
from mocksms.providers.sns.answers import OWN, Entries, Refused, entries, invalid, needed
from mocksms.store.jobs import NewJob
from mocksms.store.resources import Resource

SUBSCRIPTION = "sns_subscription"
CONFIRM = f"{OWN}sns/confirm"
UNSUBSCRIBE = f"{OWN}sns/unsubscribe"
MAIL_SENDER = "no-reply@sns.amazonaws.com"
MAIL_SUBJECT = "AWS Notification Message"
PENDING = "pending confirmation"
_ELSEWHERE = frozenset({"sqs", "lambda", "application", "firehose"})
_WITH_MAIL = frozenset({"email", "email-json"})


def _endpoint(world: World, protocol: str) -> str:
    """Return a subscription's address, checked by its protocol. Raise :class:`Refused`."""
    endpoint = request.form.get("Endpoint", "")
    if protocol == "sms":
        number = phone_numbers.normalise(endpoint, world.settings.region)
        if not phone_numbers.is_number(number):
            raise invalid(f"Invalid SMS endpoint: {endpoint}")
        return number
    if protocol in _WITH_MAIL:
        if not re.fullmatch(r"[^\s@]+@[^\s@]+", endpoint):
            raise invalid("Email address")
        return endpoint.lower()
    if protocol in ("http", "https"):
        if not endpoint.startswith(f"{protocol}://") or not http_client.is_address(endpoint):
            raise invalid("Endpoint must match the specified protocol")
        return endpoint
    if protocol in _ELSEWHERE:
        raise invalid(f"Protocol Reason: the phone delivers nothing by {protocol}")
    raise invalid(f"Does not support this protocol string: {protocol}")


def _given(attributes: dict[str, str]) -> dict[str, str]:
    if unserved := sorted(set(attributes) - {"RawMessageDelivery"}):
        raise invalid(f"Attributes Reason: the phone does not heed {unserved[0]}")
    return attributes


def subscribe(world: World) -> dict[str, Any]:
    """Answer Subscribe: SMS is confirmed at once; mail and HTTP when the link in their first message is opened."""
    topic, protocol = topics.found(world, needed("TopicArn")), needed("Protocol")
    endpoint, attributes = _endpoint(world, protocol), _given(entries("Attributes"))
    name = hashlib.md5(f"{protocol} {endpoint}".encode(), usedforsecurity=False)
    arn, now = f"{topic.sid}:{uuid.UUID(name.hexdigest())}", world.now()
    content = {
        "protocol": protocol, "endpoint": endpoint, "token": secrets.token_hex(32), "confirmed": protocol == "sms",
        "attributes": attributes,
    }  # fmt: skip
    with world.store.writing() as db:
        kept = store.resources.find(db, SUBSCRIPTION, arn)
        is_new = kept is None
        kept = kept or Resource(
            arn, SUBSCRIPTION, parent=topic.sid, content=content, created_at=now, updated_at=now
        )
        store.resources.put(db, kept)
    if is_new and not kept.content["confirmed"]:
        _ask(world, topic, kept)
    is_told = kept.content["confirmed"] or request.form.get("ReturnSubscriptionArn") == "true"
    return {"SubscriptionArn": arn if is_told else PENDING}


def _ask(world: World, topic: Resource, subscription: Resource) -> None:
    """Send the link that confirms a subscription."""
    url = _own_url(world, CONFIRM, TopicArn=topic.sid, Token=subscription.content["token"])
    if subscription.content["protocol"] in _WITH_MAIL:
        words = f"You have chosen to subscribe to the topic:\n{topic.sid}\n\nTo confirm this subscription, open:\n{url}"
        _mail(world, topic, subscription, "AWS Notification - Subscription Confirmation", words)
        return
    body = {
        **_letter(world, topic, "SubscriptionConfirmation"), "Token": subscription.content["token"],
        "Message": f"You have chosen to subscribe to the topic {topic.sid}.", "SubscribeURL": url,
    }  # fmt: skip
    sent = json.dumps(_signed(world, topic, body))
    _post(world, topic, subscription, body["MessageId"], "SubscriptionConfirmation", sent)


def _own_url(world: World, path: str, **query: str) -> str:
    """Return an address of the phone for what apps and mailboxes are sent."""
    if world.name != DEFAULT:
        query["world"] = world.name
    return f"{request.host_url.rstrip('/')}{path}?{urlencode(query)}"


def _signed(world: World, topic: Resource, body: dict[str, Any]) -> dict[str, Any]:
    version = topic.content.get("SignatureVersion", signatures.VERSIONS[0])
    return signatures.signed(world.settings, body, version, request.host_url)


def confirm(world: World, arn: str, token: str) -> dict[str, Any]:
    """Answer ConfirmSubscription, by its action or by the link that was sent."""
    topic = topics.found(world, arn)
    for each in _of(world, topic):
        if secrets.compare_digest(each.content["token"], token):
            each.content["confirmed"] = True
            with world.store.writing() as db:
                store.resources.put(db, each)
            return {"SubscriptionArn": each.sid}
    raise invalid("Token")


def _of(world: World, topic: Resource) -> list[Resource]:
    with world.store.reading() as db:
        return store.resources.listed(db, SUBSCRIPTION, topic.sid, limit=topics.PAGE * topics.PAGE)


def _found(world: World, arn: str) -> Resource:
    with world.store.reading() as db:
        kept = store.resources.find(db, SUBSCRIPTION, arn)
    if kept is None:
        raise Refused("NotFound", "Subscription does not exist", 404)
    return kept


def unsubscribe(world: World, arn: str) -> None:
    """Answer Unsubscribe, also for an unknown one, as the provider does."""
    if arn.count(":") != 6:
        raise invalid("SubscriptionArn Reason: An ARN must have at least 6 elements")
    with world.store.writing() as db:
        store.resources.remove(db, arn)


def _shown(kept: Resource) -> dict[str, str]:
    return {
        "SubscriptionArn": kept.sid if kept.content["confirmed"] else "PendingConfirmation",
        "Owner": topics.ACCOUNT,
        "Protocol": kept.content["protocol"],
        "Endpoint": kept.content["endpoint"],
        "TopicArn": kept.parent,
    }


def listed(world: World) -> dict[str, Any]:
    """Answer ListSubscriptions."""
    found: list[Resource] = []
    with world.store.reading() as db:
        for topic in store.resources.listed(db, topics.TOPIC):
            found += store.resources.listed(db, SUBSCRIPTION, topic.sid)
    return {"Subscriptions": [_shown(each) for each in found]}


def listed_by_topic(world: World) -> dict[str, Any]:
    """Answer ListSubscriptionsByTopic."""
    shown, following = topics.page(world, SUBSCRIPTION, topics.found(world, needed("TopicArn")).sid)
    return {"Subscriptions": [_shown(each) for each in shown], "NextToken": following}


def get_attributes(world: World) -> dict[str, Any]:
    """Answer GetSubscriptionAttributes."""
    kept = _found(world, needed("SubscriptionArn"))
    pending = str(not kept.content["confirmed"]).lower()
    return {
        "Attributes": Entries({
            **_shown(kept), "SubscriptionArn": kept.sid, "PendingConfirmation": pending,
            "RawMessageDelivery": "false", **kept.content["attributes"],
        })
    }  # fmt: skip


def set_attributes(world: World) -> None:
    """Answer SetSubscriptionAttributes."""
    kept, name = _found(world, needed("SubscriptionArn")), needed("AttributeName")
    kept.content["attributes"] |= _given({name: request.form.get("AttributeValue", "")})
    with world.store.writing() as db:
        store.resources.put(db, kept)


# -- delivering ----------------------------------------------------------------------------------------------------


def deliver(
    world: World, topic: Resource, texts: dict[str, str], subject: str, attributes: dict[str, dict[str, str]]
) -> str:
    """Send a message to all confirmed subscriptions and return its id. One refusal doesn't block the others."""
    letter = _letter(world, topic, "Notification") | ({"Subject": subject} if subject else {})
    for each in _of(world, topic):
        protocol = each.content["protocol"]
        text = texts.get(protocol, texts["default"])
        if not each.content["confirmed"]:
            continue
        if protocol == "sms":
            _sms(world, each, text, attributes)
        elif protocol == "email":
            _mail(world, topic, each, subject or MAIL_SUBJECT, text)
        else:
            body = {**letter, "Message": text, **({"MessageAttributes": attributes} if attributes else {})}
            _as_json(world, topic, each, body)
    return letter["MessageId"]


def _as_json(world: World, topic: Resource, subscription: Resource, body: dict[str, Any]) -> None:
    """Send a whole message by mail or HTTP; a raw subscription gets only its text."""
    signed = _signed(world, topic, body)
    signed["UnsubscribeURL"] = _own_url(world, UNSUBSCRIBE, SubscriptionArn=subscription.sid)
    if subscription.content["protocol"] == "email-json":
        subject = body.get("Subject", MAIL_SUBJECT)
        _mail(world, topic, subscription, subject, json.dumps(signed, ensure_ascii=False, indent=2))
        return
    is_raw = subscription.content["attributes"].get("RawMessageDelivery", "").lower() == "true"
    sent = body["Message"] if is_raw else json.dumps(signed)
    _post(world, topic, subscription, body["MessageId"], "Notification", sent, is_raw)


def _letter(world: World, topic: Resource, kind: str) -> dict[str, str]:
    at = datetime.fromtimestamp(world.now(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"Type": kind, "MessageId": str(uuid.uuid4()), "TopicArn": topic.sid, "Timestamp": at}


def sender(world: World, attributes: dict[str, dict[str, str]]) -> str:
    """Return the sender of an SMS: its SenderID, its number, the default SenderID, else SNS. Raise Refused."""
    values = {name: each["Value"] for name, each in attributes.items()}
    chosen = values.get("AWS.SNS.SMS.SenderID") or values.get("AWS.MM.SMS.OriginationNumber")
    chosen = chosen or opt_outs.sms_attributes(world).get("DefaultSenderID") or opt_outs.SENDER
    if not re.fullmatch(r"(?=.*\w)[^\x00-\x1f\x7f]{1,20}", chosen):
        raise invalid("SenderID")
    return chosen


def _sms(world: World, subscription: Resource, text: str, attributes: dict[str, dict[str, str]]) -> None:
    number, by = subscription.content["endpoint"], sender(world, attributes)
    if opt_outs.is_opted_out(world, number):
        return
    message = Message(
        str(uuid.uuid4()), "sms", by, number, text, wire="sns", details={"topic": subscription.parent}
    )
    _keep(world, message)


def _mail(world: World, topic: Resource, subscription: Resource, subject: str, text: str) -> None:
    message = Message(
        str(uuid.uuid4()), "mail", MAIL_SENDER, subscription.content["endpoint"], text, subject, wire="sns",
        details={"topic": topic.sid},
    )  # fmt: skip
    _keep(world, message)


def _keep(world: World, message: Message) -> None:
    try:
        intake.meet(world, message.channel, message.recipient, message.sender).keep(message)
    except intake.Rejected:
        return  # the provider drops it too: the publisher already has its answer


def _post(
    world: World,
    topic: Resource,
    subscription: Resource,
    message_id: str,
    kind: str,
    body: str,
    is_raw: bool = False,
) -> None:
    """Queue a message to an app: it is posted in the background, repeated until it is answered."""
    headers = {
        "Content-Type": "text/plain; charset=UTF-8",
        "x-amz-sns-message-type": kind,
        "x-amz-sns-message-id": message_id,
        "x-amz-sns-topic-arn": topic.sid,
        "x-amz-sns-subscription-arn": subscription.sid,
        **({"x-amz-sns-rawdelivery": "true"} if is_raw else {}),
    }
    asked = AppRequest(subscription.content["endpoint"], [], body=body, headers=headers)
    job = NewJob(
        receipts.KIND, f"{receipts.KIND}:{subscription.sid}", {"wire": "sns", "request": asdict(asked)}
    )
    with world.store.writing() as db:
        inbox.enqueue_jobs(db, [job])
    world.background.watch(world)
