"""How a browser gets half-way through a set-up, a change of the account or a reset by documents; see `arrivals`."""

from __future__ import annotations

from webapp.flows import (
    account_changes,
    backup_method,
    forgot_password,
    methods,
    recovery,
    register,
    reviewer_queue,
    set_up,
    turn_off,
)
from webapp.sandbox.personas import states
from webapp.sandbox.personas.persona_session import Seat, nobody
from webapp.sandbox.personas.state_setup import elevated
from webapp.store import accounts
from webapp.store.flows import Flow

OTHER_NUMBER = "090-1111-0099"


# -- two-step verification -----------------------------------------------------------------------------------


def setting_up(seat: Seat) -> str:
    """開始する was pressed."""
    return seat.at(set_up.TABLE, _set_up(seat))


def setting_up_by_sms(seat: Seat) -> str:
    """The number was given, its code has left."""
    return seat.at(set_up.TABLE, _numbered(seat))


def almost_done(seat: Seat) -> str:
    """The number is proven; it only has to be turned on."""
    return seat.at(set_up.TABLE, _proven(seat))


def adding_backup(seat: Seat) -> str:
    """The number is proven, and a backup's code has left."""
    flow = backup_method.submit_number(
        seat.services, _proven(seat), region="JP", typed=OTHER_NUMBER, channel="sms"
    )
    return seat.at(set_up.TABLE, flow)


def _set_up(seat: Seat) -> Flow:
    elevated(seat)
    return set_up.start(seat.services, seat.visitor, seat.account, seat.session)


def _numbered(seat: Seat) -> Flow:
    return set_up.submit_number(seat.services, _set_up(seat), region="JP", typed=seat.phone, channel="sms")


def _proven(seat: Seat) -> Flow:
    flow = _numbered(seat)
    return set_up.submit_number_code(seat.services, seat.visitor, flow, seat.heard.code)


def turned_off(seat: Seat) -> str:
    """無効にする was pressed; the page asks why."""
    elevated(seat)
    flow = turn_off.turn_off(seat.services, seat.visitor, seat.account, seat.session, clear=False)
    return seat.at(turn_off.TABLE, flow)


def adding_method(seat: Seat) -> str:
    """新しい電話またはアプリを追加 was pressed."""
    elevated(seat)
    return seat.at(methods.TABLE, methods.start(seat.services, seat.visitor, seat.account, seat.session))


def adding_number(seat: Seat) -> str:
    """Another phone's number was given, its code has left."""
    elevated(seat)
    flow = methods.start(seat.services, seat.visitor, seat.account, seat.session)
    flow = methods.submit_number(seat.services, flow, region="JP", typed=OTHER_NUMBER, channel="sms")
    return seat.at(methods.TABLE, flow)


# -- the account ---------------------------------------------------------------------------------------------


def changing_address(seat: Seat) -> str:
    """A new mail address was given, its code has left."""
    elevated(seat)
    flow = account_changes.submit_email(
        seat.services, seat.visitor, seat.account, seat.session, f"new-{seat.email}"
    )
    return seat.at(account_changes.TABLE, flow)


def registering(seat: Seat) -> str:
    """Name, address and password were given, the code has left."""
    flow = register.start(
        seat.services, seat.visitor, name=seat.name, identifier=seat.email, password=seat.password
    )
    return seat.at(register.TABLE, flow)


def forgetful(seat: Seat) -> str:
    """The password was forgotten; the mailed code is asked."""
    return seat.at(forgot_password.TABLE, forgot_password.start(seat.services, seat.visitor, seat.email))


def renewing(seat: Seat) -> str:
    """The mailed code was right; a new password is asked."""
    flow = forgot_password.start(seat.services, seat.visitor, seat.email)
    flow = forgot_password.submit_code(seat.services, seat.visitor, flow, seat.heard.code)
    return seat.at(forgot_password.TABLE, flow)


# -- locked out ----------------------------------------------------------------------------------------------


def visiting(seat: Seat) -> str:
    """Signed out, looking at the own case; one is opened where none is."""
    return seat.at(recovery.VISIT, _visit(seat))


def reviewed(seat: Seat, verdict: reviewer_queue.Verdict | None, reason: str = "") -> str:
    """Looking at the own case after a reviewer took it, and perhaps decided."""
    visit = _visit(seat)
    _at_desk(seat, visit, None, "")
    if verdict is not None:
        _at_desk(seat, visit, verdict, reason)
    return seat.at(recovery.VISIT, visit)


def cancelled(seat: Seat) -> str:
    """Looking at the own case after cancelling it."""
    visit = _visit(seat)
    recovery.cancel(seat.services, seat.visitor, recovery.case_of(seat.services, visit))
    return seat.at(recovery.VISIT, visit)


def _visit(seat: Seat) -> Flow:
    return recovery.enter(seat.services, seat.visitor, seat.email, seat.password, cookie=nobody)


def _at_desk(seat: Seat, visit: Flow, verdict: reviewer_queue.Verdict | None, reason: str) -> None:
    with seat.services.store.reading() as db:
        reviewer = accounts.get(db, states.REVIEWER)
    case = reviewer_queue.find(seat.services, visit.data["case"])
    assert case is not None
    if verdict is None:
        reviewer_queue.take(seat.services, seat.visitor, reviewer, case)
    else:
        reviewer_queue.decide(seat.services, seat.visitor, reviewer, case, verdict, reason)
