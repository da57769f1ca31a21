"""Setting two-step verification up: choose a method, prove it, turn it on.

Everything until the last step is the flow's own: left half-way, the account is as before (SECURITY.md 9, 65). The
app's secret is made with the flow and sealed in it, so that no page view changes anything.
"""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass, field
from typing import Any

from sqlite_utils import Database

from webapp.errors import DeliveryFailed, LandlineNeedsCall, MethodTaken, StaleFlow, WrongCode
from webapp.flows import challenge
from webapp.flows.delivery import deliver_notices
from webapp.flows.services import Services
from webapp.flows.table import BEGIN, Move, Table
from webapp.rules import codes, notices, phone_numbers, totp, trust
from webapp.rules.codes import Enrolling, Judgement, Sent, Source
from webapp.rules.phone_numbers import PhoneNumber
from webapp.rules.visitor import Visitor
from webapp.store import accounts, flows, methods
from webapp.store import codes as sent_codes
from webapp.store import trust as stored_trust
from webapp.store.accounts import Account
from webapp.store.flows import Flow
from webapp.store.methods import Kind

TABLE = Table(
    kind="set_up",
    pages={
        BEGIN: "settings.overview",
        "choose": "set_up.choose_method",
        "verify": "set_up.verify",
        "ready": "set_up.almost_done",
        "done": "settings.overview",
    },
    moves=(
        Move("start", (BEGIN,), "choose", "開始する"),
        Move("send_code", ("choose", "verify", "ready"), "verify", "a number was given; its code leaves"),
        Move("send_again", ("verify",), "verify", "another code to the same number"),
        Move("accept_number", ("verify",), "ready", "right code from the phone"),
        Move("accept_app", ("choose", "verify", "ready"), "ready", "right code from the app"),
        Move("turn_on", ("ready",), "done", "わかりました。2段階認証を有効にする"),
    ),
)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the app is given: the key, and the same as an ``otpauth:`` address for the QR code."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TurnedOn:
    """Two-step verification is on; the trust cookie to set, where the checkbox was ticked."""

    trust_cookie: tuple[str, str] | None = field(repr=False)


def start(services: Services, visitor: Visitor, account: Account, session: bytes) -> Flow:
    """Begin a set-up with a fresh app secret; an earlier one of the account, left half-way, is dropped.

    Raises:
        StaleFlow: two-step verification is on already.
    """
    if account.two_step_on:
        raise StaleFlow("it is on already")
    now = services.clock.now()
    with services.store.writing() as db:
        flows.end_of_account(db, account.id, (TABLE.kind,))
        flow = TABLE.begin(
            db,
            "start",
            account_id=account.id,
            browser=visitor.browser,
            session=session,
            data={"secret": _sealed(services, account.id, totp.new_secret())},
            now=now,
            life_seconds=services.config.flow_seconds,
        )
        notices.record(db, visitor, account, "set_up.started", now)
    return flow


def find(services: Services, visitor: Visitor, account: Account, flow_id: str | None) -> Flow | None:
    """This browser's set-up under way."""
    if flow_id is None:
        return None
    flow = flows.find(services.store.db(), flow_id, TABLE.kind, visitor.browser, services.clock.now())
    return flow if flow is not None and flow.account_id == account.id else None


def enrolment(services: Services, account: Account, flow: Flow) -> Enrolment:
    """The key and QR content of this set-up."""
    secret = _opened(services, flow)
    return Enrolment(secret, totp.provisioning_uri(secret, account.email or account.phone or account.name))


def submit_number(services: Services, flow: Flow, *, region: str, typed: str, channel: Kind) -> Flow:
    """Take a number and send it a code by ``sms`` or ``voice``.

    The flow goes on only once the code has left: a gateway that fails leaves it where it was.

    Raises:
        NotAPhoneNumber, LandlineNeedsCall, MethodTaken, Throttled, SendCapReached, DeliveryFailed, StaleFlow.
    """
    number = phone_numbers.parse(typed, region)
    if channel == "sms" and number.kind == "landline":
        raise LandlineNeedsCall()
    assert flow.account_id is not None
    if any(
        method.number == number.e164 for method in methods.of_account(services.store.db(), flow.account_id)
    ):
        raise MethodTaken()
    return _send_code(services, flow, "send_code", number, channel)


def send_again(services: Services, flow: Flow) -> Flow:
    """Send another code to the number given before; the earlier one is dead.

    Raises:
        Throttled, SendCapReached, DeliveryFailed, StaleFlow.
    """
    if flow.state != "verify":
        raise StaleFlow("nothing to send again")
    number = phone_numbers.parse(flow.data["number"])
    return _send_code(services, flow, "send_again", number, flow.data["channel"])


def resend_in(services: Services, flow: Flow) -> int:
    """Whole seconds until another code may be asked for."""
    left = flow.data["sent_at"] + services.limits.resend_seconds - services.clock.now()
    return max(0, math.ceil(left))


def submit_number_code(services: Services, visitor: Visitor, flow: Flow, typed: str) -> Flow:
    """Check the code from the phone.

    Raises:
        WrongCode, Throttled, StaleFlow.
    """
    if flow.state != "verify":
        raise StaleFlow("no code is awaited")
    proven = {"kind": flow.data["channel"], "number": flow.data["number"]}
    source = Sent(_code_scope(flow, flow.data["number"]), TABLE.kind, services.pepper)
    return _verified(services, visitor, flow, "accept_number", source, typed, proven)


def submit_app_code(services: Services, visitor: Visitor, flow: Flow, typed: str) -> Flow:
    """Check the first code of the app; its step is used up and will not sign in (SECURITY.md 9).

    Raises:
        WrongCode, Throttled, StaleFlow.
    """
    source = Enrolling(_opened(services, flow), services.limits.totp_window)
    return _verified(services, visitor, flow, "accept_app", source, typed, {"kind": "app"})


def turn_on(services: Services, visitor: Visitor, flow: Flow, *, remember: bool) -> TurnedOn:
    """Keep the proven method as the preferred one and switch two-step verification on.

    Other signed-in devices stay signed in; with ``remember`` this browser is trusted.

    Raises:
        StaleFlow: no method is proven (SECURITY.md 28), or it is on already.
    """
    now = services.clock.now()
    assert flow.account_id is not None
    with services.store.writing() as db:
        TABLE.move(db, flow, "turn_on")
        if not accounts.set_two_step(db, flow.account_id, True):
            raise StaleFlow("it is on already")
        stored_trust.revoke_all(db, flow.account_id)
        account = accounts.get(db, flow.account_id)
        _keep_method(db, services, account, flow, now)
        cookie = None
        if remember:
            cookie = (
                trust.cookie_name(account.id, "shop"),
                trust.issue(
                    db,
                    account,
                    app="shop",
                    device=visitor.device,
                    near=visitor.near,
                    now=now,
                    life_seconds=services.config.trust_seconds,
                ),
            )
        notices.record(db, visitor, account, "two_step.on", now, method=flow.data["proven"]["kind"])
    deliver_notices(services)
    return TurnedOn(cookie)


def _keep_method(db: Database, services: Services, account: Account, flow: Flow, now: float) -> None:
    proven: dict[str, Any] = flow.data["proven"]
    methods.remove_all(db, account.id)
    if proven["kind"] == "app":
        secret = _opened(services, flow)
        methods.add(
            db,
            account_id=account.id,
            kind="app",
            secret=services.seal.seal(secret.encode(), challenge.seal_context(account.id)),
            secret_mark=totp.mark(secret, services.pepper),
            is_preferred=True,
            last_step=proven["step"],
            verified_at=now,
        )
    else:
        methods.add(
            db,
            account_id=account.id,
            kind=proven["kind"],
            number=proven["number"],
            is_preferred=True,
            verified_at=now,
        )


def _verified(
    services: Services,
    visitor: Visitor,
    flow: Flow,
    move: str,
    source: Source,
    typed: str,
    proven: dict[str, Any],
) -> Flow:
    now = services.clock.now()
    with services.store.writing() as db:
        account: Account = challenge.owner_of(db, flow)
        judgement: Judgement = codes.verify(
            db, source, typed, key=f"set_up:{account.id}", limits=services.limits, now=now
        )
        if judgement.is_right:
            if isinstance(source, Enrolling):
                proven = {**proven, "step": source.step}
            return TABLE.move(db, flow, move, data={"secret": flow.data["secret"], "proven": proven})
        notices.record(db, visitor, account, "set_up.code_wrong", now, verdict=judgement.verdict.value)
    raise WrongCode(judgement.verdict.value, judgement.wait_seconds)


def _send_code(services: Services, flow: Flow, move: str, number: PhoneNumber, channel: Kind) -> Flow:
    now = services.clock.now()
    with services.store.writing() as db:
        account = challenge.owner_of(db, flow)
        code, plain = codes.prepare(
            db,
            flow_id=_code_scope(flow, number.e164),
            purpose=TABLE.kind,
            account_id=account.id,
            method_id=None,
            channel=channel,
            recipient=number.e164,
            pepper=services.pepper,
            limits=services.limits,
            now=now,
        )
    try:
        services.outbound.send_code(channel=channel, to=number.e164, code=plain, language=account.language)
    except DeliveryFailed as failed:
        with services.store.writing() as db:
            sent_codes.mark_failed(db, code.id, challenge.failure_reason(failed))
        raise
    data = {"secret": flow.data["secret"], "number": number.e164, "channel": channel, "sent_at": now}
    with services.store.writing() as db:
        return TABLE.move(db, flow, move, data=data)


def _code_scope(flow: Flow, number: str) -> str:
    """What a code is bound to: flow *and* number, so that a code for one number proves no other (SECURITY.md 14)."""
    return f"{flow.id}:{number}"


def _sealed(services: Services, account_id: str, secret: str) -> str:
    return base64.b64encode(services.seal.seal(secret.encode(), challenge.seal_context(account_id))).decode()


def _opened(services: Services, flow: Flow) -> str:
    assert flow.account_id is not None
    sealed = base64.b64decode(flow.data["secret"])
    return services.seal.open(sealed, challenge.seal_context(flow.account_id)).decode()
