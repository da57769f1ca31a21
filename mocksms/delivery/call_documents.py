"""Fetch the documents that calls need from their apps."""

from mocksms.core import calls, inbox
from mocksms.core.worlds import World
from mocksms.delivery import http_client
from mocksms.store.jobs import Job


def fetch(world: World, job: Job) -> None:
    """Fetch the document that this call needs next and continue the call with it."""
    call = inbox.by_sid(world, job.content["call"])
    if call is None or call.status != "in-progress" or (request := calls.needed(world, call)) is None:
        return
    calls.load(world, call.id, http_client.send_signed(world, world.sender_app(call), request))
