"""Run a world's jobs: requests to apps, each in a thread that may wait for an answer."""

import logging
import time
from collections.abc import Callable
from functools import partial

from mocksms import store
from mocksms.core import calls, receipts
from mocksms.core.worlds import World
from mocksms.delivery import call_documents, inbound_messages, webhooks
from mocksms.store.jobs import Job

log = logging.getLogger("mocksms.job_runner")
TAKEN_SECONDS = 30.0
"""Seconds after which a claimed job counts as lost with its process."""

Run = Callable[[World, Job], float | None]
RUNS: dict[str, Run] = {
    receipts.KIND: webhooks.send,
    calls.DOCUMENT: call_documents.fetch,
    inbound_messages.KIND: inbound_messages.hand_over,
}
"""The function of each kind of job. It returns in how many seconds to try again, or None."""


def start(world: World) -> None:
    """Run what is due, in a separate thread."""
    world.background.outbound_jobs.later(0, partial(run_due, world))


def start_due(world: World) -> None:
    """Start a thread if jobs are due, also those that a dead process left."""
    with world.store.reading() as db:
        due_at = store.jobs.next_due(db)
    if due_at is not None and due_at <= time.time():
        start(world)


def run_due(world: World) -> None:
    """Run jobs until none is due."""
    try:
        while (job := _take(world)) is not None:
            _finish(world, job, _run(world, job))
    except store.Gone:
        return  # the world was deleted with its jobs


def _take(world: World) -> Job | None:
    with world.store.reading() as db:
        due_at = store.jobs.next_due(db)
    now = time.time()
    if due_at is None or due_at > now or world.hub.closed:
        return None
    with world.store.writing() as db:
        return store.jobs.claim(db, now, now + TAKEN_SECONDS)


def _run(world: World, job: Job) -> float | None:
    try:
        return RUNS[job.kind](world, job)
    except (store.Gone, store.Unavailable):
        raise
    except Exception:
        log.exception("job %d (%s) failed for good", job.id, job.kind)
        return None


def _finish(world: World, job: Job, again_in: float | None) -> None:
    with world.store.writing() as db:
        if again_in is None:
            store.jobs.ack(db, job.id)
        else:
            store.jobs.retry(db, job.id, time.time() + again_in, job.tries)
    if again_in is not None:
        world.background.outbound_jobs.later(again_in, partial(run_due, world))
