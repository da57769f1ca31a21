"""Worlds: sites apart from one another in one process, each with accounts, files, clock and messages of its own.

A world is a database file, a folder of documents, a file of facts and a log of what was walked, all under its name.
What it sends carries its name in the header ``X-World``, and its links in ``?world=``; a gateway that knows neither
takes no notice. New ones are copies of a seeded world, and an emptied one becomes such a copy: neither takes a second.
"""

from __future__ import annotations

import re
import shutil
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from webapp.clock import Clock
from webapp.flows.services import Services
from webapp.outbound.post import Post
from webapp.sandbox import personas
from webapp.sandbox.facts import FactsFile, WorldClock
from webapp.sandbox.watched import WatchedGateway, WatchedMailer, WatchedStore
from webapp.store.database import Store
from webapp.store.uploads import Uploads
from webapp.store.walks import Walks

if TYPE_CHECKING:
    import httpx

DEFAULT = "default"
HEADER = "X-World"
MOST_WORLDS = 200
OPEN_AT_ONCE = 32
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")  # as the phone's


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


class Worlds:
    """All worlds of a site. ``base`` are its parts as ``create_app`` made them: the default world keeps its store."""

    def __init__(self, base: Services, transport: httpx.BaseTransport | None = None) -> None:
        self._base = base
        self._transport = transport
        self._instance = Path(base.config.instance)
        self._open: OrderedDict[str, World] = OrderedDict()
        self._lock = threading.RLock()
        self._seeded: TemporaryDirectory[str] | None = None

    def get(self, name: str = DEFAULT) -> World:
        """The world of this name.

        Raises:
            KeyError: there is none.
        """
        world = self._open.get(name)
        if world is not None and (name == DEFAULT or world.services.store.path.exists()):
            return world
        with self._lock:
            if name != DEFAULT and not (_NAME.fullmatch(name) and self._database(name).exists()):
                self._open.pop(name, None)
                raise KeyError(name)
            world = self._open[name] = self._opened(name)
            while len(self._open) > OPEN_AT_ONCE:  # the default world is the first and stays
                self._open.pop(list(self._open)[1])
            return world

    def make(self, name: str) -> World:
        """The world of this name, made with the demo accounts if there is none.

        Raises:
            BadWorld: the name can't be one, or there are too many.
        """
        if not _NAME.fullmatch(name):
            raise BadWorld("name")
        with self._lock:
            if name != DEFAULT and not self._database(name).exists():
                if len(self.names()) >= MOST_WORLDS:
                    raise BadWorld("many")
                seeded = self._template()
                shutil.rmtree(self._uploads(name), ignore_errors=True)
                shutil.copytree(seeded / "uploads", self._uploads(name))
                draft = self._database(name).with_suffix(".part")
                shutil.copyfile(seeded / "world.db", draft)
                draft.replace(self._database(name))
            return self.get(name)

    def empty(self, name: str) -> World:
        """Make a world what it was at first: demo accounts, real time, no faults, nothing walked.

        Raises:
            KeyError: there is no such world.
        """
        world = self.get(name)
        seeded = self._template()
        world.services.store.restore_from(seeded / "world.db")
        uploads = world.services.uploads
        kept = {path.name: path.read_bytes() for path in (seeded / "uploads").iterdir()}
        uploads.sweep(set())
        for file, sealed in kept.items():
            uploads.write(file, sealed)
        world.facts.path.unlink(missing_ok=True)
        world.walks.empty()
        return world

    def delete(self, name: str) -> bool:
        """Delete a world and all in it; whether there was one. The default world is only ever emptied."""
        if name == DEFAULT or not _NAME.fullmatch(name):
            return False
        with self._lock:
            self._open.pop(name, None)
            existed = self._database(name).exists()
            for path in (self._database(name), self._walks(name)):
                for ending in ("", "-wal", "-shm"):
                    Path(f"{path}{ending}").unlink(missing_ok=True)
            self._facts(name).unlink(missing_ok=True)
            shutil.rmtree(Walks(self._walks(name)).pictures, ignore_errors=True)
            shutil.rmtree(self._uploads(name), ignore_errors=True)
            return existed

    def names(self) -> list[str]:
        """All worlds, the default one first."""
        found = sorted(path.stem for path in (self._instance / "worlds").glob("*.db"))
        return [DEFAULT, *(name for name in found if name != DEFAULT)]

    def _opened(self, name: str) -> World:
        base, facts, walks = self._base, FactsFile(self._facts(name)), Walks(self._walks(name))
        default = name == DEFAULT
        headers = {} if default else {HEADER: name}
        config = base.config
        gateway = WatchedGateway.of(config, self._transport, headers)
        mailer = WatchedMailer.of(config, headers)
        given_clock = default and type(base.clock) is not Clock
        services = replace(
            base,
            clock=base.clock if given_clock else WorldClock(facts),
            store=WatchedStore(self._instance / "worlds", name, facts),
            uploads=Uploads(self._uploads(name)),
            outbound=Post(
                gateway, mailer, config.site_url, "" if default else "?" + urlencode({"world": name})
            ),
        )
        if not default:
            services.store.migrate()
        return World(name, services, facts, walks)

    def _template(self) -> Path:
        """A folder with a seeded world as files: made once by each process, so never of an older shape."""
        with self._lock:
            if self._seeded is None:
                self._seeded = TemporaryDirectory(prefix="nidankai-")
                folder = Path(self._seeded.name)
                store, uploads = Store(folder, "draft"), Uploads(folder / "uploads")
                store.migrate()
                personas.seed(replace(self._base, clock=Clock(), store=store, uploads=uploads))
                store.copy_to(folder / "world.db")  # whole: a plain copy would miss what is in the log
                store.close()
            return Path(self._seeded.name)

    def _database(self, name: str) -> Path:
        return self._instance / "worlds" / f"{name}.db"

    def _uploads(self, name: str) -> Path:
        return self._instance / "uploads" if name == DEFAULT else self._instance / "uploads-of" / name

    def _walks(self, name: str) -> Path:
        return self._instance / "walks" / f"{name}.db"

    def _facts(self, name: str) -> Path:
        return self._instance / "facts" / f"{name}.json"
