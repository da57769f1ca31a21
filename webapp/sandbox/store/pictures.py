"""The pictures of a world's recordings, as rows."""

from __future__ import annotations

import re

from webapp.store.engine import Connection

MOST_PICTURES = 300
PICTURE = re.compile(r"[0-9a-f]{32}\.(png|webp)")


def add_picture(db: Connection, name: str, content: bytes, now: float) -> None:
    """Keep a picture. The newest `MOST_PICTURES` stay."""
    db.execute(
        """INSERT INTO pictures (name, kept_at, content) VALUES (?, ?, ?)
           ON CONFLICT (name) DO UPDATE SET kept_at = excluded.kept_at""",
        (name, now, content),
    )
    db.execute(
        """DELETE FROM pictures WHERE kept_at < (
               SELECT kept_at FROM pictures ORDER BY kept_at DESC LIMIT 1 OFFSET ?)""",
        (MOST_PICTURES - 1,),
    )


def find_picture(db: Connection, name: str) -> bytes | None:
    """Return a picture's bytes, or None."""
    row = db.execute("SELECT content FROM pictures WHERE name = ?", (name,)).fetchone()
    return None if row is None else bytes(row[0])
