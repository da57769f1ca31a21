"""Twilio's resources besides messages and calls, judged by the official SDK."""

import json
import time
from typing import Any

import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException

from mocksms.core.authenticator import parse_uri
from mocksms.testing import Phone, RunningPhone, run_phone, twilio_client
from tests.phone.listener import listening

ME, SHOP = "+819012345678", "+15005550006"


def has_all_keys(twilio: Any, instance: Any, within: str = "") -> Any:
    """Hold the last answer, or the first one of its list, to the properties that the SDK's class reads."""
    answer = json.loads(twilio.http_client._test_only_last_response.text)
    sent = answer[within][0] if within else answer
    read = {name.rstrip("_") for name in vars(instance) if not name.startswith("_")}
    assert read <= sent.keys(), read - sent.keys()
    return instance


def refusal(ask: Any, **given: Any) -> tuple[int, int]:
    with pytest.raises(TwilioRestException) as refused:
        ask(**given)
    return refused.value.status, refused.value.code


def refused_page(ask: Any, **given: Any) -> int:
    """Return the code by which the phone refuses a page; the SDK keeps it in the answer alone."""
    with pytest.raises(TwilioException) as refused:
        ask(**given)
    return int(json.loads(refused.value.args[1].text)["code"])


# -- account and numbers -------------------------------------------------------------------------------------------


def test_the_account_is_fetched(twilio: Any) -> None:
    account = has_all_keys(twilio, twilio.api.accounts(twilio.username).fetch())
    assert (account.sid, account.status, account.auth_token) == (twilio.username, "active", "any")
    assert [each.sid for each in twilio.api.accounts.list()] == [twilio.username]


def test_numbers_are_listed_and_take_the_address_for_texts(twilio: Any, phone: Phone) -> None:
    [number] = twilio.incoming_phone_numbers.list()
    has_all_keys(twilio, number, "incoming_phone_numbers")
    assert (number.phone_number, number.capabilities["sms"]) == (SHOP, True)
    assert twilio.incoming_phone_numbers.list(phone_number="+81") == []
    with listening() as app:
        changed = twilio.incoming_phone_numbers(number.sid).update(sms_url=f"{app.url}/sms")
        assert changed.sms_url == f"{app.url}/sms"
        assert twilio.incoming_phone_numbers(number.sid).fetch().sms_url == changed.sms_url
        phone.reply(ME, SHOP, "Hello")
        assert app.next()[1]["Body"] == "Hello"
    assert refusal(twilio.incoming_phone_numbers("PN" + "0" * 32).fetch) == (404, 20404)
    assert refusal(twilio.incoming_phone_numbers(number.sid).update, sms_url="nowhere") == (400, 21502)


@pytest.mark.parametrize(
    ("number", "more", "read"),
    [
        ("+819012345678", {}, (True, "JP", "81", "090-1234-5678")),
        ("09012345678", {"country_code": "JP"}, (True, "JP", "81", "090-1234-5678")),
        ("+14155552671", {}, (True, "US", "1", "(415) 555-2671")),
        ("+447400123456", {}, (True, "GB", "44", "07400 123456")),
        ("+8190", {}, (False, None, None, None)),
        ("+999123456789", {}, (False, None, None, None)),
    ],
)
def test_lookup_tells_what_the_numbers_plan_says(
    twilio: Any, number: str, more: dict[str, str], read: tuple[Any, ...]
) -> None:
    found = has_all_keys(twilio, twilio.lookups.v2.phone_numbers(number).fetch(**more))
    assert found.valid is read[0]
    assert bool(found.validation_errors) is not read[0]
    if found.valid:
        assert (found.valid, found.country_code, found.calling_country_code, found.national_format) == read


@pytest.mark.parametrize(("number", "line"), [(ME, "mobile"), ("+81312345678", "landline")])
def test_lookup_tells_the_line(twilio: Any, number: str, line: str) -> None:
    found = twilio.lookups.v2.phone_numbers(number).fetch(fields="line_type_intelligence,caller_name")
    assert found.line_type_intelligence["type"] == line
    assert twilio.lookups.v2.phone_numbers(number).fetch().line_type_intelligence is None


@pytest.mark.parametrize("resource", ["messages", "calls", "incoming_phone_numbers"])
def test_pages_past_the_first_need_a_token(twilio: Any, resource: str) -> None:
    assert refused_page(getattr(twilio, resource).page, page_number=1) == 20001
    assert refused_page(getattr(twilio, resource).page, page_size="many") == 20001


@pytest.mark.parametrize("resource", ["messages", "calls"])
def test_a_token_is_one_that_the_phone_gave(twilio: Any, resource: str) -> None:
    assert refused_page(getattr(twilio, resource).page, page_token="nonsense") == 20001


# -- messaging services --------------------------------------------------------------------------------------------


def test_a_messaging_service_sends_from_its_senders(twilio: Any, phone: Phone) -> None:
    service = has_all_keys(twilio, twilio.messaging.v1.services.create(friendly_name="Mihon"))
    pool = twilio.messaging.v1.services(service.sid)
    sent = twilio.messages.create(to=ME, messaging_service_sid=service.sid, body="one")
    assert (sent.status, sent.from_, phone.sms(ME).sender) == ("accepted", None, service.sid)
    name = has_all_keys(twilio, pool.alpha_senders.create(alpha_sender="MIHON"))
    number = has_all_keys(twilio, pool.phone_numbers.create(twilio.incoming_phone_numbers.list()[0].sid))
    assert (name.alpha_sender, number.phone_number, number.country_code) == ("MIHON", SHOP, "US")
    assert [each.phone_number for each in pool.phone_numbers.list()] == [SHOP]
    sent = twilio.messages.create(to=ME, messaging_service_sid=service.sid, body="two")
    assert (twilio.messages(sent.sid).fetch().from_, phone.wait(q="two").sender) == (SHOP, SHOP)
    assert refusal(pool.phone_numbers.create, phone_number_sid=number.sid) == (409, 21710)
    assert refusal(pool.alpha_senders.create, alpha_sender="123") == (400, 21709)
    other = twilio.messaging.v1.services.create(friendly_name="Other")
    add = twilio.messaging.v1.services(other.sid).phone_numbers.create
    assert refusal(add, phone_number_sid=number.sid) == (409, 21712)
    assert pool.phone_numbers(number.sid).delete() and pool.phone_numbers.list() == []


def test_messaging_services_are_listed_changed_and_deleted(twilio: Any) -> None:
    made = [twilio.messaging.v1.services.create(friendly_name=f"number {each}").sid for each in range(5)]
    assert [each.sid for each in twilio.messaging.v1.services.list(page_size=2)] == made
    changed = twilio.messaging.v1.services(made[0]).update(friendly_name="changed", sticky_sender=False)
    assert (changed.friendly_name, changed.sticky_sender, changed.smart_encoding) == ("changed", False, True)
    assert twilio.messaging.v1.services(made[0]).fetch().friendly_name == "changed"
    assert twilio.messaging.v1.services(made[0]).delete()
    assert refusal(twilio.messaging.v1.services(made[0]).fetch) == (404, 20404)
    assert refusal(twilio.messaging.v1.services.create, friendly_name="") == (400, 20001)
    assert refused_page(twilio.messaging.v1.services.page, page_number=1) == 20001


def test_a_messaging_service_has_addresses_for_statuses_and_texts(twilio: Any, phone: Phone) -> None:
    with listening() as app:
        service = twilio.messaging.v1.services.create(
            friendly_name="Mihon", status_callback=f"{app.url}/status", inbound_request_url=f"{app.url}/texts"
        )
        twilio.messages.create(to=ME, messaging_service_sid=service.sid, body="x")
        assert [app.next()[0] for _ in range(3)] == ["/status"] * 3
        phone.reply(ME, service.sid, "Hello")
        assert app.next()[0] == "/texts"


def test_a_messaging_service_that_nobody_made_is_made_by_its_first_use(twilio: Any) -> None:
    sid = "MG" + "1" * 32
    twilio.messages.create(to=ME, messaging_service_sid=sid, body="x")
    assert [each.sid for each in twilio.messaging.v1.services.list()] == [sid]


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A phone that takes one account only."""
    running: RunningPhone = run_phone(
        str(tmp_path_factory.mktemp("strict")), ACCOUNTS=f"{'AC' + '1' * 32}:secret"
    )
    yield running
    running.stop()


def test_with_set_accounts_a_messaging_service_must_have_been_made(strict: RunningPhone) -> None:
    twilio = twilio_client(strict.url, "AC" + "1" * 32, "secret")
    send = twilio.messages.create
    assert refusal(send, to=ME, messaging_service_sid="MG" + "1" * 32, body="x") == (404, 21701)
    service = twilio.messaging.v1.services.create(friendly_name="Mihon")
    assert refusal(send, to=ME, messaging_service_sid=service.sid, body="x") == (400, 21704)
    twilio.messaging.v1.services(service.sid).alpha_senders.create(alpha_sender="MIHON")
    assert send(to=ME, messaging_service_sid=service.sid, body="x").status == "accepted"


# -- verify --------------------------------------------------------------------------------------------------------


def test_a_verify_service_names_its_codes_and_gives_their_length(twilio: Any, phone: Phone) -> None:
    service = has_all_keys(
        twilio, twilio.verify.v2.services.create(friendly_name="Mihon", code_length=8, totp_issuer="Mihon KK")
    )
    twilio.verify.v2.services(service.sid).verifications.create(to=ME, channel="sms")
    text = phone.sms(ME).body
    assert "Mihon" in text and len(phone.wait_for_code(ME)) == 8
    assert service.totp["issuer"] == "Mihon KK"
    changed = twilio.verify.v2.services(service.sid).update(code_length=4)
    assert (changed.code_length, changed.totp["issuer"]) == (4, "Mihon KK")
    assert [each.sid for each in twilio.verify.v2.services.list()] == [service.sid]
    assert twilio.verify.v2.services(service.sid).delete()
    assert refusal(twilio.verify.v2.services.create, friendly_name="x", code_length=3) == (400, 60200)


def test_verify_sends_by_whatsapp(twilio: Any, phone: Phone) -> None:
    service = twilio.verify.v2.services("VA" + "0" * 32)
    started = service.verifications.create(to=ME, channel="whatsapp")
    assert (started.channel, phone.sms(ME).details["address_prefix"]) == ("whatsapp", "whatsapp:")
    assert service.verification_checks.create(to=ME, code=phone.wait_for_code(ME)).status == "approved"


def test_a_totp_factor_is_verified_and_challenged(twilio: Any, phone: Phone) -> None:
    entity = twilio.verify.v2.services("VA" + "0" * 32).entities("hanako-1")
    made = has_all_keys(
        twilio,
        entity.new_factors.create(friendly_name="Hanako's phone", factor_type="totp", config_time_step=60),
    )
    assert (made.status, made.config["time_step"]) == ("unverified", 60)
    app = parse_uri(made.binding["uri"])
    assert (app.name, app.issuer, app.period) == ("Hanako's phone", "Verify", 60)
    factor = entity.factors(made.sid)
    now = time.time()
    assert factor.update(auth_payload="0").status == "unverified"
    assert refusal(entity.challenges.create, factor_sid=made.sid, auth_payload=app.code(now)) == (403, 60318)
    assert has_all_keys(twilio, factor.update(auth_payload=app.code(now))).status == "verified"
    right = has_all_keys(
        twilio, entity.challenges.create(factor_sid=made.sid, auth_payload=app.code(now - 60))
    )
    assert right.status == "approved"
    wrong = entity.challenges.create(factor_sid=made.sid, auth_payload=app.code(now - 600))
    assert wrong.status == "pending"
    answer = entity.challenges(wrong.sid).update
    assert answer(auth_payload=app.code(now)).status == "approved"
    late = entity.challenges.create(factor_sid=made.sid)
    phone.move_clock(301)
    assert entity.challenges(late.sid).fetch().status == "expired"
    assert refusal(entity.challenges(late.sid).update, auth_payload="0") == (403, 60323)
    assert len(entity.challenges.list()) == 3
    assert [each.sid for each in entity.factors.list()] == [made.sid]
    assert has_all_keys(twilio, entity.fetch()).identity == "hanako-1"
    assert factor.delete() and entity.factors.list() == []
    assert entity.delete()
    assert refusal(entity.fetch) == (404, 20404)


@pytest.mark.parametrize(
    "given",
    [
        {"factor_type": "push"},
        {"friendly_name": ""},
        {"config_code_length": 2},
        {"config_alg": "md5"},
        {"binding_secret": "!"},
    ],
)
def test_factors_that_cannot_be_made(twilio: Any, given: dict[str, Any]) -> None:
    entity = twilio.verify.v2.services("VA" + "0" * 32).entities("hanako-1")
    wanted = {"friendly_name": "x", "factor_type": "totp", **given}
    assert refusal(entity.new_factors.create, **wanted) == (400, 60200)
