"""SNS's routes: its actions, the address that confirms a subscription, and LocalStack's way of reading messages."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, request

from mocksms.core import deletion, inbox, phone_numbers
from mocksms.core.models import Filter
from mocksms.core.worlds import World
from mocksms.providers.interface import world as entered_world
from mocksms.providers.sns import (
    answers,
    opt_outs,
    other_services,
    publish,
    signatures,
    subscriptions,
    topics,
)
from mocksms.providers.sns.answers import Refused, needed

blueprint = Blueprint("sns", __name__)
READER = f"{answers.OWN}sns/sms-messages"


def _confirm(world: World) -> dict[str, Any]:
    return subscriptions.confirm(world, needed("TopicArn"), needed("Token"))


ACTIONS: Mapping[str, Callable[[World], Mapping[str, Any] | None]] = {
    "CheckIfPhoneNumberIsOptedOut": opt_outs.check,
    "ConfirmSubscription": _confirm,
    "CreateTopic": topics.create,
    "DeleteTopic": topics.delete,
    "GetSMSAttributes": opt_outs.get_attributes,
    "GetSubscriptionAttributes": subscriptions.get_attributes,
    "GetTopicAttributes": topics.get_attributes,
    "ListPhoneNumbersOptedOut": opt_outs.listed,
    "ListSubscriptions": subscriptions.listed,
    "ListSubscriptionsByTopic": subscriptions.listed_by_topic,
    "ListTopics": topics.listed,
    "OptInPhoneNumber": opt_outs.opt_in,
    "Publish": publish.publish,
    "PublishBatch": publish.publish_batch,
    "SetSMSAttributes": opt_outs.set_attributes,
    "SetSubscriptionAttributes": subscriptions.set_attributes,
    "SetTopicAttributes": topics.set_attributes,
    "Subscribe": subscriptions.subscribe,
    "Unsubscribe": lambda world: subscriptions.unsubscribe(world, needed("SubscriptionArn")),
}


@blueprint.post("/")
def act() -> Response:
    """Run the action that the form names."""
    if other_services.is_other():
        return other_services.refusal(
            404, f"The phone has no {other_services.scope()[1]}: of AWS it has SNS only"
        )
    action = request.form.get("Action", "")
    if not action:
        return answers.refusal("MissingAction", "The request must contain the parameter Action")
    if action not in ACTIONS:
        return answers.refusal("InvalidAction", f"The action {action} is not valid for this web service")
    try:
        return answers.answer(action, ACTIONS[action](entered_world()))
    except Refused as error:
        return answers.refusal(error.code, error.words, error.status)


@blueprint.get(subscriptions.CONFIRM)
def confirm() -> Response:
    """Confirm a subscription by the link in its first message."""
    arn, token = request.args.get("TopicArn", ""), request.args.get("Token", "")
    try:
        return answers.answer("ConfirmSubscription", subscriptions.confirm(entered_world(), arn, token))
    except Refused as error:
        return answers.refusal(error.code, error.words, error.status)


@blueprint.get(subscriptions.UNSUBSCRIBE)
def unsubscribe() -> Response:
    """End a subscription: what each notification leads to."""
    try:
        subscriptions.unsubscribe(entered_world(), request.args.get("SubscriptionArn", ""))
        return answers.answer("Unsubscribe", None)
    except Refused as error:
        return answers.refusal(error.code, error.words, error.status)


@blueprint.get(f"{signatures.CERTIFICATE}<fingerprint>.pem")
def certificate(fingerprint: str) -> Response:
    """Return the certificate that checks signatures."""
    found = signatures.certificate(entered_world().settings, fingerprint)
    if found is None:
        return answers.refusal("NotFound", "The phone has no such certificate", 404)
    return Response(found, mimetype="application/x-pem-file")


def _asked(world: World) -> Filter:
    number = request.args.get("phoneNumber", "")
    to = phone_numbers.normalise(number, world.settings.region) if number else ""
    return Filter(channel="sms", wire="sns", to=to)


@blueprint.get(READER)
def read_messages() -> Response:
    """Return the SMS sent by SNS, by number, oldest first (the newest 1,000)."""
    by_number: dict[str, list[dict[str, Any]]] = {}
    world = entered_world()
    for message in reversed(inbox.search(world, _asked(world), inbox.NO_MORE_THAN)):
        by_number.setdefault(message.recipient, []).append(
            {
                "PhoneNumber": message.recipient,
                "TopicArn": message.details.get("topic"),
                "SubscribeToken": None,
                "MessageId": message.sid,
                "Message": message.body,
                "MessageAttributes": message.details.get("attributes", {}),
                "MessageStructure": None,
                "Subject": None,
            }
        )
    return jsonify({"sms_messages": by_number, "region": request.args.get("region", topics.REGION)})


@blueprint.delete(READER)
def delete_messages() -> tuple[str, int]:
    """Delete the SMS sent by SNS, of a number or all."""
    world = entered_world()
    deletion.delete(world, _asked(world))
    return "", 204
