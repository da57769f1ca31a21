"""Worlds: isolated sites in one process, each with its accounts, files, clock and messages.

A world is a database. Its messages carry its name in the header ``X-World``, and its links in ``?world=``; a gateway
without worlds ignores both. New ones are copies of a seeded one, which appear at once. A reset takes the same rows.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from webapp.clock import Clock
from webapp.outbound.notifier import Notifier
from webapp.sandbox.instrumented import InstrumentedGateway, InstrumentedMailer
from webapp.sandbox.store import earlier_files
from webapp.sandbox.store.trace_log import TABLES, TraceLog
from webapp.sandbox.world_settings import WorldClock, WorldSettings
from webapp.services.context import Services
from webapp.store import accounts, outbox
from webapp.store.engine import DEFAULT, Engine, EngineError, Store, is_name

if TYPE_CHECKING:
    import httpx

HEADER = "X-World"
COOKIE = "world"
MOST_WORLDS = 200
OPEN_AT_ONCE = 32
TEMPLATE_SECONDS = 3600


class BadWorld(Exception):
    """No world can have this name. ``reason`` is ``name`` or ``many`` (there are `MOST_WORLDS` already)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class World:
    """One world: its name, the site's services in it, its settings and its trace log."""

    name: str
    services: Services
    settings: WorldSettings
    trace_log: TraceLog

    @property
    def is_default(self) -> bool:
        """Return whether it is the world of the first start, which can only be reset."""
        return self.name == DEFAULT


@dataclass(frozen=True, slots=True)
class Summary:
    """A world in a list: accounts, recorded steps, seconds its clock is ahead, bytes on disk."""

    name: str
    accounts: int
    steps: int
    offset: float
    size: int


class Worlds:
    """All worlds of a site. ``base`` are its services as ``create_app`` made them: the default world keeps its store.

    ``seed`` makes the demo accounts in the services it is given.
    """

    def __init__(
        self,
        base: Services,
        engine: Engine,
        transport: httpx.BaseTransport | None = None,
        *,
        seed: Callable[[Services], object],
    ) -> None:
        self._base = base
        self._seed = seed
        self._engine = engine
        self._transport = transport
        self._open: OrderedDict[str, World] = OrderedDict()
        self._lock = threading.RLock()
        self._seeded: bytes | None = None
        self._seeded_at = 0.0

    def get(self, name: str = DEFAULT) -> World:
        """Return the world of this name.

        Raises:
            UnknownWorld: there is none.
        """
        store = self._engine.open(name)
        world = self._open.get(name)
        if world is not None and world.services.store is store:
            return world
        with self._lock:
            world = self._open.get(name)
            if world is not None and world.services.store is store:  # another thread opened it first
                return world
            world = self._open[name] = self._opened(store)
            while len(self._open) > OPEN_AT_ONCE:
                self._open.pop(next(each for each in self._open if each != DEFAULT))
            return world

    def make(self, name: str) -> World:
        """Return the world of this name, made with the demo accounts if there is none.

        Raises:
            BadWorld: the name can't be one, or there are too many.
        """
        if not is_name(name):
            raise BadWorld("name")
        with self._lock:
            if name not in self.names():
                if len(self.names()) >= MOST_WORLDS:
                    raise BadWorld("many")
                self._engine.make(name, self._template())
        return self.get(name)

    def empty(self, name: str, forget: bool = False) -> World:
        """Reset a world: demo accounts, real time, no faults. With ``forget`` also no recordings and no coverage.

        Raises:
            UnknownWorld: there is none.
        """
        world = self.get(name)
        copy, store = self._template(), world.services.store
        with world.settings.without_faults(), store.writing():
            number = world.trace_log.last_number()
            store.replace_rows(copy, but=TABLES)
            if forget:
                world.trace_log.empty()
            world.trace_log.go_on_from(number)
        world.settings.forget()
        world.services.clock.set_offset(0.0)
        return world

    def delete(self, name: str) -> bool:
        """Delete a world and all in it. Return whether there was one. The default world can only be reset."""
        if name == DEFAULT:
            return False
        with self._lock:
            self._open.pop(name, None)
            return self._engine.drop(name)

    def names(self) -> list[str]:
        """Return all worlds, the default one first."""
        return self._engine.names()

    def with_unsent(self) -> Iterator[Services]:
        """Yield the services of each world whose outbox has messages. The others are not kept open."""
        for name in self.names():
            with contextlib.suppress(EngineError, OSError):  # deleted meanwhile, or damaged
                with self._engine.open(name).reading() as db:
                    waits = outbox.next_due(db) is not None
                if waits:
                    yield self.get(name).services

    def summaries(self) -> list[Summary]:
        """Return the summaries of all worlds, without those that are deleted meanwhile."""
        found = []
        for name in self.names():
            with contextlib.suppress(EngineError, OSError):
                found.append(self.summary(name))
        return found

    def summary(self, name: str) -> Summary:
        """Return the summary of a world. Raises UnknownWorld."""
        world = self.get(name)
        store = world.services.store
        with store.reading() as db:
            return Summary(
                name,
                len(accounts.list_all(db)),
                world.trace_log.last_id(),
                world.services.clock.offset,
                store.size(),
            )

    def _opened(self, store: Store) -> World:
        base, default = self._base, store.name == DEFAULT
        if not base.config.database_url:
            folder = Path(base.config.instance) if default else Path(store.place).parent
            earlier_files.take_over(store, folder)
        settings = WorldSettings(store)
        store.before_writing = settings.inject_faults
        headers = {} if default else {HEADER: store.name}
        config = base.config
        gateway = InstrumentedGateway.of(config, self._transport, headers)
        mailer = InstrumentedMailer.of(config, headers)
        given_clock = default and type(base.clock) is not Clock
        suffix = "" if default else "?" + urlencode({"world": store.name})
        services = replace(
            base,
            clock=base.clock if given_clock else WorldClock(settings),
            store=store,
            outbound=Notifier(gateway, mailer, config, suffix),
        )
        trace_log = TraceLog(store, settings.without_faults)
        return World(store.name, services, settings, trace_log)

    def _template(self) -> bytes:
        """Return a seeded world's rows.

        Each process makes it, so its tables are never older than the code, and makes it again after an hour, before
        its unfinished flows expire. It is in memory: a killed process would leave a folder behind.
        """
        with self._lock:
            if self._seeded is None or time.monotonic() - self._seeded_at > TEMPLATE_SECONDS:
                self._seeded_at = time.monotonic()
                with self._engine.scratch() as store:
                    self._seed(replace(self._base, clock=Clock(), store=store))
                    self._seeded = store.copy()
            return self._seeded
