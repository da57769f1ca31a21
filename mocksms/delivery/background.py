"""The background work of all worlds: queues, and what the core asks for (`mocksms.core.background`)."""

from mocksms.core.models import Message
from mocksms.core.worlds import World
from mocksms.delivery import job_runner, retention, scheduler
from mocksms.delivery.job_queue import OUTBOUND_THREADS, JobQueue


class Delivery:
    """Implement :class:`mocksms.core.background.Background`."""

    def __init__(self) -> None:
        self.jobs = JobQueue()
        self.outbound_jobs = JobQueue("outbound", OUTBOUND_THREADS)

    def opened(self, world: World) -> None:
        """Start the scheduler and the retention of a world."""
        scheduler.watch(world)
        retention.watch(world)

    def received(self, world: World, message: Message) -> None:
        """Start the jobs of a new message and schedule its next step."""
        if message.id % retention.EVERY == 0:
            retention.prune_later(world)
        if message.due_at is not None or message.wants_receipts or message.direction == "out":
            self.watch(world)

    def watch(self, world: World) -> None:
        """Schedule what is due, and start the jobs that are due."""
        scheduler.watch(world)
        job_runner.start_due(world)
