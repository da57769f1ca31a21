"""Amazon's SDK for JavaScript publishes text messages to the phone and understands its refusals."""

from __future__ import annotations

from typing import Any

import pytest

from mocksms.testing import Phone
from tests.check.node.conftest import Node, SdkError

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
