"""`python -m bench --scale`: the cost of the phone's pages and calls with 1,000, 100,000 and 1,000,000 rows stored."""

from __future__ import annotations

import tempfile
from collections.abc import Callable

from flask import Flask

from bench.client import Client
from bench.measure import cpu_milliseconds, timed
from bench.server_process import SENDER, TEXT
from bench.table import Row, markdown
from mocksms import create_app, store
from mocksms.core import inbox
from mocksms.core.models import Message, Sent
from mocksms.core.worlds import World
from mocksms.store import messages as keeping
from mocksms.store import search_index

COUNTS = (1_000, 100_000, 1_000_000)
NUMBERS = 500
NUMBER = "+819012300042"
NEWEST = "/api/v1/messages?limit=1&to=%2B819012300042"
NEWEST_WORK = "newest for a number (API)"
# Every tenth row is a call. Only the very first ones were busy, so a list of those reads the most.
MESSAGES = """
WITH RECURSIVE n (i) AS (SELECT ? UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO messages (id, sid, channel, wire, direction, account, sender, recipient, handset, peer, subject, body, html,
    code, links, status, segments, created_at, received_at, updated_at, history, details)
SELECT i, lower(hex(randomblob(16))), iif(i % 10 = 3, 'call', 'sms'), 'twilio', 'in', 'AC1', ?,
    printf('+8190123%05d', i % ?), printf('+8190123%05d', i % ?), ?, '', ?, '', '482913', '',
    iif(i % 10 = 3, iif(i < 100, 'busy', 'completed'), 'delivered'), 1, 1e9 + i, 1e9 + i, 1e9 + i, '[]', '' FROM n
"""
HANDSETS = """
INSERT INTO handsets (address, kind, first_at, last, unread, total)
SELECT handset, 'mobile', min(created_at), max(id), count(*), count(*) FROM messages GROUP BY handset
"""
THREADS = """
INSERT INTO threads (handset, peer, channel, last, unread, total)
SELECT handset, peer, channel, max(id), count(*), count(*) FROM messages GROUP BY handset, peer, channel
"""


def fill(world: World, start: int, end: int, numbers: int = NUMBERS) -> None:
    """Write rows start + 1 to end directly into the file, for so many numbers, with their search words."""
    with world.store.writing() as db:
        db.execute(MESSAGES, (start + 1, end, SENDER, numbers, numbers, SENDER, TEXT))
        for table, rows in (("handsets", HANDSETS), ("threads", THREADS)):
            db.execute(f"DELETE FROM {table}")
            db.execute(rows)
        db.execute("DELETE FROM events")
        db.execute(
            "INSERT INTO events (id, at, kind, message, detail) VALUES (?, 0, 'message', 0, '')", (end,)
        )
    search_index.complete(world.store, end)


def _works(app: Flask, world: World) -> dict[str, Callable[[], float]]:
    client = Client(app)

    def page(address: str) -> Callable[[], float]:
        return lambda: timed(lambda: client.get(address))

    def take() -> None:
        message = Message(inbox.new_sid("SM"), "sms", SENDER, NUMBER, TEXT)
        message.created_at = message.received_at = message.updated_at = world.now()
        with world.store.writing() as db:
            keeping.add(db, message, "mobile")

    return {
        "list of phones": page("/"),
        "a phone's conversations": page(f"/handsets/{NUMBER}/messages/"),
        "a conversation": page(f"/handsets/{NUMBER}/messages/{SENDER}"),
        "its oldest page": page(f"/handsets/{NUMBER}/messages/{SENDER}?before=700"),
        NEWEST_WORK: page(NEWEST),
        "the code for a number (API)": page("/api/v1/code?to=%2B819012300042"),
        "search of one phone": page(f"/handsets/{NUMBER}/search?q=482913"),
        "search of all phones": page("/search?q=482913"),
        "calls by a rare status": lambda: timed(
            lambda: inbox.sent(world, Sent(channel="call", status="busy"), None, 50)
        ),
        "saving one message": lambda: timed(take),
    }


def rows() -> list[Row]:
    """Print milliseconds of CPU by rows stored, and the ratio of last to first. Return the row with a target."""
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        app = create_app({"INSTANCE": name})
        world, stored = app.extensions["mocksms"].get(), 0
        for count in COUNTS:
            with world.store.reading() as db:
                stored = store.reading.last_message(db)
            fill(world, stored, count)
            for work, spent in cpu_milliseconds(_works(app, world), rounds=3, times=10).items():
                found.setdefault(work, []).append(spent)
        app.extensions["mocksms"].close()
    lines = [("ms CPU", *(f"{count:,} stored" for count in COUNTS), "last ÷ first")]
    for work, times in found.items():
        lines.append((work, *(f"{each:.2f}" for each in times), f"{times[-1] / times[0]:.1f} ×"))
    print(markdown(lines), end="\n\n", flush=True)
    return [Row("newest_1m", found[NEWEST_WORK][-1], found[NEWEST_WORK][0])]
