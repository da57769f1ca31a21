"""Worlds: isolated inboxes, each a database file of its own, opened by name."""

import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from mocksms import store
from mocksms.config import Settings
from mocksms.core.background import Background
from mocksms.core.models import Event, Message
from mocksms.core.sender_app import SenderApp
from mocksms.core.world_names import DEFAULT, account_sid
from mocksms.events.hub import Hub
from mocksms.store import Pool
from mocksms.store.group_commit import GroupCommit, Work

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\Z")
_FRESH_SECONDS = 1.0
_WORLDS_WITH_CONNECTIONS = 32
_NO_APP = SenderApp()


class BadWorld(ValueError):
    """The name cannot be a world's; the text says what it must be like."""


class TooManyWorlds(Exception):
    """There are as many worlds as MOCKSMS_MAX_WORLDS allows."""


class World:
    """One isolated inbox: its database, its line of events and its clock."""

    def __init__(
        self,
        name: str,
        pool: Pool,
        settings: Settings,
        background: Background,
        sender_apps: Mapping[str, SenderApp],
    ) -> None:
        self.name = name
        self.pool = pool
        self.settings = settings
        self.background = background
        self.sender_apps = sender_apps
        self.tokens: dict[str, str] = {}
        self.hub = Hub(pool)
        self._group_commit = GroupCommit(pool, self.hub.publish)
        self._offset = 0.0
        self._offset_known_until = 0.0
        self._watched = False
        self._faulty = False
        self._faulty_known_until = 0.0
        self._stopped = False
        self._stopped_known_until = 0.0

    def now(self) -> float:
        """The phone's time in unix seconds: real time moved by the world's offset."""
        return time.time() + self.offset()

    def offset(self) -> float:
        """Seconds by which the phone's clock is ahead; another process's change is seen within a second."""
        if time.monotonic() >= self._offset_known_until:
            with self.pool.read() as db:
                self._offset = float(store.reading.value(db, "clock_offset", "0"))
            self._offset_known_until = time.monotonic() + _FRESH_SECONDS
        return self._offset

    def set_offset(self, seconds: float) -> None:
        """Moves the phone's clock to real time plus so many seconds."""
        with self.pool.write() as db:
            store.reading.set_value(db, "clock_offset", repr(float(seconds)))
        self.forget_clock()

    def forget_clock(self) -> None:
        """Reads the offset again at the next look (it was changed or reset)."""
        self._offset_known_until = 0.0

    def has_faults(self) -> bool:
        """Whether a tester asked for faults; another process's are seen within a second."""
        if time.monotonic() >= self._faulty_known_until:
            with self.pool.read() as db:
                self._faulty = bool(store.faults.rules(db))
            self._faulty_known_until = time.monotonic() + _FRESH_SECONDS
        return self._faulty

    def forget_faults(self) -> None:
        """Looks again for faults at the next message (they were changed or reset)."""
        self._faulty_known_until = 0.0

    def has_stops(self) -> bool:
        """Whether anyone told a sender to stop; another process's are seen within a second."""
        if time.monotonic() >= self._stopped_known_until:
            with self.pool.read() as db:
                self._stopped = store.reading.has_stops(db)
            self._stopped_known_until = time.monotonic() + _FRESH_SECONDS
        return self._stopped

    def forget_stops(self) -> None:
        """Looks again for those who said stop at the next message (one was noted, or all were reset)."""
        self._stopped_known_until = 0.0

    def sender_app(self, message: Message) -> SenderApp:
        """Return how to speak to the app that sent this message; one that nobody knows is sent nothing."""
        return self.sender_apps.get(message.wire, _NO_APP)

    def is_watched(self) -> bool:
        """Whether someone looks after what is due in this world."""
        return self._watched

    def set_watched(self, watched: bool) -> None:
        """Notes whether someone looks after what is due."""
        self._watched = watched

    def token_of(self, account: str) -> str:
        """The token that signs what is sent to this account's app: the one it showed last, else the one set."""
        if account in self.tokens:
            return self.tokens[account]
        return self.settings.accounts.get(account, "")

    @contextmanager
    def write(self) -> Iterator[tuple[Database, list[Event]]]:
        """A write transaction and a list for its events, which are handed to those who wait right after
        the commit.
        """
        events: list[Event] = []
        with self.pool.write(lambda: self.hub.publish(events)) as db:
            yield db, events

    def write_together(self, work: Work) -> None:
        """Does a small write in one transaction with those of other threads that come at the same time.

        `work` gets the database and the list for its events; it may be done anew when another one's fails.
        """
        self._group_commit.run(work)

    def close(self) -> None:
        """Lets waiters go and closes idle connections."""
        self.hub.close()
        self.pool.close()


class Worlds:
    """All worlds of a phone."""

    def __init__(
        self, settings: Settings, background: Background, sender_apps: Mapping[str, SenderApp]
    ) -> None:
        """`sender_apps` holds by the name of a wire how to speak to its apps."""
        self.settings = settings
        self.background = background
        self.sender_apps = sender_apps
        self.folder = settings.folder / "worlds"
        self._open: dict[str, World] = {}
        self._accounts: dict[str, str] = {}
        self._accounts_known_until = 0.0
        self._lock = threading.Lock()

    def get(self, name: str = DEFAULT) -> World:
        """The world of this name, made when there is none. Raises :class:`BadWorld`."""
        world = self._open.get(name)
        return world if world is not None else self._make(name)

    def find(self, name: str) -> World | None:
        """The world of this name if there is one."""
        if name in self._open:
            return self._open[name]
        return self.get(name) if _NAME.match(name) and self._path(name).exists() else None

    def of_account(self, account: str) -> World | None:
        """The world whose AccountSid this is, or None; see :func:`account_sid`."""
        name = self._accounts.get(account)
        if name is None and time.monotonic() >= self._accounts_known_until:
            self._accounts = {account_sid(each): each for each in self.names()}
            self._accounts_known_until = time.monotonic() + _FRESH_SECONDS
            name = self._accounts.get(account)
        return self.find(name) if name is not None else None

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.db"

    def _make(self, name: str) -> World:
        if not _NAME.match(name):
            raise BadWorld("a world's name is 1 to 64 of A-Z a-z 0-9 _ . - and begins with a letter or digit")
        with self._lock:
            if name not in self._open:
                blank = self.settings.folder / "blank.db"
                if name != DEFAULT and not self._path(name).exists():
                    if len(self.names()) >= self.settings.max_worlds:
                        raise TooManyWorlds
                    self._build_blank(blank)
                for other in list(self._open.values())[:-_WORLDS_WITH_CONNECTIONS]:
                    other.pool.close()
                pool = Pool(self._path(name), blank if blank.exists() else None)
                self._open[name] = World(name, pool, self.settings, self.background, self.sender_apps)
                self._accounts[account_sid(name)] = name
                self.background.opened(self._open[name])
            return self._open[name]

    def delete(self, name: str) -> bool:
        """Deletes a world and all in it; whether there was one. The default world is only ever emptied."""
        if name == DEFAULT or not _NAME.match(name):
            return False
        with self._lock:
            world = self._open.pop(name, None)
            self._accounts.pop(account_sid(name), None)
            if world is not None:
                world.close()
            path = self._path(name)
            existed = path.exists()
            for suffix in ("", "-wal", "-shm"):
                Path(f"{path}{suffix}").unlink(missing_ok=True)
            return existed

    @staticmethod
    def _build_blank(blank: Path) -> None:
        """The empty world that new ones are copies of: built anew by each process, so never of an older
        shape.
        """
        pool = Pool(blank)
        pool.fold()
        pool.close()

    def names(self) -> list[str]:
        """The names of all worlds, in order."""
        return sorted(path.stem for path in self.folder.glob("*.db"))

    def all_open(self) -> list[World]:
        """The worlds opened in this process."""
        return list(self._open.values())

    def let_go(self) -> None:
        """Lets everyone who waits go at once: the phone is about to stop."""
        for world in self.all_open():
            world.hub.close()

    def close(self) -> None:
        """Closes all worlds and ends what is done in the background."""
        self.background.jobs.close()
        self.background.outbound_jobs.close()
        for world in self.all_open():
            world.close()
