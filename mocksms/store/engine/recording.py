"""Listen to the statements that the stores run: tests and the bench collect and count them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

listeners: list[Callable[[str], None]] = []
"""Called with the SQL of each statement before it runs, transaction control included, in the thread that runs it."""

joined: list[Callable[[str], None]] = []
"""Called with those that share the round trip of the next one, when they are queued."""


@contextmanager
def listening(
    listener: Callable[[str], None], shares: Callable[[str], None] = lambda _: None
) -> Iterator[None]:
    """Call ``listener`` with each statement of this process inside the block, and ``shares`` with those `joined`."""
    listeners.append(listener)
    joined.append(shares)
    try:
        yield
    finally:
        listeners.remove(listener)
        joined.remove(shares)
