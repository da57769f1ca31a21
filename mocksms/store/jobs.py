"""Requests that the phone still owes to apps: written with what caused them, deleted once they are done.

Jobs of one line are done one after the other, in the order they were added. Times are the computer's. Who takes a job
moves it into the future: when the process dies, the job is due again. So each is done at least once, and by one taker
at a time.
"""

import json
from typing import Any, NamedTuple

from mocksms.store.engine import Connection

_IS_FIRST = (
    "NOT EXISTS (SELECT 1 FROM jobs AS earlier WHERE earlier.line = jobs.line AND earlier.id < jobs.id)"
)


class NewJob(NamedTuple):
    """What is to be done: `kind` says how, `content` with what; `line` is what it waits in."""

    kind: str
    line: str
    content: dict[str, Any]


class Job(NamedTuple):
    """A job that was taken; `tries` counts this time, too."""

    id: int
    kind: str
    tries: int
    content: dict[str, Any]


def add(db: Connection, job: NewJob, due_at: float) -> None:
    """Add a job to the end of its line."""
    db.execute(
        "INSERT INTO jobs (kind, line, due_at, tries, content) VALUES (?, ?, ?, 0, ?)",
        (job.kind, job.line, due_at, json.dumps(job.content)),
    )


def claim(db: Connection, now: float, until: float) -> Job | None:
    """Return the job that is due first, and keep it from others until then; None when nothing is due."""
    row = db.execute(
        f"SELECT id, kind, tries, content FROM jobs WHERE due_at <= ? AND {_IS_FIRST} ORDER BY due_at, id LIMIT 1",  # noqa: S608
        (now,),
    ).fetchone()
    if row is None:
        return None
    retry(db, row["id"], until, row["tries"] + 1)
    return Job(row["id"], row["kind"], row["tries"] + 1, json.loads(row["content"]))


def retry(db: Connection, job_id: int, due_at: float, tries: int) -> None:
    """Let a job be due later."""
    db.execute("UPDATE jobs SET due_at = ?, tries = ? WHERE id = ?", (due_at, tries, job_id))


def ack(db: Connection, job_id: int) -> None:
    """Delete a job."""
    db.execute("DELETE FROM jobs WHERE id = ?", (job_id,))


def next_due(db: Connection) -> float | None:
    """Return when the next job is due (Unix seconds), None without one."""
    row = db.execute(f"SELECT min(due_at) FROM jobs WHERE {_IS_FIRST}").fetchone()  # noqa: S608
    return None if row[0] is None else float(row[0])
