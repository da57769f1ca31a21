"""Leases: numbers and mailboxes reserved for one world, for apps that cannot choose a world per test.

Whatever is sent to a leased address arrives in the lease's world, whatever the AccountSid. A lease ends with its
world.
"""

import secrets
import time
from collections.abc import Callable

from mocksms import store
from mocksms.core import phone_numbers
from mocksms.store.leases import Lease, LeaseKind

MOST_TRIES = 20
FRESH_SECONDS = 1.0


class NoSuchNumbers(ValueError):
    """No mobile numbers of this country are known."""


class Leases:
    """The leases of a phone, kept in its default world."""

    def __init__(self, default: Callable[[], store.Store], fresh_seconds: float) -> None:
        """`default` returns the store of the default world.

        `known` are the leased addresses this process read last, valid until `known_until` (monotonic clock). So
        another process's leases count within `fresh_seconds`; ended ones end at once.
        """
        self._default = default
        self._fresh_seconds = fresh_seconds
        self.known: frozenset[str] = frozenset()
        self.known_until = 0.0

    def make(self, kind: LeaseKind, country: str, world_store: store.Store) -> Lease:
        """Lease a number of this country, or a mailbox, to a world. Raise :class:`NoSuchNumbers`."""
        lease = Lease(
            0, "", kind, country if kind == "number" else "", world_store.name, world_store.place, time.time()
        )
        for _ in range(MOST_TRIES):
            address = phone_numbers.random_mobile(country) if kind == "number" else _mailbox()
            if address is None:
                break
            lease = lease._replace(address=address)
            try:
                with self._default().writing() as db:
                    lease = lease._replace(id=store.leases.add(db, lease))
            except store.Conflict:  # already leased
                continue
            self.known_until = 0.0
            return lease
        raise NoSuchNumbers(country)

    def of_world(self, world_store: store.Store) -> list[Lease]:
        """Return the leases of a world, oldest first."""
        return [each for each in self.all_leases() if each.place == world_store.place]

    def end(self, world_store: store.Store, lease_id: int | None = None) -> int:
        """End one lease of a world, or all. Return how many ended."""
        with self._default().writing() as db:
            ended = store.leases.remove(db, world_store.place, lease_id)
        self.known_until = 0.0
        return ended

    def has(self, address: str) -> bool:
        """Return whether an address is leased, as far as this process knows."""
        if time.monotonic() >= self.known_until:
            self.known = frozenset(each.address for each in self.all_leases())
            self.known_until = time.monotonic() + self._fresh_seconds
        return address in self.known

    def find(self, address: str) -> Lease | None:
        """Return the lease of an address, or None."""
        if not self.has(address):
            return None
        with self._default().reading() as db:
            return store.leases.of_address(db, address)

    def all_leases(self) -> list[Lease]:
        """Return all leases, oldest first."""
        with self._default().reading() as db:
            return store.leases.all_leases(db)


def _mailbox() -> str:
    return f"box-{secrets.token_hex(6)}@example.com"
