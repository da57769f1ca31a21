"""Twilio's SDK for Node sends, lists, fetches and calls, and its validator accepts the phone's signatures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mocksms.testing import Phone
from tests.check.node.conftest import Node, SdkError
from tests.phone.listener import Listener, listening

ME, SHOP = "+819012345678", "+15005550006"
SEND = "return await twilio.messages.create(given)"


@pytest.fixture
def app() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


def test_message_reaches_the_handset(node: Node, phone: Phone) -> None:
    sent = node(SEND, to=ME, **{"from": SHOP}, body="482913 はコードです。<&>")
    assert (sent["status"], sent["to"], sent["from"], sent["numSegments"]) == ("queued", ME, SHOP, "1")
    kept = phone.sms(ME)
    assert (kept.sid, kept.sender, kept.body) == (sent["sid"], SHOP, "482913 はコードです。<&>")
    assert phone.wait_for_code(ME) == "482913"


def test_message_is_fetched_until_it_is_delivered(node: Node) -> None:
    code = """
        const { sid } = await twilio.messages.create(given);
        for (let tries = 0; tries < 100; tries += 1) {
            const { status, dateSent } = await twilio.messages(sid).fetch();
            if (status === "delivered") return { status, year: dateSent.getFullYear() };
            await new Promise((done) => setTimeout(done, 100));
        }
        return "never delivered";
    """
    found = node(code, to=ME, **{"from": SHOP}, body="x")
    assert found["status"] == "delivered" and found["year"] >= 2025


def test_list_pages_newest_first_and_keeps_its_filter(node: Node) -> None:
    code = """
        for (let at = 0; at < 5; at += 1) {
            await twilio.messages.create({ to: given.me, from: given.shop, body: `number ${at}` });
            await twilio.messages.create({ to: given.other, from: given.shop, body: "another" });
        }
        const found = await twilio.messages.list({ to: given.me, pageSize: 2 });
        return found.map((message) => message.body);
    """
    found = node(code, me=ME, shop=SHOP, other="+819087654321")
    assert found == [f"number {at}" for at in reversed(range(5))]


def test_message_is_emptied_and_deleted(node: Node, phone: Phone) -> None:
    code = """
        const { sid } = await twilio.messages.create(given);
        const { body } = await twilio.messages(sid).update({ body: "" });
        return { body, removed: await twilio.messages(sid).remove() };
    """
    assert node(code, to=ME, **{"from": SHOP}, body="482913") == {"body": "", "removed": True}
    assert phone.messages() == []


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"to": "", "from": SHOP, "body": "x"}, 21604),
        ({"to": "nonsense", "from": SHOP, "body": "x"}, 21211),
        ({"to": ME, "from": "+15005550001", "body": "x"}, 21212),
        ({"to": ME, "from": SHOP}, 21602),
    ],
)
def test_refusals_carry_the_providers_codes(
    node: Node, phone: Phone, given: dict[str, str], code: int
) -> None:
    with pytest.raises(SdkError) as refused:
        node(SEND, **given)
    assert (refused.value.name, refused.value.status, refused.value.code) == ("RestException", 400, code)
    assert phone.messages() == []


def test_unknown_message_is_not_found(node: Node) -> None:
    with pytest.raises(SdkError) as refused:
        node("return await twilio.messages(given.sid).fetch()", sid="SM" + "0" * 32)
    assert (refused.value.status, refused.value.code) == (404, 20404)


def test_status_callbacks_are_signed_as_the_sdk_wants(node: Node, app: Listener) -> None:
    sent = node(SEND, to=ME, **{"from": SHOP}, body="x", statusCallback=f"{app.url}/status?a=1")
    check = "return sdk.twilio.validateRequest('any', given.signature, given.url, given.fields)"
    for status in ("sending", "sent", "delivered"):
        path, fields, headers = app.next()
        assert (fields["MessageSid"], fields["MessageStatus"]) == (sent["sid"], status)
        signed = {"signature": headers["X-Twilio-Signature"], "url": app.url + path, "fields": fields}
        assert node(check, **signed) is True
        assert node(check, **{**signed, "fields": {**fields, "MessageStatus": "failed"}}) is False


def test_call_is_made_and_fetched(node: Node, phone: Phone) -> None:
    code = """
        const { sid, status } = await twilio.calls.create(given);
        return { sid, status, to: (await twilio.calls(sid).fetch()).to };
    """
    made = node(code, to=ME, **{"from": SHOP}, twiml="<Response><Say>4 8 2 9 1 3</Say></Response>")
    assert (made["status"], made["to"]) == ("queued", ME)
    assert phone.wait(channel="call", to=ME).sid == made["sid"]


def test_verification_is_started_and_approved(node: Node, phone: Phone) -> None:
    service = "const service = twilio.verify.v2.services('VA' + '0'.repeat(32));"
    started = node(f"{service} return await service.verifications.create(given)", to=ME, channel="sms")
    assert (started["status"], started["valid"]) == ("pending", False)
    check = f"{service} return (await service.verificationChecks.create(given)).status"
    code = phone.wait_for_code(ME)
    assert node(check, to=ME, code="000000" if code != "000000" else "111111") == "pending"
    assert node(check, to=ME, code=code) == "approved"


def test_messaging_service_sends_from_its_senders(node: Node, phone: Phone) -> None:
    code = """
        const { sid } = await twilio.messaging.v1.services.create({ friendlyName: "Mihon" });
        await twilio.messaging.v1.services.create({ friendlyName: "Other" });
        await twilio.messaging.v1.services(sid).alphaSenders.create({ alphaSender: "MIHON" });
        await twilio.messages.create({ to: given.to, messagingServiceSid: sid, body: "“482913” is your code" });
        return (await twilio.messaging.v1.services.list({ pageSize: 1 })).map((each) => each.friendlyName);
    """
    assert node(code, to=ME) == ["Mihon", "Other"]
    assert (phone.sms(ME).sender, phone.sms(ME).body) == ("MIHON", '"482913" is your code')


def test_account_numbers_and_lookup_answer(node: Node) -> None:
    code = """
        const account = await twilio.api.accounts(twilio.accountSid).fetch();
        const numbers = await twilio.incomingPhoneNumbers.list();
        const found = await twilio.lookups.v2.phoneNumbers(given.to).fetch({ fields: "line_type_intelligence" });
        return [account.status, numbers[0].phoneNumber, found.valid, found.lineTypeIntelligence.type];
    """
    assert node(code, to=ME) == ["active", SHOP, True, "mobile"]


def test_totp_factor_gives_the_address_for_an_authenticator(node: Node) -> None:
    code = """
        const entity = twilio.verify.v2.services(given.service).entities("hanako-1");
        const made = await entity.newFactors.create({ friendlyName: "Hanako", factorType: "totp" });
        const wrong = await entity.factors(made.sid).update({ authPayload: "0" });
        return [made.binding.uri.startsWith("otpauth://totp/Verify:Hanako?secret="), wrong.status];
    """
    assert node(code, service="VA" + "0" * 32) == [True, "unverified"]


def test_page_without_its_token_is_refused(node: Node) -> None:
    code = "return await twilio.messages.page({ pageNumber: 1 }).catch((error) => String(error.message ?? error))"
    assert "PageToken" in node(code)


def test_whatsapp_keeps_its_prefix(node: Node) -> None:
    code = "const { to, from } = await twilio.messages.create(given); return [to, from]"
    given = {"to": f"whatsapp:{ME}", "from": f"whatsapp:{SHOP}", "body": "x"}
    assert node(code, **given) == [given["to"], given["from"]]


def test_verification_by_whatsapp_and_the_services_settings_answer(node: Node, phone: Phone) -> None:
    code = """
        const service = await twilio.verify.v2.services.create({ friendlyName: "Mihon", codeLength: 8 });
        const verify = twilio.verify.v2.services(service.sid);
        const sent = await verify.verifications.create({ to: given.to, channel: "whatsapp" });
        return [service.sid, sent.status, sent.channel];
    """
    sid, *told = node(code, to=ME)
    assert told == ["pending", "whatsapp"]
    found = phone.wait_for_code(ME)
    assert len(found) == 8 and phone.sms(ME).fields["details"]["address_prefix"] == "whatsapp:"
    check = (
        "return (await twilio.verify.v2.services(given.sid).verificationChecks.create(given.tried)).status"
    )
    assert node(check, sid=sid, tried={"to": ME, "code": found}) == "approved"
