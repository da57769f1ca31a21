"""Add a backup at set-up (docs/screens.md#14): another phone or app, verified before it is turned on.

Its steps are transitions of the set-up's state machine.
"""

from __future__ import annotations

from webapp.challenges import enrolment
from webapp.errors import StaleFlow
from webapp.factors.registry import sent_factor
from webapp.flows import set_up
from webapp.rules.visitor import Visitor
from webapp.services.context import Services
from webapp.store.flows import Flow


def submit_number(
    services: Services, visitor: Visitor, flow: Flow, *, region: str, typed: str, channel: str
) -> Flow:
    """Take a backup's number and send it a code.

    Raises:
        NotAPhoneNumber, LandlineNeedsCall, MethodTaken, Throttled, SendCapReached,
        BudgetSpent, CountryNotServed, DeliveryFailed, StaleFlow.
    """
    if "proven" not in flow.data:
        raise StaleFlow("nothing is proven that could be backed up")
    address = sent_factor(channel).read(typed, region)
    proofs = [flow.data["proven"], *set_up.backups_of(flow)]
    with services.store.reading() as db:
        enrolment.refuse_taken(address, set_up.kept_methods(db, flow), proofs)
    return set_up.CODES.send(
        services, visitor, flow, "send_backup_code", channel, address, set_up.lasting_data(flow)
    )


def submit_app_code(
    services: Services, visitor: Visitor, flow: Flow, typed: str, *, kind: str, name: str = ""
) -> Flow:
    """Check the first code of a backup app or other device.

    Raises:
        WrongCode, Throttled, StaleFlow.
    """
    if "proven" not in flow.data:
        raise StaleFlow("nothing is proven that could be backed up")
    return set_up.prove(services, visitor, flow, "accept_backup_app", kind, typed, name)


def skip(services: Services, flow: Flow) -> Flow:
    """Go on without the backup that was begun. If none was, nothing changes.

    Raises:
        StaleFlow.
    """
    if flow.state == "ready":
        return flow
    with services.store.writing() as db:
        return set_up.MACHINE.transition(db, flow, "skip_backup", data=set_up.lasting_data(flow))
