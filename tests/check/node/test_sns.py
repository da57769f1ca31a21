"""Amazon's SDK for JavaScript publishes texts to the phone and understands its errors."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from mocksms.testing import Phone
from tests.check.node.conftest import Node, SdkError
from tests.docs.blocks import blocks
from tests.phone.listener import listening

ME = "+819012345678"
PUBLISH = "return (await sns.send(new sdk.sns.PublishCommand(given))).MessageId"


def by(sender: str) -> dict[str, dict[str, str]]:
    """Return the attribute that names the sender."""
    return {"AWS.SNS.SMS.SenderID": {"DataType": "String", "StringValue": sender}}


def test_publish_reaches_the_handset(node: Node, phone: Phone) -> None:
    sid = node(PUBLISH, PhoneNumber=ME, Message="482913 はコードです。<&>", MessageAttributes=by("MIHON"))
    kept = phone.sms(ME)
    assert (kept.sid, kept.sender, kept.body) == (sid, "MIHON", "482913 はコードです。<&>")
    assert phone.wait_for_code(ME) == "482913"


@pytest.mark.parametrize(
    "given",
    [
        {"PhoneNumber": "nonsense", "Message": "x"},
        {"PhoneNumber": ME, "Message": "x" * 1601},
        {"PhoneNumber": ME, "Message": "x", "MessageAttributes": by("..")},
    ],
)
def test_refusals_are_the_sdks_own_errors(node: Node, phone: Phone, given: dict[str, Any]) -> None:
    with pytest.raises(SdkError) as refused:
        node(PUBLISH, **given)
    assert (refused.value.name, refused.value.status) == ("InvalidParameterException", 400)
    assert phone.messages() == []


def test_throttling_is_the_sdks_own_error(node: Node, phone: Phone) -> None:
    phone.faults.add("reject", code=20429)
    with pytest.raises(SdkError) as refused:
        node(PUBLISH, PhoneNumber=ME, Message="x")
    assert refused.value.name == "Throttling"


def test_topic_reaches_its_subscribers(node: Node, phone: Phone) -> None:
    code = """
        const { TopicArn } = await sns.send(new sdk.sns.CreateTopicCommand({ Name: "codes" }));
        await sns.send(new sdk.sns.SubscribeCommand({ TopicArn, Protocol: "sms", Endpoint: given.to }));
        const message = JSON.stringify({ default: "for all", sms: "482913 is your code" });
        await sns.send(new sdk.sns.PublishCommand({ TopicArn, Message: message, MessageStructure: "json" }));
        const { Subscriptions } = await sns.send(new sdk.sns.ListSubscriptionsByTopicCommand({ TopicArn }));
        const { Attributes } = await sns.send(new sdk.sns.GetTopicAttributesCommand({ TopicArn }));
        return { endpoint: Subscriptions[0].Endpoint, confirmed: Attributes.SubscriptionsConfirmed };
    """
    assert node(code, to=ME) == {"endpoint": ME, "confirmed": "1"}
    assert phone.wait_for_code(ME) == "482913"


def test_opt_outs_are_read_and_lifted(node: Node, phone: Phone) -> None:
    node(PUBLISH, PhoneNumber=ME, Message="x")
    phone.reply(ME, "AWS-SNS", "STOP")
    code = """
        const opted = new sdk.sns.ListPhoneNumbersOptedOutCommand({});
        const before = (await sns.send(opted)).phoneNumbers;
        const refused = await sns.send(new sdk.sns.PublishCommand(given)).catch((error) => error.name);
        await sns.send(new sdk.sns.OptInPhoneNumberCommand({ phoneNumber: given.PhoneNumber }));
        return { before, refused, after: (await sns.send(opted)).phoneNumbers };
    """
    found = node(code, PhoneNumber=ME, Message="x")
    assert found == {"before": [ME], "refused": "OptedOutException", "after": []}


def test_settings_opt_outs_and_batches_are_read(node: Node, phone: Phone) -> None:
    code = """
        const send = (name, input) => sns.send(new sdk.sns[`${name}Command`](input));
        await send("SetSMSAttributes", { attributes: { DefaultSenderID: "MIHON" } });
        const { attributes } = await send("GetSMSAttributes", {});
        const { isOptedOut } = await send("CheckIfPhoneNumberIsOptedOut", { phoneNumber: given.to });
        const { TopicArn } = await send("CreateTopic", { Name: "codes" });
        const { SubscriptionArn } = await send("Subscribe", { TopicArn, Protocol: "sms", Endpoint: given.to });
        const PublishBatchRequestEntries = [{ Id: "a", Message: "one" }, { Id: "b", Message: "" }];
        const { Successful, Failed } = await send("PublishBatch", { TopicArn, PublishBatchRequestEntries });
        await send("Unsubscribe", { SubscriptionArn });
        const left = (await send("ListSubscriptions", {})).Subscriptions ?? [];
        const ids = [Successful.map((each) => each.Id), Failed.map((each) => [each.Id, each.Code])];
        return [attributes, isOptedOut, ...ids, left.length];
    """
    told = node(code, to=ME)
    assert told == [{"DefaultSenderID": "MIHON"}, False, ["a"], [["b", "InvalidParameter"]], 0]
    assert [(each.sender, each.body) for each in phone.messages(to=ME)] == [("MIHON", "one")]


def test_topic_that_is_not_there_is_the_sdks_own_error(node: Node) -> None:
    with pytest.raises(SdkError) as refused:
        node(PUBLISH, TopicArn="arn:aws:sns:us-east-1:000000000000:none", Message="x")
    assert (refused.value.name, refused.value.status) == ("NotFoundException", 404)


TOPIC = """
    const Attributes = { SignatureVersion: given.version };
    const { TopicArn } = await sns.send(new sdk.sns.CreateTopicCommand({ Name: "app", Attributes }));
    const subscription = { TopicArn, Protocol: "http", Endpoint: given.url };
    await sns.send(new sdk.sns.SubscribeCommand(subscription));
    return TopicArn;
"""
FROM_THE_PHONE = blocks("docs/wires.md", "js")[0].text
VALIDATE = f"""
    {FROM_THE_PHONE}
    const message = fromThePhone(given.message);
    await new Promise((done, failed) =>
      new sdk.snsValidator().validate(message, (error) => (error ? failed(error) : done())));
    await new sdk.snsPayloadValidator().validate(message);
    return message.Type;
"""


@pytest.mark.parametrize("version", ["1", "2"])
def test_what_an_app_gets_is_accepted_by_its_validators(node: Node, version: str) -> None:
    with listening() as app:
        topic = node(TOPIC, version=version, url=app.url)
        asked = json.loads(app.next_body())
        assert node(VALIDATE, message=asked) == "SubscriptionConfirmation"
        httpx.get(asked["SubscribeURL"]).raise_for_status()
        node(PUBLISH, TopicArn=topic, Message="確認コード 482913", Subject="Sign in")
        told = json.loads(app.next_body())
    assert node(VALIDATE, message=told) == "Notification"
    with pytest.raises(SdkError, match="signature is invalid"):
        node(VALIDATE, message={**told, "Message": "確認コード 111111"})
