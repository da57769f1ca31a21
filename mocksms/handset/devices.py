"""A device in the list of handsets: a number or mailbox, its mail accounts, and its card."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from flask_babel import gettext as _

from mocksms import store
from mocksms.core import display_names, inbox, phone_numbers
from mocksms.core.models import Handset, Kind, Message
from mocksms.core.worlds import World
from mocksms.handset import template_filters

PAIRED = "paired_mailboxes"
CARDS = 40


@dataclass(frozen=True, slots=True)
class Device:
    """One handset as its pages need it. `own` are the mail accounts on this phone, `claimed` those of all phones."""

    address: str
    kind: Kind
    title: str
    carrier: str
    own: tuple[str, ...] = ()
    claimed: frozenset[str] = field(default_factory=frozenset)

    def shows_mail_of(self, mailbox: str) -> bool:
        """Return whether this phone's mail app shows a mailbox: its own ones, or without any, those of no phone."""
        if self.kind == "mailbox":
            return mailbox == self.address
        if self.kind == "landline":
            return False
        return mailbox in self.own if self.own else mailbox not in self.claimed


class Card(NamedTuple):
    """A handset in the list. `unread` counts everything on it, `last` is the newest message or None."""

    address: str
    kind: Kind
    title: str
    preview: str
    unread: int
    last: Message | None


@lru_cache(maxsize=16)
def configured_phones(pairs: tuple[tuple[str, str], ...]) -> dict[str, tuple[str, ...]]:
    """Return the phones of the setting `phones`: each number with its mail accounts."""
    phones: dict[str, tuple[str, ...]] = {}
    for number, mailbox in pairs:
        phones[number] = (*phones.get(number, ()), *([mailbox] if mailbox else []))
    return phones


def _standing(world: World) -> dict[str, tuple[str, ...]]:
    return configured_phones(world.settings.phones)


def paired(world: World) -> dict[str, str]:
    """Return the phone of each paired mailbox: as configured, then as changed on the phones."""
    with world.store.reading() as db:
        changed: dict[str, str] = json.loads(store.reading.value(db, PAIRED, "{}"))
    pairs = {box: number for number, boxes in _standing(world).items() for box in boxes} | changed
    return {box: number for box, number in pairs.items() if number}


def pair(world: World, mailbox: str, number: str) -> None:
    """Put a mailbox on a number's phone, or remove it from all phones ("")."""
    with world.store.writing() as db:
        changed: dict[str, str] = json.loads(store.reading.value(db, PAIRED, "{}"))
        store.reading.set_value(db, PAIRED, json.dumps(changed | {mailbox: number}))


def device(world: World, address: str) -> Device:
    """Return the device of a number or mailbox; every address has one, even before anything arrives."""
    return all_of(world, [address])[address]


def all_of(world: World, addresses: Iterable[str]) -> dict[str, Device]:
    """Return the devices of these numbers and mailboxes by address."""
    pairs = paired(world)
    claimed = frozenset(pairs)
    return {address: _device(address, pairs, claimed) for address in addresses}


def _device(address: str, pairs: Mapping[str, str], claimed: frozenset[str]) -> Device:
    kind = phone_numbers.kind(address)
    return Device(
        address=address,
        kind=kind,
        title=display_names.pretty(address),
        carrier={"mobile": "5G", "landline": "", "mailbox": "Wi-Fi"}[kind],
        own=tuple(sorted(box for box, number in pairs.items() if number == address)),
        claimed=claimed,
    )


def preview(message: Message | None) -> str:
    """Return one line of a message for a list."""
    if message is None:
        return ""
    if message.channel == "mail":
        return message.subject or template_filters.excerpt(message.body)
    if message.channel == "call":
        return _("Call from %(peer)s", peer=display_names.pretty(message.peer))
    return template_filters.excerpt(message.body)


def cards(world: World, before: int | None = None) -> list[Card]:
    """Return the handsets of a world, newest first; a paired mailbox is part of its phone's card."""
    pairs = paired(world)
    merged: dict[str, Card] = {}
    for found in inbox.handsets(world, CARDS, before):
        card = _card(found, pairs.get(found.address, found.address))
        known = merged.get(card.address)
        merged[card.address] = card if known is None else _joined(known, card)
    for number in dict.fromkeys([*pairs.values(), *_standing(world)]) if before is None else ():
        if number not in merged:
            merged[number] = _card(_handset(world, number), number)
            own = ", ".join(box for box, owner in pairs.items() if owner == number)
            merged[number] = merged[number]._replace(preview=own or _("Nothing has arrived yet"))
    return list(merged.values())


def oldest_shown(world: World, before: int | None = None) -> int | None:
    """Return the last id of the last handset in a full list, where the next page begins; else None."""
    found = inbox.handsets(world, CARDS, before)
    ids = [each.last.id for each in found if each.last]
    return min(ids) if ids and len(found) == CARDS else None


def _handset(world: World, address: str) -> Handset:
    """Return a handset, also one that has received nothing."""
    return inbox.handset(world, address) or Handset(address, phone_numbers.kind(address), 0, 0, None)


def _card(found: Handset, address: str) -> Card:
    kind = found.kind if address == found.address else phone_numbers.kind(address)
    return Card(address, kind, display_names.pretty(address), preview(found.last), found.unread, found.last)


def _joined(first: Card, second: Card) -> Card:
    newer = max((first, second), key=lambda card: card.last.id if card.last else 0)
    return Card(
        first.address, first.kind, first.title, newer.preview, first.unread + second.unread, newer.last
    )


def mailboxes(world: World, of: Device) -> list[Handset]:
    """Return the mailboxes in a device's mail app, newest mail first; its own ones also while they are empty."""
    if of.kind == "mailbox":
        return [_handset(world, of.address)]
    if of.own and of.kind == "mobile":
        found = [_handset(world, box) for box in of.own]
        return sorted(found, key=lambda box: box.last.id if box.last else 0, reverse=True)
    return [
        each
        for each in inbox.handsets(world, CARDS)
        if each.kind == "mailbox" and of.shows_mail_of(each.address)
    ]
