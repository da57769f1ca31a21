"""Turn two-step verification off (docs/screens.md#16, #17), and ask why.

The step-up by code comes before the page, in a trusted browser too. Turning off ends all other sessions and all
trust, and emails the owner (docs/screens.md#endings, docs/promises.md#48).
"""

from __future__ import annotations

from webapp.challenges.delivery import dispatch
from webapp.errors import StaleFlow
from webapp.flows.state_machine import BEGIN, StateMachine, Transition
from webapp.rules.visitor import Visitor
from webapp.services import audit, session_revocation
from webapp.services.context import Services
from webapp.store import accounts, feedback, methods
from webapp.store.accounts import Account
from webapp.store.flows import Flow

MACHINE = StateMachine(
    kind="turn_off",
    pages={BEGIN: "turn_off.confirm", "feedback": "turn_off.feedback", "done": "settings.overview"},
    transitions=(
        Transition("turn_off", (BEGIN,), "feedback", "Turn off: methods are kept"),
        Transition("clear", (BEGIN,), "feedback", "Turn off and clear the settings: methods are deleted"),
        Transition("send_feedback", ("feedback",), "done", "Submit: the reason is stored without a name"),
        Transition("skip_feedback", ("feedback",), "done", "Skip"),
    ),
)

REASONS = ("new_phone", "codes_fail", "app_fails", "bother", "other")
WORDS_LENGTH = 1000


def turn_off(services: Services, visitor: Visitor, account: Account, session: bytes, *, clear: bool) -> Flow:
    """Turn it off. With ``clear`` remove the methods too; else one code of theirs turns it on again.

    Raises:
        StaleFlow: it is off already.
    """
    now = services.clock.now()
    with services.store.writing() as db:
        if not accounts.set_two_step(db, account.id, False):
            raise StaleFlow("it is off already")
        if clear:
            methods.remove_all(db, account.id)
        session_revocation.end_everything_else(db, account.id, session)
        flow = MACHINE.begin(
            db,
            "clear" if clear else "turn_off",
            account_id=account.id,
            browser=visitor.browser,
            session=session,
            data={},
            now=now,
            life_seconds=services.config.flow_seconds,
        )
        audit.record(db, visitor, account, "two_step.off", now, cleared=clear)
    dispatch(services)
    return flow


def send_feedback(services: Services, visitor: Visitor, flow: Flow, *, reason: str, words: str) -> None:
    """Store why it was turned off, once and without a name. ``reason`` is one of `REASONS` or empty.

    Raises:
        StaleFlow: it was sent or skipped before.
    """
    with services.store.writing() as db:
        MACHINE.transition(db, flow, "send_feedback")
        feedback.add(
            db,
            at=services.clock.now(),
            reason=reason,
            words=words.strip()[:WORDS_LENGTH],
            language=visitor.language,
        )


def skip_feedback(services: Services, flow: Flow) -> None:
    """Skip the feedback.

    Raises:
        StaleFlow: it was sent or skipped before.
    """
    with services.store.writing() as db:
        MACHINE.transition(db, flow, "skip_feedback")
