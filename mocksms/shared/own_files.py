"""Folders and files for their owner alone."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def own_folder(path: Path) -> Path:
    """Make a folder and those above it that are missing, for its owner alone.

    A folder that exists keeps its mode: it may be anybody's.
    """
    missing = [each for each in (path, *path.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)
    return path


def write_once(file: Path, content: str) -> None:
    """Write a file unless it exists: completely or not at all, and never over another process's."""
    own_folder(file.parent)
    draft = file.with_name(f".{file.name}.{os.urandom(8).hex()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        with contextlib.suppress(FileExistsError):  # another process was first: its file counts
            os.link(draft, file)
    finally:
        draft.unlink(missing_ok=True)
