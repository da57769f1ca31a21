"""SNS: opt-outs (STOP), and the settings of all SMS."""

from typing import Any

from flask import request

from mocksms import store
from mocksms.core import inbox, phone_numbers
from mocksms.core.models import Filter
from mocksms.core.worlds import World
from mocksms.providers.sns.answers import Entries, entries, invalid, members, needed
from mocksms.store.resources import Resource

SMS_ATTRIBUTES = "sns_sms_attributes"
SENDER = "AWS-SNS"
_NAMES = frozenset({
    "MonthlySpendLimit", "DeliveryStatusIAMRole", "DeliveryStatusSuccessSamplingRate", "DefaultSenderID",
    "DefaultSMSType", "UsageReportS3Bucket",
})  # fmt: skip
_PAGE = 100


def number(world: World, given: str, about: str) -> str:
    """Return a number in canonical form. Raise :class:`Refused`."""
    found = phone_numbers.normalise(given, world.settings.region)
    if not phone_numbers.is_number(found):
        raise invalid(about.format(given))
    return found


def _stopped(world: World, number: str = "") -> list[tuple[str, str]]:
    """Return (number, sender) of each opt-out from an SNS sender, for one number or all."""
    with world.store.reading() as db:
        pairs = store.conditions.stopped(db, number)
    return [(owner, sender) for owner, sender in pairs if _is_of_sns(world, owner, sender)]


def _is_of_sns(world: World, owner: str, sender: str) -> bool:
    return sender == SENDER or bool(inbox.search(world, Filter("sms", owner, sender, wire="sns"), 1))


def is_opted_out(world: World, number: str) -> bool:
    """Return whether a number has opted out from SMS of SNS, whatever the sender.

    Here it is enough to know whether there are opt-outs at all: the transaction that saves a message checks again.
    """
    known = world.group_commit.seen or world.conditions()
    return known.has_stops and bool(_stopped(world, number))


def check(world: World) -> dict[str, Any]:
    """Answer CheckIfPhoneNumberIsOptedOut."""
    asked = number(world, needed("phoneNumber"), "PhoneNumber Reason: input incorrectly formatted")
    return {"isOptedOut": bool(_stopped(world, asked))}


def listed(world: World) -> dict[str, Any]:
    """Answer ListPhoneNumbersOptedOut."""
    after = request.form.get("nextToken", "")
    found = [each for each in sorted({owner for owner, _ in _stopped(world)}) if each > after]
    shown = found[:_PAGE]
    return {"phoneNumbers": shown, "nextToken": shown[-1] if len(found) > _PAGE else None}


def opt_in(world: World) -> dict[str, Any]:
    """Answer OptInPhoneNumber."""
    asked = number(world, needed("phoneNumber"), "PhoneNumber Reason: input incorrectly formatted")
    for owner, sender in _stopped(world, asked):
        inbox.set_opted_out(world, owner, sender, False)
    return {}


def _attributes(world: World) -> Resource:
    with world.store.reading() as db:
        found = store.resources.find(db, SMS_ATTRIBUTES, SMS_ATTRIBUTES)
    return found or Resource(SMS_ATTRIBUTES, SMS_ATTRIBUTES, created_at=world.now())


def sms_attributes(world: World) -> dict[str, str]:
    """Return the settings of all SMS."""
    return {str(name): str(value) for name, value in _attributes(world).content.items()}


def get_attributes(world: World) -> dict[str, Any]:
    """Answer GetSMSAttributes."""
    wanted, found = members("attributes"), sms_attributes(world)
    return {
        "attributes": Entries({name: each for name, each in found.items() if not wanted or name in wanted})
    }


def set_attributes(world: World) -> dict[str, Any]:
    """Answer SetSMSAttributes."""
    given = entries("attributes")
    if unknown := sorted(set(given) - _NAMES):
        raise invalid(f"attributes Reason: {unknown[0]} is not a valid attribute name")
    if given.get("DefaultSMSType", "Promotional") not in ("Promotional", "Transactional"):
        raise invalid("DefaultSMSType")
    kept = _attributes(world)
    kept.content |= given
    kept.updated_at = world.now()
    with world.store.writing() as db:
        store.resources.put(db, kept)
    return {}
