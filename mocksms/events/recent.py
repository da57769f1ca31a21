"""The newest events of one world in memory, for streams that resume."""

from collections import OrderedDict

from mocksms.core.models import Event

MOST_KEPT = 1000
MOST_KEPT_CHARACTERS = 4_000_000


class Recent:
    """The newest events, while there are streams: those that resume share them, and their form in the stream.

    Call `add` and `clear` under one lock.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[int, Event] = OrderedDict()
        self._characters = 0

    def add(self, events: list[Event]) -> None:
        """Keep events in place of the oldest ones."""
        for event in events:
            if event.id not in self._kept:
                self._kept[event.id] = event
                self._characters += length(event)
        while len(self._kept) > MOST_KEPT or self._characters > MOST_KEPT_CHARACTERS:
            self._characters -= length(self._kept.popitem(last=False)[1])

    def find(self, event_id: int) -> Event | None:
        """Return the event with this id, or None. Its message may have changed since."""
        return self._kept.get(event_id)

    def clear(self) -> None:
        """Keep none."""
        self._kept.clear()
        self._characters = 0


def length(event: Event) -> int:
    """Return the characters of what can be long. The event's form in the stream has them once more."""
    message = event.message
    details = len(str(message.details)) if message.details else 0
    return len(message.subject) + len(message.body) + len(message.html) + details
