"""SNS: topics."""

import re
from typing import Any

from flask import request

from mocksms import store
from mocksms.core.worlds import World
from mocksms.providers.sns import signatures
from mocksms.providers.sns.answers import Entries, Refused, entries, invalid, needed
from mocksms.providers.sns.other_services import scope
from mocksms.store.resources import Resource

TOPIC = "sns_topic"
ACCOUNT = "000000000000"
REGION = "us-east-1"
PAGE = 100
_NAME = re.compile(r"[A-Za-z0-9_-]{1,256}")
_ATTRIBUTES = frozenset({
    "DisplayName", "Policy", "DeliveryPolicy", "KmsMasterKeyId", "TracingConfig", "SignatureVersion",
    "HTTPSuccessFeedbackRoleArn", "HTTPSuccessFeedbackSampleRate", "HTTPFailureFeedbackRoleArn",
})  # fmt: skip


def found(world: World, arn: str) -> Resource:
    """Return a topic. Raise :class:`Refused`."""
    if not re.fullmatch(r"arn:[a-z-]+:sns:[a-z0-9-]*:[0-9]{12}:[A-Za-z0-9_.-]{1,256}", arn):
        raise invalid("TopicArn")
    with world.store.reading() as db:
        topic = store.resources.find(db, TOPIC, arn)
    if topic is None:
        raise Refused("NotFound", "Topic does not exist", 404)
    return topic


def _given(attributes: dict[str, str]) -> dict[str, str]:
    if unknown := sorted(set(attributes) - _ATTRIBUTES):
        raise invalid(f"Attributes Reason: Unknown attribute {unknown[0]}")
    if len(attributes.get("DisplayName", "")) > 100:
        raise invalid("DisplayName")
    if attributes.get("SignatureVersion", "1") not in signatures.VERSIONS:
        raise invalid("SignatureVersion")
    return attributes


def create(world: World) -> dict[str, Any]:
    """Answer CreateTopic: an existing topic, or a new one."""
    name = needed("Name")
    if not _NAME.fullmatch(name):
        raise invalid("Topic Name")
    attributes = _given(entries("Attributes"))
    arn = f"arn:aws:sns:{scope()[0] or REGION}:{ACCOUNT}:{name}"
    now = world.now()
    with world.store.writing() as db:
        kept = store.resources.find(db, TOPIC, arn)
        if kept is None:
            store.resources.put(db, Resource(arn, TOPIC, content=attributes, created_at=now, updated_at=now))
        elif any(kept.content.get(each, "") != value for each, value in attributes.items()):
            raise invalid("Attributes Reason: Topic already exists with different attributes")
    return {"TopicArn": arn}


def delete(world: World) -> None:
    """Answer DeleteTopic, also for an unknown one, as the provider does."""
    arn = needed("TopicArn")
    with world.store.writing() as db:
        store.resources.remove(db, arn)


def page(world: World, kind: str, parent: str = "") -> tuple[list[Resource], str | None]:
    """Return a page of resources, and the token of the next one."""
    token = request.form.get("NextToken", "")
    if not re.fullmatch(r"[0-9]{0,18}", token):
        raise invalid("nextToken")
    with world.store.reading() as db:
        rows = store.resources.listed(db, kind, parent, int(token or 0), PAGE + 1)
    return rows[:PAGE], str(rows[PAGE - 1].id) if len(rows) > PAGE else None


def listed(world: World) -> dict[str, Any]:
    """Answer ListTopics."""
    shown, following = page(world, TOPIC)
    return {"Topics": [{"TopicArn": each.sid} for each in shown], "NextToken": following}


def get_attributes(world: World) -> dict[str, Any]:
    """Answer GetTopicAttributes."""
    topic = found(world, needed("TopicArn"))
    with world.store.reading() as db:
        subscribed = store.resources.listed(db, "sns_subscription", topic.sid, limit=PAGE * PAGE)
    pending = sum(not each.content["confirmed"] for each in subscribed)
    return {
        "Attributes": Entries({
            "TopicArn": topic.sid, "Owner": ACCOUNT, "DisplayName": "", "SubscriptionsPending": str(pending),
            "SubscriptionsConfirmed": str(len(subscribed) - pending), "SubscriptionsDeleted": "0", **topic.content,
        })
    }  # fmt: skip


def set_attributes(world: World) -> None:
    """Answer SetTopicAttributes."""
    topic, name = found(world, needed("TopicArn")), needed("AttributeName")
    topic.content |= _given({name: request.form.get("AttributeValue", "")})
    topic.updated_at = world.now()
    with world.store.writing() as db:
        store.resources.put(db, topic)
