"""The desk: a reviewer looks at the cases of locked-out users, and decides (docs/screens.md#19).

A reviewer decides about the second step only and can neither set nor see a password. Each decision is logged with
who, when and why (docs/promises.md#61).
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Literal, NamedTuple

from webapp.challenges.delivery import dispatch
from webapp.errors import OwnCase, SealBroken
from webapp.flows.recovery import MACHINE, seal_context
from webapp.rules.uploads import documents
from webapp.rules.visitor import Visitor
from webapp.services import audit
from webapp.services.context import Services
from webapp.services.session_revocation import end_everything_else
from webapp.store import accounts, methods, passkeys
from webapp.store import recovery as stored
from webapp.store.accounts import Account
from webapp.store.engine import Connection
from webapp.store.flows import Flow
from webapp.store.recovery import Decision, StoredDocument

WAITING = ("received", "in_review")
UNANSWERED = ("more_wanted",)
"""Of cases that wait for the reviewer, and for the customer's documents."""
Verdict = Literal["ask_more", "approve", "reject"]
_EVENTS = {
    "take": "recovery.in_review",
    "ask_more": "recovery.more_wanted",
    "approve": "recovery.approved",
    "reject": "recovery.rejected",
}
_DECISIONS = ("more_wanted", "approved", "rejected")
_LOGGED = {"take": "in_review", "ask_more": "more_wanted", "approve": "approved", "reject": "rejected"}


class Case(NamedTuple):
    """A case for the desk: the flow, its owner, its documents, and earlier decisions.

    Each decision comes with the names of the reviewer ("" if there was none) and of the customer.
    """

    flow: Flow
    account: Account
    documents: list[StoredDocument]
    decisions: list[tuple[Decision, str, str]]


class Served(NamedTuple):
    """A document's bytes for the reviewer, with the name and media type for the download."""

    name: str
    media_type: str
    content: bytes


def queue(services: Services, states: tuple[str, ...]) -> list[tuple[Flow, Account]]:
    """Return the cases in these states, the oldest first."""
    with services.store.reading() as db:
        waiting = stored.in_states(db, states, services.clock.now())
        return [(case, accounts.get(db, case.account_id or "")) for case in waiting]


def stamp(services: Services) -> str:
    """Return a text that changes whenever a case comes, goes or changes its state."""
    now = services.clock.now()
    with services.store.reading() as db:
        cases = stored.in_states(db, WAITING, now) + stored.in_states(db, UNANSWERED, now)
    listed = [(case.id, case.state) for case in cases]
    return hashlib.sha256(repr(listed).encode()).hexdigest()[:16]


def recently_decided(services: Services) -> list[tuple[Decision, str, str]]:
    """Return the newest decisions, with the names of reviewers and customers."""
    with services.store.reading() as db:
        return _with_names(db, stored.latest_decisions(db, _DECISIONS))


def find(services: Services, case_id: str) -> Case | None:
    """Return one case with all that belongs to it. A case that never got a document isn't shown."""
    with services.store.reading() as db:
        case = stored.find_case(db, case_id, services.clock.now())
        if case is None or case.state == "opened":
            return None
        account = accounts.get(db, case.account_id or "")
        decisions = _with_names(db, stored.decisions_of(db, case.id))
        return Case(case, account, stored.documents_of(db, case.id), decisions)


def open_document(services: Services, case: Case, document_id: str) -> Served | None:
    """Return a document of a case under review, unsealed; None if there is none (any more)."""
    numbered = {each.id: (number, each) for number, each in enumerate(case.documents, start=1)}
    if document_id not in numbered or case.flow.state != "in_review":
        return None
    number, document = numbered[document_id]
    with services.store.reading() as db:
        sealed = stored.sealed_content(db, document.id)
    if sealed is None:
        return None
    try:
        content = services.seal.open(sealed, seal_context(document.id))
    except SealBroken:
        return None
    return Served(f"document-{number}.{document.kind}", documents.MEDIA_TYPES[document.kind], content)


def take(services: Services, visitor: Visitor, reviewer: Account, case: Case) -> Flow:
    """Begin the review, which opens the documents.

    Raises:
        OwnCase, StaleFlow.
    """
    return _move(services, visitor, reviewer, case, "take", "")


def decide(
    services: Services, visitor: Visitor, reviewer: Account, case: Case, verdict: Verdict, reason: str
) -> Flow:
    """Decide a case under review, and email the owner.

    ``approve`` turns two-step verification off, removes every method and ends all sessions and all trust: then the
    password alone signs in. ``reject`` and ``ask_more`` change nothing about the account. Approval and rejection
    delete the documents.

    Raises:
        OwnCase, StaleFlow.
    """
    return _move(services, visitor, reviewer, case, verdict, reason.strip())


def _move(
    services: Services,
    visitor: Visitor,
    reviewer: Account,
    case: Case,
    move: Literal["take", "ask_more", "approve", "reject"],
    reason: str,
) -> Flow:
    owner = case.account
    if owner.id == reviewer.id:
        raise OwnCase()
    now = services.clock.now()
    # The owner learns neither the reviewer's device, place nor language.
    language = case.flow.data.get("language", visitor.language)
    desk = replace(visitor, device="", near="", language=language)
    with services.store.writing() as db:
        flow = MACHINE.transition(db, case.flow, move)
        if move == "approve":
            accounts.set_two_step(db, owner.id, False)
            methods.remove_all(db, owner.id)
            if passkeys.remove_all(db, owner.id):  # they may have been on the lost phone
                audit.record(db, desk, owner, "passkey.removed", now)
            end_everything_else(db, owner.id, None)
        if move in ("approve", "reject"):
            stored.drop_documents(db, flow.id)
        stored.log(db, Decision(flow.id, owner.id, now, reviewer.id, _LOGGED[move], reason))
        given = {"reason": reason} if reason else {}
        audit.record(db, desk, owner, _EVENTS[move], now, notify=True, **given)
    if move != "take":
        dispatch(services)
    return flow


def _with_names(db: Connection, decisions: list[Decision]) -> list[tuple[Decision, str, str]]:
    named: dict[str | None, str] = {None: ""}
    for account_id in {each for decision in decisions for each in (decision.by_account, decision.account_id)}:
        if account_id is not None:
            try:
                named[account_id] = accounts.get(db, account_id).name
            except LookupError:
                named[account_id] = account_id
    return [(each, named[each.by_account], named[each.account_id]) for each in decisions]
