"""Change an account's name, addresses, number and password, and end sessions.

The user has stepped up freshly (docs/promises.md#42). A new address or number counts once it is verified by a code.
The old one and the new one are both notified.
"""

from __future__ import annotations

from webapp.challenges.contact import ContactChallenge
from webapp.challenges.delivery import dispatch
from webapp.challenges.engine import judging, owner_of
from webapp.errors import ContactTaken, ContactUnchanged, StaleFlow, WeakPassword, WrongPassword
from webapp.flows import approval, forgot_password
from webapp.flows.state_machine import BEGIN, StateMachine, Transition
from webapp.rules import contacts, identifiers, password_strength
from webapp.rules.contacts import Contact
from webapp.rules.postal_address import PostalAddress
from webapp.rules.visitor import Visitor
from webapp.services import audit, outbox, sessions, throttling
from webapp.services.account_lookup import find_owner
from webapp.services.codes import Judgement
from webapp.services.context import Services
from webapp.services.session_revocation import end_everything_else
from webapp.store import accounts, flows, throttles
from webapp.store import sessions as stored_sessions
from webapp.store.accounts import Account
from webapp.store.engine import Connection
from webapp.store.flows import Flow
from webapp.store.sessions import Session

MACHINE = StateMachine(
    kind="account_change",
    pages={BEGIN: "account.security", "verify": "account.confirm_change", "done": "account.security"},
    transitions=(
        Transition("send_code", (BEGIN,), "verify", "new address or number entered; the code is sent"),
        Transition("send_again", ("verify",), "verify", "another code to the same place"),
        Transition("note_undelivered", ("verify",), "verify", "the code couldn't be sent"),
        Transition("accept_code", ("verify",), "done", "correct code: the address or number takes effect"),
    ),
)

CODES = ContactChallenge(MACHINE)


def change_name(services: Services, visitor: Visitor, account: Account, name: str) -> None:
    """Store another name. The same name again is no change."""
    if name == account.name:
        return
    with services.store.writing() as db:
        accounts.set_name(db, account.id, name)
        audit.record(db, visitor, account._replace(name=name), "account.name_changed", services.clock.now())
    dispatch(services)


def change_address(
    services: Services, visitor: Visitor, account: Account, address: PostalAddress | None
) -> None:
    """Store another postal address, or remove it. The same again is no change."""
    stored = None if address is None else address.stored
    if stored == account.address:
        return
    with services.store.writing() as db:
        accounts.set_address(db, account.id, stored)
        audit.record(db, visitor, account, "account.address_changed", services.clock.now())
    dispatch(services)


def change_language(services: Services, visitor: Visitor, account: Account, language: str) -> None:
    """Store the owner's choice of a language. The same again is no change."""
    if language == account.language:
        return
    with services.store.writing() as db:
        accounts.set_language(db, account.id, language)
        audit.record(db, visitor, account, "account.language_changed", services.clock.now(), to=language)


def change_password(
    services: Services, visitor: Visitor, account: Account, session: Session, *, present: str, new: str
) -> str:
    """Store a new password and end everything but this session. Return the token that replaces its cookie's.

    The current password is needed besides the step-up (ASVS 6.2.3). Only this account's sessions share the waits
    after wrong ones.

    Raises:
        WrongPassword, Throttled, WeakPassword, StaleFlow.
    """
    _prove_present(services, visitor, account, present)
    if password_strength.is_same(new, present):
        raise WeakPassword("unchanged", field="passwordNew")
    password_strength.refuse_weak(
        new, name=account.name, email=account.email, phone=account.phone, field="passwordNew"
    )
    password_hash = services.hasher.hash(new)
    with services.store.writing() as db:
        accounts.set_password_hash(db, account.id, password_hash)
        end_everything_else(db, account.id, session.id_hash)
        token = sessions.elevate(db, session.id_hash, session.elevated_until)
        if token is None:
            raise StaleFlow("the session has ended")
        audit.record(db, visitor, account, "password.changed", services.clock.now())
    dispatch(services)
    return token


def submit_email(services: Services, visitor: Visitor, account: Account, session: bytes, typed: str) -> Flow:
    """Take a new email address and send it a code.

    Raises:
        NotAMailAddress, MailDomainRefused, ContactUnchanged, SendCapReached.
    """
    domains = services.config.mail_domains if services.config.sandbox else None
    return _send_code(services, visitor, account, session, contacts.read_mail(typed, domains))


def submit_phone(
    services: Services, visitor: Visitor, account: Account, session: bytes, typed: str, region: str
) -> Flow:
    """Take a new mobile number and send it a code.

    Raises:
        NotAPhoneNumber, MobileNeeded, ContactUnchanged, SendCapReached.
    """
    return _send_code(services, visitor, account, session, contacts.read_mobile(typed, region))


def send_again(services: Services, visitor: Visitor, flow: Flow) -> Flow:
    """Send another code. The earlier one expires.

    Raises:
        Throttled, SendCapReached, StaleFlow.
    """
    return CODES.send_again(services, visitor, flow, flow.account_id)


def submit_code(services: Services, visitor: Visitor, flow: Flow, typed: str) -> Contact:
    """Verify the code, make the new address or number the account's, and return it.

    Raises:
        WrongCode, Throttled, StaleFlow.
        ContactTaken: another account has taken it since the code was sent.
    """
    now = services.clock.now()
    with judging(services) as db:
        account = owner_of(db, flow)

        def note(judgement: Judgement) -> None:
            audit.record(db, visitor, account, "account.code_wrong", now, verdict=judgement.verdict.value)

        key = f"account_change:{account.id}"
        contact = CODES.judge(db, services, flow, typed, key=key, now=now, note=note)
        if find_owner(db, contact) is not None:
            raise ContactTaken()
        MACHINE.transition(db, flow, "accept_code")
        _keep(db, visitor, account, contact, now)
    dispatch(services)
    return contact


def end_session(services: Services, visitor: Visitor, account: Account, public_id: str) -> bool:
    """Sign out one device of the list. Return False if it isn't there (any more)."""
    with services.store.writing() as db:
        was_there = stored_sessions.end_by_public_id(db, account.id, public_id)
        if was_there:
            audit.record(db, visitor, account, "session.ended", services.clock.now())
    return was_there


def end_other_sessions(services: Services, visitor: Visitor, account: Account, session: bytes) -> int:
    """Sign out every device but this one. Return how many there were."""
    with services.store.writing() as db:
        count = stored_sessions.end_others(db, account.id, session)
        audit.record(db, visitor, account, "session.ended_others", services.clock.now(), count=count)
    return count


def _prove_present(services: Services, visitor: Visitor, account: Account, password: str) -> None:
    config = services.config
    key = f"present_password:{account.id}"
    with services.store.reading() as db:
        throttling.refuse_if_blocked(throttles.read(db, key), services.clock.now(), "password")
    is_right = services.hasher.matches(account.password_hash, password)
    now = services.clock.now()
    with services.store.writing() as db:
        if is_right:
            throttling.refuse_if_blocked(throttles.read(db, key), now, "password")
            throttles.clear(db, key)
            return
        throttling.count_guess(db, key, now, config.password_free_tries, config.wait_max_seconds, "password")
        audit.record(db, visitor, account, "password.present_wrong", now)
    raise WrongPassword()


def _send_code(
    services: Services, visitor: Visitor, account: Account, session: bytes, contact: Contact
) -> Flow:
    now = services.clock.now()
    with services.store.writing() as db:
        owner = find_owner(db, contact)
        if owner is not None and owner.id == account.id:
            raise ContactUnchanged()
        flow, message = CODES.begin(
            db,
            services,
            visitor,
            contact,
            now=now,
            data={},
            owner=owner or account,
            notice_kind="register.known" if owner else None,
            account_id=account.id,
            counts_for=account.id,
            session=session,
        )
        audit.record(db, visitor, account, "account.change_started", now, by=contact.channel)
    return CODES.deliver(services, flow, message)


def _keep(db: Connection, visitor: Visitor, account: Account, contact: Contact, now: float) -> None:
    """Store the new contact and enqueue notices to the old and the new address.

    The notice to the old one carries no link: an owner may leave a mailbox because others read it.
    """
    flows.end_of_account(db, account.id, (forgot_password.MACHINE.kind, approval.MACHINE.kind))
    if contact.channel == "mail":
        accounts.set_email(db, account.id, contact.value)
        kind, shown = "account.email_changed", identifiers.mask_email(contact.value)
    else:
        accounts.set_phone(db, account.id, contact.value)
        kind, shown = "account.phone_changed", contact.value[-3:]
    audit.record(db, visitor, account, kind, now, to=shown)
    if contact.channel == "sms" and account.email and account.phone:
        _tell(db, visitor, account, Contact("sms", account.phone), kind, now, shown)
    _tell(db, visitor, account, contact, kind, now, shown)


def _tell(
    db: Connection, visitor: Visitor, account: Account, contact: Contact, kind: str, now: float, shown: str
) -> None:
    outbox.enqueue_notice(db, visitor, account, contact.channel, contact.value, kind, now, to=shown)
