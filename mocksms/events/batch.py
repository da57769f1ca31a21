"""Events that all streams get at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from mocksms.core.models import Event
from mocksms.events.recent import length


class Batch(list[Event]):
    """Events in the order of their ids, shared by streams.

    `pieces` caches their form in the stream; `characters` is their length.
    """

    def __init__(self, events: Iterable[Event]) -> None:
        """Another process may have found the same event again: the first one counts."""
        found: dict[int, Event] = {}
        for event in events:
            found.setdefault(event.id, event)
        super().__init__(found[each] for each in sorted(found))
        self.pieces: Sequence[bytes] = ()
        self.characters = sum(map(length, self))
        self._is_gapless = all(later.id == event.id + 1 for event, later in pairwise(self))

    def after(self, last: int) -> list[Event] | None:
        """Return the events after this id, the batch itself if it is all of them. Return None if some are missing."""
        if not self or self[-1].id <= last:
            return []
        if not self._is_gapless or self[0].id > last + 1:
            return None
        return self if self[0].id == last + 1 else self[last + 1 - self[0].id :]
