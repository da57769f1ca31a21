"""Accounts that get their codes by text, written into a site's database."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from webapp.rules.passwords import Hasher
from webapp.store import accounts, methods
from webapp.store.database import open_engine

PASSWORD = "ringo-mikan-budou-77"


@dataclass(frozen=True)
class Person:
    """One of them."""

    name: str
    email: str
    number: str


def make_people(address: str, folder: Path, count: int) -> list[Person]:
    """Write so many accounts with two-step verification into the default world."""
    people = [Person(f"客{at:02}号", f"guest{at}@example.com", f"+8190777700{at:02}") for at in range(count)]
    hashed = Hasher(1, 8, 1).hash(PASSWORD)
    engine = open_engine(folder, address)
    try:
        with engine.open().writing() as db:
            for who in people:
                made = accounts.add(
                    db,
                    now=0.0,
                    name=who.name,
                    email=who.email,
                    phone=who.number,
                    password_hash=hashed,
                    language="ja",
                    time_zone="Asia/Tokyo",
                )
                methods.add(
                    db, account_id=made.id, kind="sms", number=who.number, is_preferred=True, verified_at=0.0
                )
                accounts.set_two_step(db, made.id, True)
    finally:
        engine.close()
    return people
