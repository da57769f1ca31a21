"""Worlds: sites apart from one another in one process, each with accounts, files, clock and messages of its own.

A world is a folder: database, documents, facts, and the log of what was walked. What it sends carries its name in the
header ``X-World``, and its links in ``?world=``; a gateway that knows neither takes no notice. New ones are copies of a
seeded one, moved into place at once; an emptied one takes over the copy's rows. Neither takes a second.

No two worlds ever have the same path: ``other-worlds/NAME/TOKEN``, with a token of its own each time one is made. So a
process that still has a deleted world open sees that it is gone, and closing it cannot harm the next of that name.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import shutil
import sqlite3
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from webapp.clock import Clock
from webapp.outbound.notifier import Notifier
from webapp.sandbox.facts import FactsFile, WorldClock
from webapp.sandbox.people import personas
from webapp.sandbox.store.trace_log import Walks
from webapp.sandbox.watched import WatchedGateway, WatchedMailer, WatchedStore
from webapp.services.context import Services
from webapp.store import accounts
from webapp.store.database import Store
from webapp.store.uploads import Uploads

if TYPE_CHECKING:
    import httpx

DEFAULT = "default"
HEADER = "X-World"
MOST_WORLDS = 200
OPEN_AT_ONCE = 32
TEMPLATE_SECONDS = 3600
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")  # as the phone's
_DATABASE = "world.db"


def is_name(text: str) -> bool:
    """Whether a world can have this name."""
    return _NAME.fullmatch(text) is not None


class BadWorld(Exception):
    """No world can have this name; ``reason`` is ``name`` or ``many`` (there are `MOST_WORLDS` already)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class World:
    """One world: its name, the site's parts in it, what the tools have set, and what was walked in it."""

    name: str
    services: Services
    facts: FactsFile
    walks: Walks

    @property
    def is_default(self) -> bool:
        """Whether it is the one that is there from the start and only ever emptied."""
        return self.name == DEFAULT


@dataclass(frozen=True, slots=True)
class Summary:
    """What a list of worlds tells of one: accounts, steps walked, seconds its clock is ahead, bytes on disk."""

    name: str
    accounts: int
    steps: int
    offset: float
    size: int


class Worlds:
    """All worlds of a site. ``base`` are its parts as ``create_app`` made them: the default world keeps its store."""

    def __init__(self, base: Services, transport: httpx.BaseTransport | None = None) -> None:
        self._base = base
        self._transport = transport
        self._instance = Path(base.config.instance)
        self._folder = self._instance / "other-worlds"
        self._open: OrderedDict[str, World] = OrderedDict()
        self._lock = threading.RLock()
        self._seeded: dict[str, bytes] = {}
        self._seeded_at = 0.0

    def get(self, name: str = DEFAULT) -> World:
        """The world of this name.

        Raises:
            KeyError: there is none, or it is deleted while it is opened.
        """
        world = self._open.get(name)
        if world is not None and (name == DEFAULT or world.services.store.path.exists()):
            return world
        with self._lock:
            self._open.pop(name, None)
            world = self._open[name] = self._opened(name)
            while len(self._open) > OPEN_AT_ONCE:
                self._open.pop(next(each for each in self._open if each != DEFAULT))
            return world

    def make(self, name: str) -> World:
        """The world of this name, made with the demo accounts if there is none.

        Raises:
            BadWorld: the name can't be one, or there are too many.
        """
        if not is_name(name):
            raise BadWorld("name")
        with self._lock:
            if name != DEFAULT and self._find(name) is None:
                if len(self.names()) >= MOST_WORLDS:
                    raise BadWorld("many")
                self._put(name)
        return self.get(name)

    def empty(self, name: str) -> World:
        """Make a world what it was at first: demo accounts, real time, no faults, nothing walked.

        Raises:
            KeyError: there is no such world.
        """
        world = self.get(name)
        seeded = self._template()
        with TemporaryDirectory(prefix="nidankai-") as place:
            clean = Path(place) / _DATABASE
            clean.write_bytes(seeded[_DATABASE])
            world.services.store.restore_from(clean)
        papers = {Path(path).name: content for path, content in seeded.items() if path != _DATABASE}
        world.services.uploads.sweep(set(papers))
        for file, sealed in papers.items():
            world.services.uploads.write(file, sealed)
        world.services.clock.set_offset(0.0)
        world.facts.clear()
        world.walks.empty()
        return world

    def delete(self, name: str) -> bool:
        """Delete a world and all in it; whether there was one. The default world is only ever emptied."""
        if name == DEFAULT or not is_name(name):
            return False
        with self._lock:  # or somebody who opens it meanwhile would make an empty file of its name
            self._open.pop(name, None)
            existed = self._find(name) is not None
            return self._throw_away(name) and existed

    def names(self) -> list[str]:
        """All worlds, the default one first."""
        found = sorted(path.name for path in self._folder.glob("*"))
        return [DEFAULT, *(name for name in found if self._find(name) is not None)]

    def summaries(self) -> list[Summary]:
        """What there is to tell of all worlds; one that is deleted meanwhile is left out."""
        found = []
        for name in self.names():
            with contextlib.suppress(KeyError, sqlite3.Error, OSError):
                found.append(self.summary(name))
        return found

    def summary(self, name: str) -> Summary:
        """What there is to tell of a world. Raises KeyError."""
        world = self.get(name)
        store = world.services.store
        files = [
            store.path, Path(f"{store.path}-wal"), world.walks.path, *world.services.uploads.folder.glob("*"),
        ]  # fmt: skip
        return Summary(
            name,
            len(accounts.every(store.db())),
            world.walks.last_id(),
            world.services.clock.offset,
            sum(_size(path) for path in files),
        )

    def _opened(self, name: str) -> World:
        base, default = self._base, name == DEFAULT
        folder = self._instance if default else self._find(name)
        if folder is None:
            raise KeyError(name)
        facts = FactsFile(folder / "facts.json")
        headers = {} if default else {HEADER: name}
        config = base.config
        gateway = WatchedGateway.of(config, self._transport, headers)
        mailer = WatchedMailer.of(config, headers)
        given_clock = default and type(base.clock) is not Clock
        services = replace(
            base,
            clock=base.clock if given_clock else WorldClock(facts),
            store=WatchedStore(base.store.path if default else folder / _DATABASE, facts),
            uploads=Uploads(folder / "uploads"),
            outbound=Notifier(
                gateway, mailer, config.site_url, "" if default else "?" + urlencode({"world": name})
            ),
        )
        if not default:
            try:
                services.store.upgrade()
            except sqlite3.OperationalError:
                if services.store.path.exists():
                    raise
                raise KeyError(name) from None  # another process has just deleted it
        return World(name, services, facts, Walks(folder / "walks.db"))

    def _template(self) -> dict[str, bytes]:
        """A seeded world's files by their paths in its folder: made by each process, so never of an older shape, and
        anew after an hour, so that what is under way in it has not run out.

        In memory: a folder would be left behind by a process that is killed.
        """
        with self._lock:
            if not self._seeded or time.monotonic() - self._seeded_at > TEMPLATE_SECONDS:
                self._seeded_at = time.monotonic()
                with TemporaryDirectory(prefix="nidankai-") as place:
                    folder = Path(place) / "world"
                    store, uploads = Store(Path(place), "draft"), Uploads(folder / "uploads")
                    store.migrate()
                    personas.seed(replace(self._base, clock=Clock(), store=store, uploads=uploads))
                    store.copy_to(folder / _DATABASE)  # whole: a plain copy would miss what is in the log
                    store.close()
                    self._seeded = {
                        path.relative_to(folder).as_posix(): path.read_bytes()
                        for path in folder.rglob("*")
                        if path.is_file()
                    }
            return self._seeded

    def _find(self, name: str) -> Path | None:
        """The folder of a world that is not the default one; None when there is none."""
        if not is_name(name):
            return None
        return next((path.parent for path in (self._folder / name).glob(f"*/{_DATABASE}")), None)

    def _put(self, name: str) -> None:
        """Copy the template, and move it into place unless another process was faster."""
        draft = self._folder / f".new-{secrets.token_hex(8)}"
        inside = draft / secrets.token_hex(8)
        try:
            (inside / "uploads").mkdir(parents=True, mode=0o700)
            for path, content in self._template().items():
                (inside / path).write_bytes(content)
            try:
                draft.rename(self._folder / name)
            except OSError:
                if self._find(name) is None and self._throw_away(
                    name
                ):  # a deleted world's last request left it
                    draft.rename(self._folder / name)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def _throw_away(self, name: str) -> bool:
        """Take a world's folder away at once; deleting it may take its time."""
        gone = self._folder / f".gone-{secrets.token_hex(8)}"
        try:
            (self._folder / name).rename(gone)
        except FileNotFoundError:
            return False
        shutil.rmtree(gone, ignore_errors=True)
        return True


def _size(path: Path) -> int:
    """A file's bytes; 0 for one that is not there, or not any more."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
