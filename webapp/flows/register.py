"""Create an account: name, address and password, then the code that went to the address.

There is no account before the code is verified. An address that has one already gets a notice instead of a code. The
pages are the same for both (docs/promises.md#32).
"""

from __future__ import annotations

from webapp.challenges.contact import ContactChallenge
from webapp.challenges.engine import judging
from webapp.errors import ContactTaken
from webapp.flows.sign_in import SignedIn
from webapp.flows.state_machine import BEGIN, StateMachine, Transition
from webapp.rules import contacts, password_strength
from webapp.rules.visitor import Visitor
from webapp.services import audit, sessions
from webapp.services.account_lookup import find_owner
from webapp.services.context import Services
from webapp.store import accounts
from webapp.store import sessions as stored_sessions
from webapp.store.flows import Flow

MACHINE = StateMachine(
    kind="register",
    pages={BEGIN: "account.register", "verify": "account.confirm_registration", "done": "shop.home"},
    transitions=(
        Transition("send_code", (BEGIN,), "verify", "name, address and password entered; the code is sent"),
        Transition("send_again", ("verify",), "verify", "another code to the same address"),
        Transition("accept_code", ("verify",), "done", "correct code: the account is created and signed in"),
    ),
)

CODES = ContactChallenge(MACHINE, is_proven=False)


def start(services: Services, visitor: Visitor, *, name: str, identifier: str, password: str) -> Flow:
    """Take what an account needs and send the code. Known and unknown addresses cost the same time.

    Raises:
        NotAMailAddress, MailDomainRefused, NotAPhoneNumber, MobileNeeded, WeakPassword, SendCapReached.
    """
    contact = contacts.read(identifier, services.config.mail_domains if services.config.sandbox else None)
    is_mail = contact.channel == "mail"
    password_strength.refuse_weak(
        password,
        name=name,
        email=contact.value if is_mail else None,
        phone=None if is_mail else contact.value,
    )
    password_hash = services.hasher.hash(password)
    now = services.clock.now()
    with services.store.writing() as db:
        owner = find_owner(db, contact)
        flow, message = CODES.begin(
            db,
            services,
            visitor,
            contact,
            now=now,
            data={"name": name, "typed": identifier, "password_hash": password_hash},
            owner=owner,
            notice_kind="register.known" if owner else None,
        )
        audit.record(db, visitor, owner, "register.started", now, is_known=owner is not None)
    return CODES.deliver(services, flow, message)


def send_again(services: Services, visitor: Visitor, flow: Flow) -> Flow:
    """Send another code. The earlier one expires.

    Raises:
        Throttled, SendCapReached, StaleFlow.
    """
    return CODES.send_again(services, visitor, flow)


def submit_code(
    services: Services, visitor: Visitor, flow: Flow, typed: str, *, ended_session: bytes | None
) -> SignedIn:
    """Check the code, make the account and sign it in, replacing this browser's earlier session.

    Wrong codes are counted for this flow alone: a stranger who registers with an address makes no owner wait.

    Raises:
        WrongCode, Throttled, StaleFlow.
        ContactTaken: another account has taken the address since the code was sent.
    """
    now = services.clock.now()
    with judging(services) as db:
        contact = CODES.judge(db, services, flow, typed, key=f"register:{flow.id}", now=now)
        if find_owner(db, contact) is not None:
            raise ContactTaken()
        MACHINE.transition(db, flow, "accept_code")
        account = accounts.add(
            db,
            now=now,
            name=flow.data["name"],
            email=contact.value if contact.channel == "mail" else None,
            phone=contact.value if contact.channel == "sms" else None,
            password_hash=flow.data["password_hash"],
            time_zone=services.config.time_zone,
        )
        if ended_session is not None:
            stored_sessions.end(db, ended_session)
        token = sessions.open_session(
            db, account, visitor, app="shop", now=now, life_seconds=services.config.session_seconds
        )
        audit.record(db, visitor, account, "account.created", now, by=contact.channel)
    return SignedIn(account, token, "/")
