"""Which token signs requests to an account's app: the one the app used last, else the configured one."""

from collections.abc import Mapping

from mocksms import store

MOST_REMEMBERED = 1000


class SigningTokens:
    """The tokens of one world. A new one is written in the transaction that saves the account's next message."""

    def __init__(self, world_store: store.Store, set_ones: Mapping[str, str]) -> None:
        """`set_ones` are the configured tokens by account.

        `shown` is the last token of each account that this process saw; `unwritten` is the part of it that is not in
        the database yet.
        """
        self._store = world_store
        self._set_ones = set_ones
        self.shown: dict[str, str] = {}
        self.unwritten: dict[str, str] = {}

    def note(self, account: str, token: str) -> None:
        """Remember the token that an account used."""
        if len(self.shown) >= MOST_REMEMBERED:
            self.shown.clear()
        self.shown[account] = self.unwritten[account] = token

    def of(self, account: str) -> str:
        """Return an account's token, "" for an unknown account."""
        if account in self.unwritten:
            return self.unwritten[account]
        with self._store.reading() as db:
            found = store.tokens.find(db, account)
        return self._set_ones.get(account, "") if found is None else found

    def write(self, db: store.Connection) -> None:
        """Write the remembered tokens as part of a transaction."""
        if written := dict(self.unwritten):
            store.tokens.put(db, written)
            self._store.after_commit(lambda: self._written(written))

    def _written(self, tokens: Mapping[str, str]) -> None:
        for account, token in tokens.items():
            if self.unwritten.get(account) == token:
                del self.unwritten[account]
