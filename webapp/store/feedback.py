"""Feedback: why somebody turned two-step verification off. It names nobody."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from webapp.store.engine import Connection


@dataclass(frozen=True, slots=True)
class Feedback:
    """A row of ``feedback``: a reason's word (or nothing), and what was written, in ``language``."""

    id: str
    at: float
    reason: str
    words: str
    language: str


def add(db: Connection, *, at: float, reason: str, words: str, language: str) -> None:
    """Keep what somebody said."""
    db.execute(
        "INSERT INTO feedback (id, at, reason, words, language) VALUES (?, ?, ?, ?, ?)",
        (secrets.token_hex(8), at, reason, words, language),
    )


def newest(db: Connection, limit: int = 50) -> list[Feedback]:
    """What was said last, newest first."""
    return [
        Feedback(*row)
        for row in db.execute(
            "SELECT id, at, reason, words, language FROM feedback ORDER BY at DESC, id DESC LIMIT ?", (limit,)
        )
    ]
