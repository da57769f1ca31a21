"""Worlds: isolated inboxes, each with a separate database, opened by name."""

import itertools
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial

from mocksms import store
from mocksms.config import Settings
from mocksms.core.background import Background
from mocksms.core.leases import FRESH_SECONDS, Leases
from mocksms.core.models import Event, Message
from mocksms.core.request_log import RequestLog
from mocksms.core.sender_app import SenderApp
from mocksms.core.signing_tokens import SigningTokens
from mocksms.core.world_names import DEFAULT, account_sid
from mocksms.events.hub import Hub
from mocksms.store.conditions import Conditions
from mocksms.store.engine import is_name
from mocksms.store.group_commit import GroupCommit

CHECK_SECONDS = 1.0
_NO_APP = SenderApp()


class BadWorld(ValueError):
    """The name is invalid; the text says what it must be like."""


class TooManyWorlds(Exception):
    """MOCKSMS_MAX_WORLDS is reached."""


class World:
    """One isolated inbox: its database, its event queue and its clock. `arrivals` counts those of this process."""

    def __init__(
        self,
        world_store: store.Store,
        settings: Settings,
        background: Background,
        sender_apps: Mapping[str, SenderApp],
        own_ports: Collection[int],
        announce: Callable[[str, int], None],
    ) -> None:
        self.name = world_store.name
        self.store = world_store
        self.settings = settings
        self.background = background
        self.sender_apps = sender_apps
        self.own_ports = own_ports
        self.tokens = SigningTokens(world_store, settings.accounts)
        self.hub = Hub(world_store, partial(announce, self.name))
        self.request_log = RequestLog(world_store, background)
        self.group_commit = GroupCommit(world_store, self.hub.publish, self.tokens)
        self.arrivals = itertools.count(1)

    def conditions(self) -> Conditions:
        """Return the current conditions, whichever process set them."""
        with self.store.reading() as db:
            found = store.conditions.read(db)
        self.group_commit.seen = found
        return found

    def now(self) -> float:
        """Return the phone's time in Unix seconds: real time plus the world's offset."""
        return time.time() + self.offset()

    def offset(self) -> float:
        """Return how many seconds the phone's clock is ahead."""
        return self.conditions().offset

    def set_offset(self, seconds: float) -> None:
        """Set the phone's clock to real time plus this many seconds."""
        with self.altering() as db:
            store.conditions.set_offset(db, seconds)

    def sender_app(self, message: Message) -> SenderApp:
        """Return the interface to the app that sent this message; an unknown app gets nothing."""
        return self.sender_apps.get(message.wire, _NO_APP)

    @contextmanager
    def write(self) -> Iterator[tuple[store.Connection, list[Event]]]:
        """Lend a connection inside a transaction, and a list for its events, which are published after the commit."""
        events: list[Event] = []
        with self.store.writing() as db:
            self.tokens.write(db)
            yield db, events
            self.store.after_commit(lambda: self.hub.publish(events))

    @contextmanager
    def altering(self) -> Iterator[store.Connection]:
        """Lend a connection inside a transaction that changes the conditions; open pages learn of it at once."""
        with self.store.writing() as db:
            yield db
            self.store.after_commit(self.hub.recheck)

    def close(self) -> None:
        """Release waiters, write what is recorded and close idle connections."""
        self.hub.close()
        self.request_log.flush()
        self.store.close()


class Worlds:
    """All worlds of a phone."""

    def __init__(
        self, settings: Settings, background: Background, sender_apps: Mapping[str, SenderApp]
    ) -> None:
        """`sender_apps` holds the interface to each provider's apps, by the provider's name.

        `own_ports` are the ports that this phone listens on, as far as they are known.
        """
        self.settings = settings
        self.background = background
        self.sender_apps = sender_apps
        self.own_ports: set[int] = set()
        self.engine = store.open_engine(settings.folder, settings.database_url)
        fresh_seconds = 0.0 if self.engine.is_shared else FRESH_SECONDS
        self.leases = Leases(self.engine.open, fresh_seconds)
        self._fresh_seconds = fresh_seconds
        self._open: dict[str, World] = {}
        self._to_check: set[str] = set()
        self._accounts: dict[str, str] = {}
        self._accounts_known_until = 0.0
        self._lock = threading.Lock()

    def get(self, name: str = DEFAULT) -> World:
        """Return the world of this name. Raise :class:`BadWorld`, :class:`UnknownWorld` (with similar names)."""
        if not is_name(name):
            raise BadWorld("a world's name is 1 to 64 of A-Z a-z 0-9 _ . - and begins with a letter or digit")
        return self._opened(name)

    def make(self, name: str) -> tuple[World, bool]:
        """Return the world of this name and whether it is new. Raise :class:`BadWorld`, :class:`TooManyWorlds`."""
        with suppress(store.UnknownWorld):
            return self.get(name), False
        if len(self.names()) >= self.settings.max_worlds:
            raise TooManyWorlds
        is_new = self.engine.make(name)
        return self._opened(name), is_new

    def find(self, name: str) -> World | None:
        """Return the world of this name, or None."""
        try:
            return self._opened(name)
        except store.UnknownWorld:
            return None

    def of_account(self, account: str) -> World | None:
        """Return the world with this AccountSid, or None; see :func:`account_sid`."""
        name = self._accounts.get(account)
        if name is None and time.monotonic() >= self._accounts_known_until:
            self._accounts = {account_sid(each): each for each in self.names()}
            self._accounts_known_until = time.monotonic() + self._fresh_seconds
            name = self._accounts.get(account)
        return self.find(name) if name is not None else None

    def resume(self) -> None:
        """Continue what earlier processes left: messages under way, calls, requests to apps.

        From now on, follow the news of other processes too.
        """
        self.background.jobs.later(0, self._check_all)
        self.engine.listen(self._heard)

    def _check_all(self) -> None:
        with suppress(store.Unavailable):  # the news comes back with the database, and this is called again
            for name in self.names():
                self._check(name)

    def _check(self, name: str) -> None:
        """Continue what is due in a world, perhaps left by a process that is gone."""
        self._to_check.discard(name)
        try:
            with self.engine.open(name).reading() as db:
                is_due = (store.reading.next_due(db), store.jobs.next_due(db)) != (None, None)
            if is_due:
                self.background.watch(self._opened(name))
        except (store.UnknownWorld, store.Gone):
            self._forget(name)

    def _forget(self, name: str) -> None:
        """Let go of a world that another process deleted: nobody may ask for its name again."""
        with self._lock:
            world = self._open.get(name)
            if world is None or world.store.exists():
                return
            del self._open[name]
            self._accounts.pop(account_sid(name), None)
        world.close()

    def _heard(self, name: str, _: int) -> None:
        """Follow the news of a world, or of all (""). This must not wait for the database."""
        for world in [self._open.get(name)] if name else self.all_open():
            if world is not None:
                world.hub.look()
        if not name:
            self.background.jobs.later(0, self._check_all)
        elif name not in self._to_check:
            self._to_check.add(name)
            self.background.jobs.later(CHECK_SECONDS, partial(self._check, name))

    def of_lease(self, address: str) -> World | None:
        """Return the world that an address is leased to, or None."""
        lease = self.leases.find(address)
        world = self.find(lease.world) if lease is not None else None
        return world if world is not None and lease is not None and world.store.place == lease.place else None

    def of_leased_message(self, sid: str) -> World | None:
        """Return the world with leases that holds the message of this id, or None: its sender knows no world."""
        for lease in {each.place: each for each in self.leases.all_leases()}.values():
            world = self.of_lease(lease.address)
            if world is not None:
                with world.store.reading() as db:
                    if store.reading.find_sid(db, sid) is not None:
                        return world
        return None

    def _opened(self, name: str) -> World:
        """Return the current world of this name: another process may have replaced the previous one."""
        world_store = self.engine.open(name)
        world = self._open.get(name)
        if world is not None and world.store is world_store:
            return world
        with self._lock:
            world = self._open.get(name)
            if world is None or world.store is not world_store:
                if world is not None:
                    world.close()
                world = World(
                    world_store,
                    self.settings,
                    self.background,
                    self.sender_apps,
                    self.own_ports,
                    self.engine.announce,
                )
                self._open[name] = world
                self._accounts[account_sid(name)] = name
                self.background.opened(world)
            return world

    def delete(self, name: str) -> bool:
        """Delete a world and all in it. Return True if it existed. The default world is only reset."""
        with self._lock:
            self._accounts.pop(account_sid(name), None)
            world = self._open.pop(name, None) if name != DEFAULT else None
            place = None if world is None else world.store
            if place is None and name != DEFAULT:
                with suppress(store.UnknownWorld):
                    place = self.engine.open(name)
            existed = self.engine.drop(name)
        if world is not None:
            world.close()
        if place is not None:
            self.leases.end(place)
        return existed

    def names(self) -> list[str]:
        """Return the names of all worlds, in order."""
        return sorted(self.engine.names())

    def all_open(self) -> list[World]:
        """Return the worlds opened in this process."""
        return list(self._open.values())

    def release_waiters(self) -> None:
        """Wake everyone who waits: the phone is about to stop."""
        for world in self.all_open():
            world.hub.close()
            world.request_log.flush()

    def close(self) -> None:
        """Close all worlds and stop background work."""
        self.background.jobs.close()
        self.background.outbound_jobs.close()
        for world in self.all_open():
            world.close()
        self.engine.close()
