"""Sealed files beside the database: a folder that no page serves, with names that say nothing."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

_NAME = re.compile(r"[0-9a-f]{32}")


class Uploads:
    """The files of one site. What is written here is sealed already; a name is 32 hex digits."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, sealed: bytes) -> None:
        """Keep a file, readable by its owner only; it is there whole or not at all."""
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
        """A file as it was written.

        Raises:
            FileNotFoundError: it was removed, or there never was such a file.
        """
        return self._path(name).read_bytes()

    def remove(self, names: list[str]) -> None:
        """Delete files; one that is gone already is no matter."""
        for name in names:
            self._path(name).unlink(missing_ok=True)

    def sweep(self, needed: set[str], untouched_for_seconds: float = 0.0) -> int:
        """Delete what nobody needs: left by a crash between a commit and its clean-up. How many files went.

        Files younger than ``untouched_for_seconds`` (by the file system's own time) stay.
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
    """The file system's present time; the site's clock may have been moved."""
    with tempfile.NamedTemporaryFile(dir=folder) as probe:
        return os.fstat(probe.fileno()).st_mtime
