"""What goes on after a request is answered, as the core asks for it; `mocksms.delivery` does it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from mocksms.core.models import Message

if TYPE_CHECKING:
    from mocksms.core.worlds import World


class Jobs(Protocol):
    """Work done by threads in the background."""

    def later(self, seconds: float, work: Callable[[], None]) -> None:
        """Do the work in so many real seconds."""

    def close(self) -> None:
        """Stop; what is not yet due is not done."""


class Background(Protocol):
    """What a world asks for. `outbound_jobs` call apps, which may take long, and hold up no other work."""

    @property
    def jobs(self) -> Jobs:
        """The threads that do what is due."""

    @property
    def outbound_jobs(self) -> Jobs:
        """The threads that call apps."""

    def opened(self, world: "World") -> None:
        """Look after a world that was opened."""

    def received(self, world: "World", message: Message) -> None:
        """Go on with a message that was just kept."""

    def watch(self, world: "World") -> None:
        """Look at what is due in the world, and at its jobs: something was added."""
