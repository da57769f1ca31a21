"""Report statuses of messages and calls to apps: signed forms, in order, repeated until they are answered."""

import logging

from mocksms.core.sender_app import AppRequest, SenderApp
from mocksms.core.worlds import World
from mocksms.delivery import http_client
from mocksms.store.jobs import Job

log = logging.getLogger("mocksms.webhooks")
FIRST_PAUSE_SECONDS = 0.5


def send(world: World, job: Job) -> float | None:
    """Send a receipt. Return in how many seconds to try again, None when it was answered or given up."""
    problem = _attempt(world, job)
    if not problem:
        return None
    if job.tries >= world.settings.callback_tries:
        log.warning("a callback was given up: %s", problem)
        return None
    pause: float = FIRST_PAUSE_SECONDS * 2 ** (job.tries - 1)
    log.info("a callback failed (%s) and is tried again in %.1f s", problem, pause)
    return pause


def _attempt(world: World, job: Job) -> str:
    """Send it. Return what went wrong, "" for an answer of 2xx."""
    request = AppRequest.from_content(job.content["request"])
    app = world.sender_apps.get(job.content["wire"], SenderApp())
    return http_client.send_signed(world, app, request).problem
