"""An account's postal address for a page."""

from __future__ import annotations

from webapp.pages.render import language
from webapp.rules.postal_address import PostalAddress
from webapp.store.accounts import Account


def address_lines(account: Account) -> list[str]:
    """Return the lines in the order of the page's language; [] if the account has no address."""
    return PostalAddress.from_stored(account.address).lines(language()) if account.address else []
