"""The settings of one world, for its clock and its faults. They are a row, so each process sees another's change."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from flask import g, has_request_context

from webapp.clock import Clock
from webapp.sandbox.store import world_settings
from webapp.sandbox.store.world_settings import Settings
from webapp.store.engine import Busy, EngineError, Store


class WorldSettings:
    """The settings of the world in ``store``. A request reads the row once, however often it asks for the time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._last = Settings()
        self._without_faults = threading.local()

    def now(self) -> Settings:
        """Return the settings; the last known ones if the database can't be asked."""
        known: dict[str, Settings] = g.setdefault("world_settings", {}) if has_request_context() else {}
        found = known.get(self._store.place)
        if found is None:
            found = known[self._store.place] = self._read()
        return found

    def change(self, **values: Any) -> Settings:
        """Set some of them. Two changes at once are both made."""
        with self.without_faults(), self._store.writing() as db:
            changed = replace(world_settings.read(db), **values)
            world_settings.write(db, changed)
        self.forget()
        return changed

    def clear(self) -> None:
        """Set all to their defaults."""
        plain = Settings()
        self.change(**{name: getattr(plain, name) for name in Settings.__dataclass_fields__})

    def forget(self) -> None:
        """Read the row again at the next use in this request."""
        if has_request_context():
            g.pop("world_settings", None)

    def inject_faults(self) -> None:
        """Wait or raise `Busy` before a transaction, as a slow or a locked database does."""
        if getattr(self._without_faults, "is_on", False):
            return
        settings = self.now()
        if settings.locked_database:
            raise Busy("locked on request")
        if settings.slow_database:
            time.sleep(settings.slow_database)

    @contextmanager
    def without_faults(self) -> Iterator[None]:
        """Inject no faults into what this thread writes inside the block: it is a tool's."""
        before = getattr(self._without_faults, "is_on", False)
        self._without_faults.is_on = True
        try:
            yield
        finally:
            self._without_faults.is_on = before

    def _read(self) -> Settings:
        try:
            with self._store.reading() as db:
                self._last = world_settings.read(db)
        except EngineError:  # the error page tells the time, too
            pass
        return self._last


class WorldClock(Clock):
    """The time of one world: real time plus the offset of its settings."""

    def __init__(self, settings: WorldSettings) -> None:
        super().__init__()
        self._settings = settings

    @property
    def offset(self) -> float:
        """Return the seconds this clock is ahead of real time."""
        return self._settings.now().offset

    def set_offset(self, seconds: float) -> None:
        """Set the clock ``seconds`` ahead of real time; 0 is real time."""
        if seconds != self.offset:
            self._settings.change(offset=seconds)
