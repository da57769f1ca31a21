"""The phone's folders and files: for their owner alone."""

import contextlib
import os
import secrets
from pathlib import Path


def own_folder(path: Path) -> Path:
    """Make a folder of the phone's and those above it that are missing, for its owner alone.

    A folder that exists keeps its mode: it may be anybody's.
    """
    missing = [each for each in (path, *path.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)
    return path


def write_once(file: Path, content: str) -> None:
    """Write a file unless it exists: completely or not at all, and never over another process's."""
    own_folder(file.parent)
    fresh = file.with_suffix(f".{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(content)
    with contextlib.suppress(FileExistsError):
        os.link(fresh, file)
    fresh.unlink()
