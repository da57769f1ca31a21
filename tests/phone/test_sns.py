"""Amazon SNS' Publish, judged by boto3."""

from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from mocksms.testing import Phone, twilio_client

ME = "+819012345678"


def by(sender: str) -> dict[str, dict[str, str]]:
    """The attribute that names the sender."""
    return {"AWS.SNS.SMS.SenderID": {"DataType": "String", "StringValue": sender}}


@pytest.fixture
def sns(phone: Phone) -> Any:
    import boto3
    from botocore.config import Config

    return boto3.client(
        "sns", endpoint_url=phone.url, region_name="ap-northeast-1", aws_access_key_id=phone.account_sid,
        aws_secret_access_key="any", config=Config(retries={"max_attempts": 1}),
    )  # fmt: skip


def test_publish_reaches_the_handset(sns: Any, phone: Phone) -> None:
    answer = sns.publish(
        PhoneNumber=ME, Message="482913 is your code. <&>",
        MessageAttributes=by("MIHON"),
    )  # fmt: skip
    kept = phone.sms(ME)
    assert (kept.sid, kept.sender, kept.wire) == (answer["MessageId"], "MIHON", "sns")
    assert phone.wait_for_code(ME) == "482913"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"PhoneNumber": "nonsense", "Message": "x"}, "InvalidParameter"),
        ({"PhoneNumber": ME, "Message": "x" * 1601}, "InvalidParameter"),
        ({"TopicArn": "arn:aws:sns:us-east-1:1:x", "Message": "x"}, "InvalidParameter"),
        ({"PhoneNumber": ME, "Message": "x", "MessageAttributes": by("..")}, "InvalidParameter"),
        ({"PhoneNumber": ME, "Message": "x", "MessageAttributes": by("a\nb")}, "InvalidParameter"),
    ],
)
def test_refusals(sns: Any, given: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError) as refused:
        sns.publish(**given)
    assert refused.value.response["Error"]["Code"] == code
    assert refused.value.response["Error"]["Type"] == "Sender"


def test_throttling_on_request(sns: Any, phone: Phone) -> None:
    phone.faults.add("reject", code=20429)
    with pytest.raises(ClientError) as refused:
        sns.publish(PhoneNumber=ME, Message="x")
    assert refused.value.response["Error"]["Code"] == "Throttling"


def test_another_action_is_refused(sns: Any) -> None:
    with pytest.raises(ClientError) as refused:
        sns.list_topics()
    assert refused.value.response["Error"]["Code"] == "InvalidAction"


def test_it_is_read_as_localstacks_users_do(sns: Any, phone: Phone) -> None:
    sns.publish(PhoneNumber=ME, Message="one")
    sns.publish(PhoneNumber="+819087654321", Message="two")
    headers = {"X-World": phone.world}
    address = f"{phone.url}/_aws/sns/sms-messages"
    found = httpx.get(address, params={"phoneNumber": ME}, headers=headers).json()
    assert [message["Message"] for message in found["sms_messages"][ME]] == ["one"]
    assert set(found) == {"sms_messages", "region"}
    assert httpx.delete(address, headers=headers).status_code == 204
    assert httpx.get(address, headers=headers).json()["sms_messages"] == {}


def test_deleting_what_came_by_sns_leaves_the_rest(sns: Any, phone: Phone) -> None:
    twilio_client(phone.url, phone.account_sid).messages.create(
        to=ME, from_="+15005550006", body="by another wire"
    )
    sns.publish(PhoneNumber=ME, Message="by SNS")
    address = f"{phone.url}/_aws/sns/sms-messages"
    assert httpx.delete(address, headers={"X-World": phone.world}).status_code == 204
    assert [message.body for message in phone.messages()] == ["by another wire"]
