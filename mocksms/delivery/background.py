"""The background of all worlds: job queues, and what the core asks for (`mocksms.core.background`)."""

from mocksms.core.models import Message
from mocksms.core.worlds import World
from mocksms.delivery import call_documents, retention, scheduler, webhooks
from mocksms.delivery.job_queue import OUTBOUND_THREADS, JobQueue


class Delivery:
    """Implements :class:`mocksms.core.background.Background`."""

    def __init__(self) -> None:
        self.jobs = JobQueue()
        self.outbound_jobs = JobQueue("outbound", OUTBOUND_THREADS)

    def opened(self, world: World) -> None:
        """Start the scheduler and the retention of a world."""
        scheduler.watch(world)
        retention.watch(world)

    def received(self, world: World, message: Message) -> None:
        """Report the statuses that a new message went through, and wait for those to come."""
        if message.id % retention.EVERY == 0:
            retention.prune_later(world)
        if message.due_at is not None:
            scheduler.watch(world)
        if message.wants_receipts and message.direction == "in":
            webhooks.report(world, message, 1)

    def report(self, world: World, message: Message, after: int) -> None:
        """Send the steps of the message's history from index `after` on."""
        webhooks.report(world, message, after)

    def watch(self, world: World) -> None:
        """Look at what is due."""
        scheduler.watch(world)

    def fetch_document(self, world: World, call: Message) -> None:
        """Fetch the document that a call needs."""
        self.outbound_jobs.later(0, lambda: call_documents.fetch(world, call.id))
