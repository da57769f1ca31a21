"""Reset two-step verification with ID documents (docs/screens.md#18, #19).

Name and password open a case and nothing else: a *visit* binds the case to one browser, which is never signed in. The
owner gets an email at once and may cancel, by its link or by signing in with a code. Until a reviewer decides, the
account is unchanged (docs/promises.md#55). The documents are sealed and deleted with the decision.
"""

from __future__ import annotations

import hashlib
import secrets

from webapp.challenges.delivery import dispatch
from webapp.errors import NothingToReset, SendCapReached, StaleFlow
from webapp.flows.password import CookieReader, prove
from webapp.flows.state_machine import BEGIN, StateMachine, Transition
from webapp.rules import recovery_links
from webapp.rules.uploads import documents
from webapp.rules.uploads.documents import Upload
from webapp.rules.visitor import Visitor
from webapp.services import audit
from webapp.services.context import Services
from webapp.store import accounts, events, flows
from webapp.store import recovery as stored
from webapp.store.accounts import Account
from webapp.store.engine import Connection
from webapp.store.flows import Flow
from webapp.store.recovery import Decision, StoredDocument

OPEN = ("opened", "received", "in_review", "more_wanted")
"""The states in which a case can still be decided or cancelled."""

MACHINE = StateMachine(
    kind=stored.KIND,
    pages={
        BEGIN: "recovery.start",
        "opened": "recovery.case",
        "received": "recovery.case",
        "in_review": "recovery.case",
        "more_wanted": "recovery.case",
        "approved": "recovery.case",
        "rejected": "recovery.case",
        "cancelled": "recovery.case",
    },
    transitions=(
        Transition("open", (BEGIN,), "opened", "correct password; the owner is emailed a link to cancel"),
        Transition("submit", ("opened", "more_wanted"), "received", "Received: documents came"),
        Transition("take", ("received",), "in_review", "In review: a reviewer started"),
        Transition(
            "ask_more",
            ("in_review",),
            "more_wanted",
            "More documents needed: the owner is emailed what's missing",
        ),
        Transition(
            "approve",
            ("in_review",),
            "approved",
            "Approved: two-step verification is off, methods are deleted",
        ),
        Transition("reject", ("in_review",), "rejected", "Declined: nothing changes"),
        Transition("cancel", OPEN, "cancelled", "Cancelled: on the page, or with the link in the email"),
        Transition(
            "cancel_by_sign_in",
            OPEN,
            "cancelled",
            "Cancelled: the owner signed in with a code, so no reset is needed",
        ),
    ),
    ends=frozenset(),
)

VISIT = StateMachine(
    kind="recovery_visit",
    pages={BEGIN: "recovery.start", "inside": "recovery.case", "done": "shop.home"},
    transitions=(
        Transition("enter", (BEGIN,), "inside", "correct password: this browser may see the account's case"),
        Transition("leave", ("inside",), "done", "the page was closed"),
    ),
)


def enter(
    services: Services, visitor: Visitor, identifier: str, password: str, *, cookie: CookieReader
) -> Flow:
    """Check a password and open a visit to the account's case; start a case if none is open. Return the visit.

    Raises:
        WrongPassword, Throttled: as at sign-in, by the same counter (docs/promises.md#25).
        NothingToReset: two-step verification is off.
        SendCapReached: too many cases within a day, so the owner would get too many emails.
    """
    proven = prove(services, visitor, identifier, password, app="shop", cookie=cookie)
    account = proven.account
    now = services.clock.now()
    with services.store.writing() as db:
        proven.accept(db, now)
        case = stored.newest_of_account(db, account.id, OPEN, now)
        if case is None:
            case = _open(db, services, visitor, account, now)
        visit = VISIT.begin(
            db,
            "enter",
            account_id=account.id,
            browser=visitor.browser,
            data={"case": case.id, "password": _mark(account)},
            now=now,
            life_seconds=services.config.session_idle_seconds,
        )
    dispatch(services)
    return visit


def _open(db: Connection, services: Services, visitor: Visitor, account: Account, now: float) -> Flow:
    if not account.two_step_on:
        raise NothingToReset()
    since = now - services.limits.send_cap_seconds
    if events.count_since(db, account.id, "recovery.opened", since) >= services.limits.send_cap:
        raise SendCapReached("reset")
    case = MACHINE.begin(
        db,
        "open",
        account_id=account.id,
        browser=visitor.browser,
        data={"device": visitor.device, "near": visitor.near, "language": visitor.language},
        now=now,
        life_seconds=services.config.recovery_seconds,
    )
    audit.record(db, visitor, account, "recovery.opened", now, case=case.id)
    return case


def find_visit(services: Services, visitor: Visitor, visit_id: str | None) -> Flow | None:
    """Return this browser's visit to a case, if it hasn't expired and the password is unchanged."""
    if visit_id is None:
        return None
    with services.store.reading() as db:
        visit = flows.find(db, visit_id, VISIT.kind, visitor.browser, services.clock.now())
        if visit is None or visit.data["password"] != _mark(accounts.get(db, visit.account_id or "")):
            return None
    return visit


def case_of(services: Services, visit: Flow) -> Flow:
    """Return the case that a visit may see.

    Raises:
        StaleFlow: the case was deleted long ago.
    """
    with services.store.reading() as db:
        case = stored.find_case(db, visit.data["case"], services.clock.now())
    if case is None:
        raise StaleFlow("the case is gone")
    return case


def documents_of(services: Services, case: Flow) -> list[StoredDocument]:
    """Return the documents that a case holds now."""
    with services.store.reading() as db:
        return stored.documents_of(db, case.id)


def last_decision(services: Services, case: Flow) -> Decision | None:
    """Return the last decision about a case."""
    with services.store.reading() as db:
        return next(iter(stored.decisions_of(db, case.id)), None)


def stamp(services: Services, case: Flow) -> str:
    """Return a text that changes whenever a case's state, documents or decisions do."""
    with services.store.reading() as db:
        count = len(stored.documents_of(db, case.id)), len(stored.decisions_of(db, case.id))
    return f"{case.state}-{count[0]}-{count[1]}"


def submit(services: Services, visitor: Visitor, case: Flow, uploads: list[Upload]) -> Flow:
    """Take all documents or none: check each, seal it, and store it under a random name.

    Raises:
        DocumentRefused, DocumentTooLarge, TooManyDocuments: nothing was stored.
        StaleFlow: the case waits for no documents.
    """
    if case.state not in ("opened", "more_wanted"):
        raise StaleFlow("no documents are awaited")
    taken = documents.inspect(
        uploads, limit_bytes=services.config.upload_bytes, limit_files=services.config.upload_files
    )
    now = services.clock.now()
    names = [secrets.token_hex(16) for _ in taken]
    sealed = [
        services.seal.seal(document.content, seal_context(name))
        for name, document in zip(names, taken, strict=True)
    ]
    with services.store.writing() as db:
        account = accounts.get(db, case.account_id or "")
        case = MACHINE.transition(db, case, "submit")
        for at, (name, document, content) in enumerate(zip(names, taken, sealed, strict=True)):
            kept = StoredDocument(name, case.id, document.kind, len(document.content), now + at / 1000)
            stored.add_document(db, kept, content)
        audit.record(db, visitor, account, "recovery.submitted", now, count=len(taken), case=case.id)
    dispatch(services)
    return case


def cancel(services: Services, visitor: Visitor, case: Flow) -> Flow:
    """Cancel the case (取消) for its owner. It is final, and the documents are deleted.

    Raises:
        StaleFlow: it is over already.
    """
    now = services.clock.now()
    with services.store.writing() as db:
        account = accounts.get(db, case.account_id or "")
        case = MACHINE.transition(db, case, "cancel")
        stored.drop_documents(db, case.id)
        stored.log(db, Decision(case.id, account.id, now, None, "cancelled", ""))
        audit.record(db, visitor, account, "recovery.cancelled", now)
    dispatch(services)
    return case


def cancel_by_sign_in(
    db: Connection, services: Services, visitor: Visitor, account: Account, now: float
) -> bool:
    """End the open case of an owner who signed in with a code, inside the sign-in's transaction.

    Return whether there was one: then call `after_sign_in` after the commit.
    """
    case = stored.newest_of_account(db, account.id, OPEN, now)
    if case is None:
        return False
    MACHINE.transition(db, case, "cancel_by_sign_in")
    stored.log(db, Decision(case.id, account.id, now, None, "cancelled", ""))
    audit.record(db, visitor, account, "recovery.cancelled", now)
    stored.drop_documents(db, case.id)
    return True


def after_sign_in(services: Services, ended_case: bool) -> None:
    """Email the owner whose case `cancel_by_sign_in` has ended."""
    if ended_case:
        dispatch(services)


def find_by_link(services: Services, token: str) -> Flow | None:
    """Return the case of an email's link to cancel, or None if it is gone.

    Raises:
        LinkTampered, LinkExpired: the link isn't ours, or has expired.
    """
    case_id = recovery_links.read(
        services.signer, token, services.config.recovery_seconds, services.clock.now()
    )
    with services.store.reading() as db:
        return stored.find_case(db, case_id, services.clock.now())


def leave(services: Services, visit: Flow) -> None:
    """Close the visit of this browser. The case goes on."""
    with services.store.writing() as db:
        VISIT.transition(db, visit, "leave")


def _mark(account: Account) -> str:
    """Return a mark that changes with the password. It is made of the salted hash only, so it discloses nothing."""
    return hashlib.sha256(account.password_hash.encode()).hexdigest()[:16]


def seal_context(document_id: str) -> str:
    """Return the context that a document is sealed for: under another name it can't be opened."""
    return f"document:{document_id}"
