"""Find accounts by identifier: an email address or a mobile number in any spelling."""

from __future__ import annotations

from webapp.errors import NotAPhoneNumber
from webapp.rules import identifiers
from webapp.rules.contacts import Contact
from webapp.store import accounts
from webapp.store.accounts import Account
from webapp.store.engine import Connection


def find_account(db: Connection, text: str) -> Account | None:
    """Return the account that signs in as ``text``, if there is one."""
    try:
        identifier = identifiers.read(text)
    except NotAPhoneNumber:
        return None
    find = accounts.find_by_email if identifier.kind == "email" else accounts.find_by_phone
    return find(db, identifier.value)


def find_owner(db: Connection, contact: Contact) -> Account | None:
    """Return the account that has this address or number, if there is one."""
    find = accounts.find_by_email if contact.channel == "mail" else accounts.find_by_phone
    return find(db, contact.value)
