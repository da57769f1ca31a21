"""An instance of site and phone: where its data are, and copies of all its worlds.

A world of the site is locked while the phone's world of that name is copied, so the two copies are of one moment, also
while both apps run.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webapp import home
from webapp.shared import own_files
from webapp.store import postgres_server
from webapp.store.database import open_engine
from webapp.store.engine import Gone, UnknownWorld
from webapp.store.engine.transfer import Worlds
from webapp.store.migrations import MIGRATIONS

KEYS = (
    "site/secret.key", "site/seal.key",
    "phone/secret_key", "phone/secret.key", "phone/sns_key.pem", "phone/mail_key.pem",
)  # fmt: skip
"""Files with keys that an instance may have, in its folder."""
OF_ROWS = ("phone/sns_key.pem", "phone/mail_key.pem")
"""Those that are copies of the database's over PostgreSQL. A node may have older ones until it starts again."""


class Refused(Exception):
    """Nothing was done, or not all; the text is one line for the user."""


@dataclass(frozen=True)
class Place:
    """An instance: its folder, and the addresses of its databases (empty: SQLite files in the folder)."""

    folder: Path
    site_url: str = ""
    phone_url: str = ""

    @property
    def site_folder(self) -> Path:
        """Return the folder of the site's data."""
        return Path(os.environ.get("WEBAPP_INSTANCE") or self.folder / "site")

    @property
    def phone_instance(self) -> Path:
        """Return the folder that has the phone's in it."""
        return Path(os.environ.get("MOCKSMS_INSTANCE") or self.folder)

    def key_file(self, name: str) -> Path:
        """Return the place of one of `KEYS`."""
        part, _, file = name.partition("/")
        return (self.site_folder if part == "site" else self.phone_instance / "phone") / file


class Phone:
    """The phone's worlds, through a process: site and phone import nothing of each other."""

    def __init__(self, process: subprocess.Popen[str], files: Path) -> None:
        self._process = process
        self._file = files / "world"

    def names(self) -> list[str]:
        """Return the names of all worlds."""
        return [str(name) for name in self._ask("names")]

    def is_empty(self) -> bool:
        """Return whether there is nothing but an empty default world."""
        return bool(self._ask("is_empty"))

    def copy(self, name: str) -> bytes | None:
        """Return a copy of a world, None if it is gone."""
        return self._file.read_bytes() if self._ask("copy", name, str(self._file)) else None

    def check(self, copy: bytes) -> None:
        """Refuse a copy that `put` would refuse."""
        self._file.write_bytes(copy)
        self._ask("check", str(self._file))

    def put(self, name: str, copy: bytes) -> int:
        """Make a world of a copy. Return how many rows it has."""
        self._file.write_bytes(copy)
        return int(self._ask("put", name, str(self._file)))

    def keep_only(self, names: list[str]) -> None:
        """Delete all other worlds, except the default one."""
        self._ask("keep_only", names)

    def clear(self) -> None:
        """Delete all worlds, and all rows of the default one."""
        self._ask("clear")

    def _ask(self, *call: object) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(call) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise Refused("the phone's data cannot be opened.") from None
        answer = json.loads(self._process.stdout.readline() or '{"error": "its data cannot be opened"}')
        if "error" in answer:
            raise Refused(f"the phone: {answer['error']}")
        return answer["result"]


@dataclass(frozen=True)
class Instance:
    """Both apps' worlds at a place."""

    place: Place
    site: Worlds
    phone: Phone

    def is_empty(self) -> bool:
        """Return whether neither app has data."""
        return self.site.is_empty() and self.phone.is_empty()

    def copies(self) -> Iterator[tuple[str, bytes | None, bytes | None]]:
        """Yield each world's name with its two copies; None where an app has no world of this name.

        Testers make and delete worlds meanwhile: one that is gone from both apps is left out.
        """
        here, there = self.site.names(), self.phone.names()
        for name in dict.fromkeys((*here, *there)):
            site, phone = self._copies_of(name, is_here=name in here, is_there=name in there)
            if site is not None or phone is not None:
                yield name, site, phone

    def _copies_of(self, name: str, *, is_here: bool, is_there: bool) -> tuple[bytes | None, bytes | None]:
        if is_here:
            with suppress(Gone, UnknownWorld), self.site.held(name):
                return self.site.copy(name), self.phone.copy(name) if is_there else None
        return None, self.phone.copy(name) if is_there else None

    def check(self, copies: Iterable[tuple[str, bytes | None, bytes | None]]) -> None:
        """Refuse copies of another app or of a later version, before anything is changed."""
        for _, site, phone in copies:
            for half, copy in ((self.site, site), (self.phone, phone)):
                if copy is not None:
                    half.check(copy)

    def fill(self, copies: Iterator[tuple[str, bytes | None, bytes | None]]) -> tuple[int, int]:
        """Replace all worlds by these. Return the number of worlds and rows."""
        names, rows = [], 0
        for name, site, phone in copies:
            self.check([(name, site, phone)])  # of both apps, before one of them is replaced
            names.append(name)
            for half, copy in ((self.site, site), (self.phone, phone)):
                if copy is not None:
                    rows += half.put(name, copy)
        self.site.keep_only(names)
        self.phone.keep_only(names)
        return len(names), rows


@contextmanager
def opened(place: Place) -> Iterator[Instance]:
    """Open an instance; close it after the block."""
    with ExitStack() as until_end:
        files = Path(until_end.enter_context(tempfile.TemporaryDirectory(prefix="nidankai-")))
        own_files.own_folder(place.site_folder)
        own_files.own_folder(place.phone_instance / "phone")
        site = Worlds(open_engine(place.site_folder, place.site_url), MIGRATIONS)
        until_end.callback(site.close)
        environ = home.environment(
            {
                **os.environ,
                "MOCKSMS_INSTANCE": str(place.phone_instance),
                "MOCKSMS_DATABASE_URL": place.phone_url,
            }
        )
        process = subprocess.Popen(
            home.python("mocksms.store.transfer"),
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        until_end.callback(process.communicate)
        yield Instance(place, site, Phone(process, files))


@contextmanager
def present(folder: Path, word: str = "") -> Iterator[Place]:
    """Yield the place that a word names: `sqlite`, `postgres` or an address; none: what the environment says.

    `postgres` is the database of WEBAPP_DATABASE_URL and MOCKSMS_DATABASE_URL, else the server of `run` with
    ENGINE=postgres.
    """
    site, phone = (os.environ.get(f"{app}_DATABASE_URL", "") for app in ("WEBAPP", "MOCKSMS"))
    if word.startswith(("postgresql://", "postgres://")):
        yield Place(folder, word, word)
    elif word == "sqlite":
        yield Place(folder)
    elif word == "postgres" or (not word and os.environ.get("ENGINE") == "postgres"):
        if site or phone:
            yield Place(folder, site or phone, phone or site)
            return
        data = Path(os.environ.get("POSTGRES_DATA") or postgres_server.data_folder(folder))
        with postgres_server.running(data, may_join=True) as url:
            yield Place(folder, url, url)
    elif not word:
        yield Place(folder, site, phone)
    else:
        raise Refused(f"{word} is no place: give sqlite, postgres or postgresql://…")
