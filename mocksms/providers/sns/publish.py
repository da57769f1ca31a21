"""SNS: Publish and PublishBatch, to a phone number or a topic."""

import json
import re
import uuid
from typing import Any

from flask import request

from mocksms.core import intake
from mocksms.core.models import Message
from mocksms.core.worlds import World
from mocksms.providers.sns import opt_outs, subscriptions, topics
from mocksms.providers.sns.answers import Refused, invalid, message_attributes, needed
from mocksms.store.resources import Resource

LONGEST = 1600
LONGEST_ON_TOPIC = 262_144
MOST_IN_BATCH = 10
_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")


def publish(world: World) -> dict[str, Any]:
    """Answer Publish."""
    form, attributes = request.form, message_attributes()
    texts = _texts(form.get("Message", ""), form.get("MessageStructure", ""))
    arn = form.get("TopicArn") or form.get("TargetArn")
    if arn:
        if "PhoneNumber" in form:
            raise invalid("PhoneNumber Reason: no value allowed beside TopicArn or TargetArn")
        return {
            "MessageId": _to_topic(
                world, topics.found(world, arn), texts, form.get("Subject", ""), attributes
            )
        }
    if "PhoneNumber" not in form:
        raise invalid("TopicArn or TargetArn Reason: no value for required parameter")
    number = opt_outs.number(world, form["PhoneNumber"], "PhoneNumber Reason: {} is not valid to publish to")
    text = texts.get("sms", texts["default"])
    if len(text) > LONGEST:
        raise invalid("Message too long")
    if opt_outs.is_opted_out(world, number):
        raise Refused("OptedOut", "The phone number is opted out")
    sender = subscriptions.sender(world, attributes)
    arrival = intake.meet(world, "sms", number, sender)
    details = {"attributes": {name: each["Value"] for name, each in attributes.items()}} if attributes else {}
    message = Message(str(uuid.uuid4()), "sms", sender, number, text, wire="sns", details=details)
    arrival.keep(message)
    return {"MessageId": message.sid}


def _to_topic(
    world: World, topic: Resource, texts: dict[str, str], subject: str, attributes: dict[str, dict[str, str]]
) -> str:
    if len(subject) > 100 or not subject.isascii() or not (subject or "x").isprintable():
        raise invalid("Subject")
    subscriptions.sender(world, attributes)
    return subscriptions.deliver(world, topic, texts, subject, attributes)


def _texts(message: str, structure: str) -> dict[str, str]:
    """Return a message by protocol; `default` is always included. Raise :class:`Refused`."""
    if not message:
        raise invalid("Empty message")
    if len(message.encode()) > LONGEST_ON_TOPIC:
        raise invalid("Message too long")
    if not structure:
        return {"default": message}
    if structure != "json":
        raise invalid("MessageStructure")
    try:
        found = json.loads(message)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise invalid("Message Structure - JSON message body failed to parse")
    if not isinstance(found.get("default"), str):
        raise invalid("Message Structure - No default entry in JSON message body")
    return {name: text for name, text in found.items() if isinstance(text, str)}


def publish_batch(world: World) -> dict[str, Any]:
    """Answer PublishBatch: up to ten messages to a topic, each accepted or refused on its own."""
    topic, batch = topics.found(world, needed("TopicArn")), "PublishBatchRequestEntries.member"
    parts = [
        f"{batch}.{each}." for each in range(1, MOST_IN_BATCH + 2) if f"{batch}.{each}.Id" in request.form
    ]
    ids = [request.form[f"{part}Id"] for part in parts]
    if not ids:
        raise Refused("EmptyBatchRequest", "The batch request doesn't contain any entries.")
    if len(ids) > MOST_IN_BATCH:
        raise Refused(
            "TooManyEntriesInBatchRequest", "The batch request contains more entries than permissible."
        )
    if len(set(ids)) < len(ids):
        raise Refused(
            "BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id."
        )
    if not all(_ID.fullmatch(each) for each in ids):
        raise Refused("InvalidBatchEntryId", "The Id of a batch entry doesn't abide by the specification.")
    taken: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    for entry, part in zip(ids, parts, strict=True):
        try:
            texts = _texts(
                request.form.get(f"{part}Message", ""), request.form.get(f"{part}MessageStructure", "")
            )
            subject, attributes = request.form.get(f"{part}Subject", ""), message_attributes(part)
            taken.append({"Id": entry, "MessageId": _to_topic(world, topic, texts, subject, attributes)})
        except Refused as error:
            refused.append({"Id": entry, "Code": error.code, "Message": error.words, "SenderFault": True})
    return {"Successful": taken, "Failed": refused}
