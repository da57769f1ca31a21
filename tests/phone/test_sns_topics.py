"""SNS' topics and subscriptions, judged by boto3."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from mocksms.testing import Phone
from tests.phone.listener import Listener, listening
from tests.phone.test_sns import by, refusal, sns

__all__ = ["sns"]
ME, MAIL = "+819012345678", "hanako@example.com"
NO_TOPIC = "arn:aws:sns:ap-northeast-1:000000000000:none"


@pytest.fixture
def topic(sns: Any) -> str:
    return str(sns.create_topic(Name="codes")["TopicArn"])


@pytest.fixture
def app() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


def test_a_topic_is_made_once_listed_and_deleted(sns: Any, topic: str) -> None:
    assert topic == "arn:aws:sns:ap-northeast-1:000000000000:codes"
    assert sns.create_topic(Name="codes")["TopicArn"] == topic
    assert sns.list_topics()["Topics"] == [{"TopicArn": topic}]
    sns.set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue="Mihon")
    attributes = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert (attributes["DisplayName"], attributes["SubscriptionsConfirmed"]) == ("Mihon", "0")
    assert refusal(sns.create_topic, Name="codes", Attributes={"DisplayName": "x"}) == (
        "InvalidParameter",
        400,
    )
    sns.delete_topic(TopicArn=topic)
    sns.delete_topic(TopicArn=topic)
    assert sns.list_topics()["Topics"] == []
    assert refusal(sns.get_topic_attributes, TopicArn=topic) == ("NotFound", 404)


def test_topics_are_listed_by_pages(sns: Any) -> None:
    made = [sns.create_topic(Name=f"topic-{number}")["TopicArn"] for number in range(103)]
    pages = list(sns.get_paginator("list_topics").paginate())
    assert [len(page["Topics"]) for page in pages] == [100, 3]
    assert [each["TopicArn"] for page in pages for each in page["Topics"]] == made


def test_what_is_published_reaches_subscribed_numbers(sns: Any, phone: Phone, topic: str) -> None:
    subscribed = sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint="090-1234-5678")["SubscriptionArn"]
    assert subscribed.startswith(f"{topic}:")
    assert sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint=ME)["SubscriptionArn"] == subscribed
    sns.publish(TopicArn=topic, Message="482913 is your code.", MessageAttributes=by("MIHON"))
    assert (phone.wait_for_code(ME), phone.sms(ME).sender) == ("482913", "MIHON")
    [shown] = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert (shown["Protocol"], shown["Endpoint"], shown["SubscriptionArn"]) == ("sms", ME, subscribed)
    assert sns.list_subscriptions()["Subscriptions"] == [shown]
    sns.unsubscribe(SubscriptionArn=subscribed)
    sns.publish(TopicArn=topic, Message="nobody hears")
    assert [each.body for each in phone.messages(to=ME)] == ["482913 is your code."]


def test_a_mailbox_confirms_by_the_link_in_its_mail(sns: Any, phone: Phone, topic: str) -> None:
    assert (
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=MAIL)["SubscriptionArn"]
        == "pending confirmation"
    )
    sns.publish(TopicArn=topic, Message="too early")
    [asks] = phone.messages(to=MAIL)
    assert "Subscription Confirmation" in asks.subject
    assert httpx.get(asks.links[0]).status_code == 200
    sns.publish(TopicArn=topic, Message="Your code is 482913.", Subject="Sign in")
    assert (phone.wait_for_code(MAIL), phone.mail(MAIL).subject) == ("482913", "Sign in")
    assert httpx.get(asks.links[0].replace("Token=", "Token=0")).status_code == 400


def test_an_app_confirms_and_is_posted_to(sns: Any, topic: str, app: Listener) -> None:
    arn = sns.subscribe(
        TopicArn=topic, Protocol="http", Endpoint=f"{app.url}/sns", ReturnSubscriptionArn=True
    )["SubscriptionArn"]
    asked = json.loads(app.next_body())
    assert (asked["Type"], asked["TopicArn"]) == ("SubscriptionConfirmation", topic)
    assert sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]["PendingConfirmation"] == "true"
    assert sns.confirm_subscription(TopicArn=topic, Token=asked["Token"])["SubscriptionArn"] == arn
    sent = sns.publish(TopicArn=topic, Message="Hello", Subject="Hi", MessageAttributes=by("MIHON"))
    told = json.loads(app.next_body())
    assert (told["Type"], told["Message"], told["Subject"]) == ("Notification", "Hello", "Hi")
    assert told["MessageId"] == sent["MessageId"]
    assert told["MessageAttributes"]["AWS.SNS.SMS.SenderID"] == {"Type": "String", "Value": "MIHON"}
    sns.set_subscription_attributes(
        SubscriptionArn=arn, AttributeName="RawMessageDelivery", AttributeValue="true"
    )
    sns.publish(TopicArn=topic, Message="生の文")
    assert app.next_body() == "生の文"


def check(message: dict[str, Any]) -> None:
    """Check a message as the provider's documents tell its receivers to. Raise InvalidSignature."""
    names = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
    if message["Type"] == "SubscriptionConfirmation":
        names = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    text = "".join(f"{name}\n{message[name]}\n" for name in names if name in message)
    pem = httpx.get(message["SigningCertURL"]).raise_for_status().content
    key = x509.load_pem_x509_certificate(pem).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    digest = {"1": hashes.SHA1, "2": hashes.SHA256}[message["SignatureVersion"]]()
    key.verify(base64.b64decode(message["Signature"]), text.encode(), padding.PKCS1v15(), digest)


@pytest.mark.parametrize("version", ["1", "2"])
def test_what_an_app_gets_is_signed(sns: Any, phone: Phone, topic: str, app: Listener, version: str) -> None:
    sns.set_topic_attributes(TopicArn=topic, AttributeName="SignatureVersion", AttributeValue=version)
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=f"{app.url}/sns")
    asked = json.loads(app.next_body())
    check(asked)
    assert asked["SignatureVersion"] == version and asked["SigningCertURL"].startswith(f"{phone.url}/")
    httpx.get(asked["SubscribeURL"]).raise_for_status()
    sns.publish(TopicArn=topic, Message="確認コード 482913\n<&>", Subject="Hi")
    told = json.loads(app.next_body())
    check(told)
    for name, other in (
        ("Message", "x"),
        ("Subject", "x"),
        ("TopicArn", "x"),
        ("SignatureVersion", "21"[version == "2"]),
    ):
        with pytest.raises(InvalidSignature):
            check({**told, name: other})
    sns.publish(TopicArn=topic, Message="no subject")
    check(told := json.loads(app.next_body()))
    httpx.get(told["UnsubscribeURL"]).raise_for_status()
    assert sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []


def test_a_json_mail_is_signed(sns: Any, phone: Phone, topic: str) -> None:
    sns.subscribe(TopicArn=topic, Protocol="email-json", Endpoint=MAIL)
    httpx.get(phone.mail(MAIL).links[0]).raise_for_status()
    sns.publish(TopicArn=topic, Message="482913")
    check(json.loads(phone.mail(MAIL, q="482913").body))


def test_the_signing_key_is_made_once_and_is_nobody_elses(
    sns: Any, topic: str, app: Listener, phone: Phone
) -> None:
    urls = set()
    for path in ("a", "b"):
        sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=f"{app.url}/{path}")
        urls.add(json.loads(app.next_body())["SigningCertURL"])
    [url] = urls
    assert "PRIVATE" not in httpx.get(url).text
    assert httpx.get(url.replace(".pem", "0.pem")).status_code == 404


def test_a_signature_version_that_is_none_is_refused(sns: Any, topic: str) -> None:
    attribute = {"AttributeName": "SignatureVersion", "AttributeValue": "3"}
    assert refusal(sns.set_topic_attributes, TopicArn=topic, **attribute) == ("InvalidParameter", 400)
    made = {"Name": "other", "Attributes": {"SignatureVersion": "0"}}
    assert refusal(sns.create_topic, **made) == ("InvalidParameter", 400)


def test_each_protocol_gets_its_own_text(sns: Any, phone: Phone, topic: str, app: Listener) -> None:
    sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint=ME)
    sns.subscribe(TopicArn=topic, Protocol="email-json", Endpoint=MAIL)
    httpx.get(phone.mail(MAIL).links[0]).raise_for_status()
    texts = {"default": "for all", "sms": "for the handset"}
    sns.publish(TopicArn=topic, Message=json.dumps(texts), MessageStructure="json")
    assert phone.sms(ME).body == "for the handset"
    assert json.loads(phone.messages(to=MAIL)[0].body)["Message"] == "for all"


def test_a_batch_takes_and_refuses_each_by_itself(sns: Any, phone: Phone, topic: str) -> None:
    sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint=ME)
    batch = [{"Id": "a", "Message": "one"}, {"Id": "b", "Message": "two", "Subject": "x" * 101}]
    answer = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=batch)
    assert [each["Id"] for each in answer["Successful"]] == ["a"]
    assert [(each["Id"], each["Code"]) for each in answer["Failed"]] == [("b", "InvalidParameter")]
    assert [each.body for each in phone.messages(to=ME)] == ["one"]
    for entries, code in (
        ([], "EmptyBatchRequest"),
        ([{"Id": "a", "Message": "x"}] * 2, "BatchEntryIdsNotDistinct"),
        ([{"Id": str(number), "Message": "x"} for number in range(11)], "TooManyEntriesInBatchRequest"),
        ([{"Id": "a b", "Message": "x"}], "InvalidBatchEntryId"),
    ):
        assert refusal(sns.publish_batch, TopicArn=topic, PublishBatchRequestEntries=entries) == (code, 400)


def test_a_subscriber_who_said_stop_gets_nothing_and_holds_up_nobody(
    sns: Any, phone: Phone, topic: str
) -> None:
    for number in (ME, "+819087654321"):
        sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint=number)
    sns.publish(TopicArn=topic, Message="one")
    phone.reply(ME, "AWS-SNS", "STOP")
    sns.publish(TopicArn=topic, Message="two")
    assert [each.to for each in phone.messages(q="two")] == ["+819087654321"]


@pytest.mark.parametrize(
    ("action", "given", "code"),
    [
        ("publish", {"TopicArn": NO_TOPIC, "Message": "x"}, ("NotFound", 404)),
        ("publish", {"Message": "x"}, ("InvalidParameter", 400)),
        ("publish", {"TopicArn": NO_TOPIC, "PhoneNumber": ME, "Message": "x"}, ("InvalidParameter", 400)),
        ("subscribe", {"TopicArn": NO_TOPIC, "Protocol": "sms", "Endpoint": ME}, ("NotFound", 404)),
        ("create_topic", {"Name": "no good name"}, ("InvalidParameter", 400)),
        ("unsubscribe", {"SubscriptionArn": "x"}, ("InvalidParameter", 400)),
        ("confirm_subscription", {"TopicArn": NO_TOPIC, "Token": "x"}, ("NotFound", 404)),
        ("list_topics", {"NextToken": "x"}, ("InvalidParameter", 400)),
        ("get_subscription_attributes", {"SubscriptionArn": f"{NO_TOPIC}:x"}, ("NotFound", 404)),
    ],
)
def test_refusals_have_the_codes_of_the_model(
    sns: Any, action: str, given: dict[str, str], code: tuple[str, int]
) -> None:
    assert refusal(getattr(sns, action), **given) == code
    errors = {shape.metadata["error"]["code"] for shape in operation(sns, action).error_shapes}
    assert code[0] in errors


def operation(sns: Any, action: str) -> Any:
    return sns.meta.service_model.operation_model(sns.meta.method_to_api_mapping[action])


@pytest.mark.parametrize(
    ("protocol", "endpoint"),
    [
        ("sms", "12"),
        ("email", "nobody"),
        ("https", "http://x"),
        ("sqs", "arn:x"),
        ("pigeon", "x"),
        ("http", "x"),
    ],
)
def test_endpoints_must_fit_their_protocol(sns: Any, topic: str, protocol: str, endpoint: str) -> None:
    code, status = refusal(sns.subscribe, TopicArn=topic, Protocol=protocol, Endpoint=endpoint)
    assert (code, status) == ("InvalidParameter", 400)


def test_answers_have_all_members_that_the_model_names(sns: Any, topic: str) -> None:
    sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint=ME)
    asks = {
        "publish": {"TopicArn": topic, "Message": "x"},
        "list_topics": {},
        "list_subscriptions": {},
        "list_subscriptions_by_topic": {"TopicArn": topic},
        "get_topic_attributes": {"TopicArn": topic},
        "get_sms_attributes": {},
        "check_if_phone_number_is_opted_out": {"phoneNumber": ME},
        "list_phone_numbers_opted_out": {},
    }
    for action, given in asks.items():
        members = set(operation(sns, action).output_shape.members) - {
            "NextToken",
            "nextToken",
            "SequenceNumber",
        }
        assert members <= set(getattr(sns, action)(**given)), action
