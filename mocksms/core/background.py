"""The interface of work that continues after a request is answered; `mocksms.delivery` implements it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from mocksms.core.models import Message

if TYPE_CHECKING:
    from mocksms.core.worlds import World


class Jobs(Protocol):
    """A queue of background work."""

    def later(self, seconds: float, work: Callable[[], None]) -> None:
        """Run the work in this many real seconds."""

    def close(self) -> None:
        """Stop. Work that is not due yet is dropped."""


class Background(Protocol):
    """What a world needs done in the background.

    `outbound_jobs` call apps, which may be slow; they don't block other work.
    """

    @property
    def jobs(self) -> Jobs:
        """Return the queue for what is due."""

    @property
    def outbound_jobs(self) -> Jobs:
        """Return the queue for requests to apps."""

    def opened(self, world: "World") -> None:
        """Start looking after a world that was opened."""

    def received(self, world: "World", message: Message) -> None:
        """Continue with a new message."""

    def watch(self, world: "World") -> None:
        """Schedule what is due in the world and its jobs; called after something was added."""
