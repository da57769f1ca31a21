"""Requests that the phone still has to send to apps.

A job is written in the transaction that causes it and deleted when it is done. Jobs of one line run one after the
other, oldest first. Times are the computer's. Claiming a job moves it into the future, so it is due again if the
process dies: each job is done at least once, and by one worker at a time.
"""

import json
from typing import Any, NamedTuple

from mocksms.store.engine import Connection

_IS_FIRST = (
    "NOT EXISTS (SELECT 1 FROM jobs AS earlier WHERE earlier.line = jobs.line AND earlier.id < jobs.id)"
)


class NewJob(NamedTuple):
    """A job to add: `kind` says how, `content` with what; `line` is its queue."""

    kind: str
    line: str
    content: dict[str, Any]


class Job(NamedTuple):
    """A claimed job; `tries` includes this one."""

    id: int
    kind: str
    tries: int
    content: dict[str, Any]


def add(db: Connection, job: NewJob, due_at: float) -> None:
    """Add a job to the end of its line."""
    db.queue(
        "INSERT INTO jobs (kind, line, due_at, tries, content) VALUES (?, ?, ?, 0, ?)",
        (job.kind, job.line, due_at, json.dumps(job.content)),
    )


def claim(db: Connection, now: float, until: float) -> Job | None:
    """Return the job that is due first and keep it from others until then. Return None when nothing is due."""
    row = db.execute(
        f"SELECT id, kind, tries, content FROM jobs WHERE due_at <= ? AND {_IS_FIRST} ORDER BY due_at, id LIMIT 1",  # noqa: S608
        (now,),
    ).fetchone()
    if row is None:
        return None
    retry(db, row["id"], until, row["tries"] + 1)
    return Job(row["id"], row["kind"], row["tries"] + 1, json.loads(row["content"]))


def retry(db: Connection, job_id: int, due_at: float, tries: int) -> None:
    """Make a job due later."""
    db.execute("UPDATE jobs SET due_at = ?, tries = ? WHERE id = ?", (due_at, tries, job_id))


def ack(db: Connection, job_id: int) -> bool:
    """Delete a finished job. Return False if another process has finished it."""
    return db.execute("DELETE FROM jobs WHERE id = ?", (job_id,)).rowcount == 1


def next_due(db: Connection) -> float | None:
    """Return when the next job is due (Unix seconds), or None."""
    row = db.execute(f"SELECT min(due_at) FROM jobs WHERE {_IS_FIRST}").fetchone()  # noqa: S608
    return None if row[0] is None else float(row[0])
