"""Sealed files beside the database: a folder that no page serves, with random names."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

_NAME = re.compile(r"[0-9a-f]{32}")


class Uploads:
    """The files of one site, written already sealed. A name is 32 hex digits."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, sealed: bytes) -> None:
        """Write a file, readable by its owner only, as a whole or not at all."""
        path = self._path(name)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_suffix(".part")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise

    def read(self, name: str) -> bytes:
        """Return a file as it was written.

        Raises:
            FileNotFoundError: it was removed, or never existed.
        """
        return self._path(name).read_bytes()

    def remove(self, names: list[str]) -> None:
        """Delete files. Missing ones are ignored."""
        for name in names:
            self._path(name).unlink(missing_ok=True)

    def sweep(self, needed: set[str], untouched_for_seconds: float = 0.0) -> int:
        """Delete files that no row needs, left by a crash between a commit and its clean-up. Return how many.

        Files younger than ``untouched_for_seconds`` (by the file system's time) stay.
        """
        if not self.folder.is_dir():
            return 0
        left_over = [path for path in self.folder.iterdir() if path.is_file() and path.name not in needed]
        if untouched_for_seconds:
            youngest = _file_time(self.folder) - untouched_for_seconds
            left_over = [path for path in left_over if path.stat().st_mtime <= youngest]
        for path in left_over:
            path.unlink(missing_ok=True)
        return len(left_over)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise FileNotFoundError(name)
        return self.folder / name


def _file_time(folder: Path) -> float:
    """Return the file system's current time. The site's clock may have been moved."""
    with tempfile.NamedTemporaryFile(dir=folder) as probe:
        return os.fstat(probe.fileno()).st_mtime
