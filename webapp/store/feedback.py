"""Feedback: why two-step verification was turned off. It names no account."""

from __future__ import annotations

import secrets
from typing import NamedTuple

from webapp.store.engine import Connection


class Feedback(NamedTuple):
    """A row of ``feedback``: a reason's name (or nothing), and the text, in ``language``."""

    id: str
    at: float
    reason: str
    words: str
    language: str


def add(db: Connection, *, at: float, reason: str, words: str, language: str) -> None:
    """Store feedback."""
    db.execute(
        "INSERT INTO feedback (id, at, reason, words, language) VALUES (?, ?, ?, ?, ?)",
        (secrets.token_hex(8), at, reason, words, language),
    )


def newest(db: Connection, limit: int = 50) -> list[Feedback]:
    """Return the newest feedback, newest first."""
    return [
        Feedback(*row)
        for row in db.execute(
            "SELECT id, at, reason, words, language FROM feedback ORDER BY at DESC, id DESC LIMIT ?", (limit,)
        )
    ]
