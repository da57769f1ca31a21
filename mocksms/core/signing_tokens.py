"""Which token signs what is sent to an account's app: the one it showed last, else the one of the settings."""

from collections.abc import Mapping

from mocksms import store

MOST_REMEMBERED = 1000


class SigningTokens:
    """The tokens of one world. A new one is written by the transaction that keeps the account's next message."""

    def __init__(self, world_store: store.Store, set_ones: Mapping[str, str]) -> None:
        """`set_ones` are the tokens of the settings, by account. `shown` is what this process saw, the last token of
        each account; `unwritten` is what of it is not in the database yet.
        """
        self._store = world_store
        self._set_ones = set_ones
        self.shown: dict[str, str] = {}
        self.unwritten: dict[str, str] = {}

    def note(self, account: str, token: str) -> None:
        """Note the token that an account showed."""
        if len(self.shown) >= MOST_REMEMBERED:
            self.shown.clear()
        self.shown[account] = self.unwritten[account] = token

    def of(self, account: str) -> str:
        """Return an account's token, "" for one that nobody knows."""
        if account in self.unwritten:
            return self.unwritten[account]
        with self._store.reading() as db:
            found = store.tokens.find(db, account)
        return self._set_ones.get(account, "") if found is None else found

    def write(self, db: store.Connection) -> None:
        """Write what was noted, as part of a transaction."""
        if written := dict(self.unwritten):
            store.tokens.put(db, written)
            self._store.after_commit(lambda: self._written(written))

    def _written(self, tokens: Mapping[str, str]) -> None:
        for account, token in tokens.items():
            if self.unwritten.get(account) == token:
                del self.unwritten[account]
