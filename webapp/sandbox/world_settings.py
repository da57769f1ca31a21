"""What the tools have set in a world: how far its clock is moved, and which faults the site itself has.

A small file beside the world's database, looked at by its stamp whenever the time is asked for: no statement, and each
process of the site sees another's change at once.
"""

from __future__ import annotations

import fcntl
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from webapp.clock import Clock
from webapp.store.engine import Busy


@dataclass(frozen=True, slots=True)
class Facts:
    """``offset`` are the seconds by which the clock is ahead; ``slow_database`` those that each write waits;
    ``locked_database`` refuses writes as a locked file does."""

    offset: float = 0.0
    slow_database: float = 0.0
    locked_database: bool = False


class FactsFile:
    """The facts of one world, in the file at ``path``. No file means none is set."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._changing = threading.Lock()
        self._spared = threading.local()
        self._known: tuple[tuple[int, int, int], Facts] = ((0, 0, 0), Facts())

    def now(self) -> Facts:
        """The facts as they are."""
        try:
            found = self.path.stat()
            stamp = (found.st_mtime_ns, found.st_ino, found.st_size)
            if stamp != self._known[0]:
                self._known = (stamp, Facts(**json.loads(self.path.read_text())))
        except FileNotFoundError:
            return Facts()
        return self._known[1]

    def change(self, **facts: Any) -> Facts:
        """Set some of them; all processes see it at once, and two changes at once are both made."""
        with self._changing, self.path.with_name(f".{self.path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return self._write(replace(self.now(), **facts))

    def _write(self, changed: Facts) -> Facts:
        if changed == Facts():
            self.clear()
            return changed
        draft = self.path.with_name(f".{self.path.name}-{secrets.token_hex(8)}")
        try:
            draft.write_text(json.dumps(asdict(changed)))
            draft.replace(self.path)
        finally:
            draft.unlink(missing_ok=True)
        return changed

    def clear(self) -> None:
        """Set none of them."""
        self.path.unlink(missing_ok=True)

    def obstruct(self) -> None:
        """Wait or raise `Busy` before a transaction, as a slow or a locked database does."""
        if getattr(self._spared, "is_on", False):
            return
        facts = self.now()
        if facts.locked_database:
            raise Busy("locked on request")
        if facts.slow_database:
            time.sleep(facts.slow_database)

    @contextmanager
    def spared(self) -> Iterator[None]:
        """Obstruct nothing that this thread writes inside the block: it is a tool's."""
        self._spared.is_on = True
        try:
            yield
        finally:
            self._spared.is_on = False


class WorldClock(Clock):
    """The time of one world: real time moved by what its facts say."""

    def __init__(self, facts: FactsFile) -> None:
        super().__init__()
        self._facts = facts

    @property
    def offset(self) -> float:
        """Seconds this clock is ahead of real time."""
        return self._facts.now().offset

    def set_offset(self, seconds: float) -> None:
        """Be ``seconds`` ahead of real time; 0 is back to now."""
        if seconds != self.offset:
            self._facts.change(offset=seconds)
