"""Amazon SNS' Publish, judged by boto3."""

import json
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


def refusal(ask: Any, **given: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as refused:
        ask(**given)
    response = refused.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize(
    ("form", "code"), [({}, "MissingAction"), ({"Action": "TagResource"}, "InvalidAction")]
)
def test_actions_that_are_none_are_refused_in_the_providers_form(
    sns: Any, phone: Phone, form: dict[str, str], code: str
) -> None:
    answer = httpx.post(f"{phone.url}/", data=form, headers={"X-World": phone.world})
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "text/xml; charset=utf-8")
    assert f"<Code>{code}</Code>" in answer.text
    assert (
        refusal(sns.list_tags_for_resource, ResourceArn="arn:aws:sns:us-east-1:000000000000:x")[0]
        == "InvalidAction"
    )


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"default": "by default", "sms": "by SMS"}, "by SMS"),
        ({"default": "by default"}, "by default"),
        ({"default": "by default", "sms": 7}, "by default"),
    ],
)
def test_a_message_by_protocol_gives_the_one_of_sms(
    sns: Any, phone: Phone, message: dict[str, object], text: str
) -> None:
    sns.publish(PhoneNumber=ME, Message=json.dumps(message), MessageStructure="json")
    assert phone.sms(ME).body == text


@pytest.mark.parametrize("message", ["no json", "[]", '{"sms": "no default"}', "[" * 100_000])
def test_a_message_by_protocol_needs_a_default(sns: Any, message: str) -> None:
    assert (
        refusal(sns.publish, PhoneNumber=ME, Message=message, MessageStructure="json")[0]
        == "InvalidParameter"
    )


def test_a_number_is_opted_out_by_stop_and_in_again(sns: Any, phone: Phone) -> None:
    sns.publish(PhoneNumber=ME, Message="x", MessageAttributes=by("MIHON"))
    assert sns.check_if_phone_number_is_opted_out(phoneNumber=ME)["isOptedOut"] is False
    phone.reply(ME, "MIHON", "STOP")
    phone.reply("+819087654321", "+15005550006", "STOP")  # said to another provider's sender
    assert sns.check_if_phone_number_is_opted_out(phoneNumber=ME)["isOptedOut"] is True
    assert sns.list_phone_numbers_opted_out()["phoneNumbers"] == [ME]
    assert refusal(sns.publish, PhoneNumber=ME, Message="by any sender") == ("OptedOut", 400)
    sns.opt_in_phone_number(phoneNumber=ME)
    assert sns.list_phone_numbers_opted_out()["phoneNumbers"] == []
    sns.publish(PhoneNumber=ME, Message="x", MessageAttributes=by("MIHON"))
    assert refusal(sns.check_if_phone_number_is_opted_out, phoneNumber="12") == ("InvalidParameter", 400)


def test_attributes_of_sms_are_kept_and_name_the_sender(sns: Any, phone: Phone) -> None:
    assert sns.get_sms_attributes()["attributes"] == {}
    given = {"DefaultSenderID": "MIHON", "DefaultSMSType": "Transactional", "MonthlySpendLimit": "1"}
    sns.set_sms_attributes(attributes=given)
    assert sns.get_sms_attributes()["attributes"] == given
    assert sns.get_sms_attributes(attributes=["DefaultSMSType"])["attributes"] == {
        "DefaultSMSType": "Transactional"
    }
    sns.publish(PhoneNumber=ME, Message="x")
    assert phone.sms(ME).sender == "MIHON"
    for wrong in ({"Other": "x"}, {"DefaultSMSType": "x"}):
        assert refusal(sns.set_sms_attributes, attributes=wrong) == ("InvalidParameter", 400)


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
