"""The tokens that sign requests to accounts' apps."""

from collections.abc import Mapping

from mocksms.store.engine import Connection


def put(db: Connection, tokens: Mapping[str, str]) -> None:
    """Save each account's token; the last one counts."""
    db.executemany(
        "INSERT INTO tokens (account, token) VALUES (?, ?)"
        " ON CONFLICT (account) DO UPDATE SET token = excluded.token",
        list(tokens.items()),
    )


def find(db: Connection, account: str) -> str | None:
    """Return an account's token, or None."""
    row = db.execute("SELECT token FROM tokens WHERE account = ?", (account,)).fetchone()
    return None if row is None else str(row["token"])
