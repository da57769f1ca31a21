"""Worlds as folders: ``FOLDER/NAME/TOKEN/world.db``, moved into place and away by one rename.

SQLite finds a database's log by its path and removes it when the last connection closes. So no two worlds ever have
the same path: each gets a token when it is made. A process that holds a dropped world open sees that its file is gone
and can't harm the next world of that name.
"""

from __future__ import annotations

import os
import secrets
import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from .errors import UnknownWorld
from .protocol import DEFAULT, Migrations, is_name, nearest
from .sqlite import SqliteStore, connect

DATABASE = "world.db"
WITH_CONNECTIONS = 32
"""So many worlds, those used last, keep connections that are not lent."""


class SqliteEngine:
    """The worlds in one folder; see `protocol.Engine`. The default one is the file ``default``."""

    is_shared = False

    def __init__(self, folder: Path, migrations: Migrations, default: Path) -> None:
        self.folder = folder
        self.default = default
        self._migrations = migrations
        self._open: OrderedDict[str, SqliteStore] = OrderedDict()
        self._lock = threading.RLock()
        self._blank = b""

    def open(self, name: str = DEFAULT) -> SqliteStore:
        """Return the store of a world. The default world is made if it is missing."""
        with self._lock:
            store = self._open.get(name)
            if store is None or not store.exists():
                store = self._open[name] = self._opened(name)
            self._open.move_to_end(name)
            for crowded_out in islice(reversed(self._open.values()), WITH_CONNECTIONS, WITH_CONNECTIONS + 1):
                crowded_out.close()
            return store

    def make(self, name: str, copy: bytes | None = None) -> bool:
        """Make a world in a draft folder and move it into place, unless another process was faster."""
        if not is_name(name):
            raise ValueError(f"no world can be called {name!r}")
        if name == DEFAULT or self.find(name) is not None:
            return False
        draft = self.folder / f".new-{secrets.token_hex(8)}"
        place = draft / secrets.token_hex(8)
        try:
            # with `parents` alone, those above would have the mode of the umask
            for folder in (self.folder, draft, place):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with open(place / DATABASE, "xb", opener=_private) as file:
                file.write(copy or self.blank())
            return self._move_in(draft, name)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def drop(self, name: str) -> bool:
        """Delete a world. The default one stays."""
        if name == DEFAULT or not is_name(name):
            return False
        with self._lock:  # else a thread that opens it meanwhile keeps a store that doesn't know
            store = self._open.pop(name, None)
            existed = self.find(name) is not None
            existed = self._move_away(name) and existed
            if store is not None:
                store.leave()
            return existed

    def names(self) -> list[str]:
        """Return the names of all worlds, the default one first."""
        found = sorted(path.name for path in self.folder.glob("*"))
        return [DEFAULT, *(name for name in found if self.find(name) is not None)]

    def find(self, name: str) -> Path | None:
        """Return the file of a world that is not the default one, or None."""
        if not is_name(name):
            return None
        with suppress(FileNotFoundError):  # deleted meanwhile: before Python 3.13 `glob` looks twice
            return next((self.folder / name).glob(f"*/{DATABASE}"), None)
        return None

    def blank(self) -> bytes:
        """Return an empty world's file. Each process builds it once, so its tables are never older than the code."""
        with self._lock:
            if not self._blank:
                with self.scratch() as store:
                    self._blank = store.copy()
            return self._blank

    @contextmanager
    def scratch(self) -> Iterator[SqliteStore]:
        """Lend a store in a temporary folder."""
        with TemporaryDirectory(prefix="scratch-") as folder:
            path = Path(folder) / DATABASE
            connect(path, ("journal_mode = wal",), mode="rwc").close()
            store = SqliteStore(path, self._migrations)
            store.migrate()
            try:
                yield store
            finally:
                store.close()

    def listen(self, heard: Callable[[str, int], None]) -> None:
        """Do nothing."""

    def announce(self, name: str, number: int) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Close all connections that are not lent."""
        with self._lock:
            for store in self._open.values():
                store.close()

    def _opened(self, name: str) -> SqliteStore:
        path = self.default if name == DEFAULT else self.find(name)
        if path is None:
            raise UnknownWorld(name, nearest(name, self.names()))
        if name == DEFAULT and not path.exists():
            self._make_default()
        store = SqliteStore(path, self._migrations, name)
        store.migrate()
        return store

    def _make_default(self) -> None:
        """Put an empty world at the default place, unless another process was faster."""
        self.default.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.default.with_name(f".new-{secrets.token_hex(8)}")
        try:
            with open(draft, "xb", opener=_private) as file:
                file.write(self.blank())
            self.default.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink(missing_ok=True)

    def _move_in(self, draft: Path, name: str) -> bool:
        try:
            draft.rename(self.folder / name)
        except OSError:
            if self.find(name) is not None:
                return False
            self._move_away(name)  # what a dropped world's last request left
            draft.rename(self.folder / name)
        return True

    def _move_away(self, name: str) -> bool:
        """Take a world's folder away at once; deleting it may take its time."""
        gone = self.folder / f".gone-{secrets.token_hex(8)}"
        try:
            (self.folder / name).rename(gone)
        except FileNotFoundError:
            return False
        shutil.rmtree(gone, ignore_errors=True)
        return True


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
