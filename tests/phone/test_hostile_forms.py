"""Any form at a provider's path gets the provider's own answer, never an internal error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

import mocksms
from mocksms.providers.sns.routes import ACTIONS
from tests import more

TOPIC = "arn:aws:sns:us-east-1:000000000000:codes"
VALUES = (
    "+819012345678", "whatsapp:+819012345678", "http://localhost/", "http://[::1", "true", "9" * 400, "²", "٣", "[[",
    "{}", "null", '{"default": "x"}', "json", "sms", "email", "http", "call", "totp", "hanako-1", TOPIC, f"{TOPIC}:x",
    "HX" + "a" * 32, "MG" + "1" * 32, "a@b.example",
)  # fmt: skip
FIELDS = (
    "To", "From", "Body", "MediaUrl", "StatusCallback", "MessagingServiceSid", "ContentSid", "ContentVariables",
    "SmartEncoded", "FriendlyName", "CodeLength", "InboundRequestUrl", "ValidityPeriod", "AlphaSender",
    "PhoneNumberSid", "Identity", "FactorType", "Config.Alg", "Config.TimeStep", "Binding.Secret", "AuthPayload",
    "FactorSid", "Channel",
    "Code", "CustomCode", "Url", "Twiml", "FallbackUrl", "Timeout", "Status", "SmsUrl", "Outcome", "Totp.TimeStep",
    "SendAt", "ScheduleType",
)  # fmt: skip
EMPTY = frozenset({204, 307})
QUERY = ("PageSize", "Page", "PageToken", "To", "From", "DateSent", "PhoneNumber", "Fields", "CountryCode")
SNS_FIELDS = (
    "Message", "MessageStructure", "PhoneNumber", "phoneNumber", "Protocol", "Endpoint", "Token", "NextToken",
    "nextToken", "SubscriptionArn", "AttributeName", "AttributeValue", "Subject", "Name", "TopicArn", "TargetArn",
    "attributes.entry.1.key", "Attributes.entry.1.key", "MessageAttributes.entry.1.Name",
    "MessageAttributes.entry.1.Value.StringValue", "PublishBatchRequestEntries.member.1.Id",
)  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder: Path = tmp_path_factory.mktemp("hostile")
    app = mocksms.create_app({"INSTANCE": str(folder), "SMTP_PORT": -1})
    yield app.test_client()
    app.extensions["mocksms"].close()


def forms(names: tuple[str, ...]) -> Any:
    """Return the strategy of forms with some of these fields."""
    from hypothesis import strategies as st

    values = st.one_of(st.text(max_size=40), st.sampled_from(VALUES))
    return st.dictionaries(st.sampled_from(names), values, max_size=8)


@more.examples(40, 200)
def test_every_route_of_twilio_answers(client: FlaskClient, examples: int) -> None:
    from hypothesis import given, settings
    from hypothesis import strategies as st

    urls = client.application.url_map
    rules = [
        rule for rule in urls.iter_rules() if rule.endpoint.startswith(("twilio", "messaging", "verify"))
    ]
    names = {"collection": "AlphaSenders", "identity": "hanako-1"}

    @settings(max_examples=examples, deadline=None, database=None)
    @given(rule=st.sampled_from(rules), data=st.data(), form=forms(FIELDS), query=forms(QUERY))
    def ask(rule: Any, data: Any, form: dict[str, str], query: dict[str, str]) -> None:
        method = data.draw(st.sampled_from(sorted(rule.methods - {"OPTIONS", "HEAD"})))
        given_names = {name: names.get(name, "x") for name in rule.arguments}
        path = urls.bind("localhost").build(rule.endpoint, given_names, method=method)
        sent = form if method == "POST" else None
        answer = client.open(path, method=method, data=sent, query_string=query, auth=("ACx", "any"))
        assert answer.status_code < 500
        assert answer.is_json is (answer.status_code not in EMPTY)

    ask()


@more.examples(40, 200)
def test_every_action_of_sns_answers(client: FlaskClient, examples: int) -> None:
    from hypothesis import given, settings
    from hypothesis import strategies as st

    client.post("/", data={"Action": "CreateTopic", "Name": "codes"})

    @settings(max_examples=examples, deadline=None, database=None)
    @given(action=st.sampled_from(sorted(ACTIONS)), form=forms(SNS_FIELDS))
    def ask(action: str, form: dict[str, str]) -> None:
        answer = client.post("/", data={"TopicArn": TOPIC, **form, "Action": action})
        assert answer.status_code < 500
        assert ElementTree.fromstring(answer.data).tag.endswith(("Response", "ErrorResponse"))

    ask()
