"""Compiled templates on disk: the second start of an instance compiles none."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import jinja2
from jinja2 import FileSystemBytecodeCache

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2 import Environment
    from jinja2.bccache import Bucket

FOLDER = "compiled-templates"
UNUSED_SECONDS = 30 * 86_400.0


class TemplateCache(FileSystemBytecodeCache):
    """Jinja's cache. What cannot be read or written is compiled."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket from its file, if there is one."""
        try:
            super().load_bytecode(bucket)
        except Exception:  # of a damaged file, pickle raises almost anything
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write the bucket's file."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def install(environment: Environment, instance: Path) -> None:
    """Keep this environment's compiled templates in the instance's folder, if that can be private.

    Call it when the environment is complete: its options are part of the files' names.
    """
    folder = instance / FOLDER
    if _is_private(folder):
        environment.bytecode_cache = TemplateCache(str(folder), f"{_fingerprint(environment)}-%s")


def forget_old(instance: Path, now: float) -> None:
    """Delete compiled templates that were made 30 days ago or earlier: a version that is still in use makes them again.

    Each version leaves its own, and nothing tells which of them others in the same folder still use.
    """
    folder = instance / FOLDER
    if folder.exists() and _is_private(folder):
        with suppress(OSError):  # it may only be read, or another process does the same
            for file in folder.iterdir():
                if now - file.lstat().st_mtime > UNUSED_SECONDS:
                    file.unlink()


def _is_private(folder: Path) -> bool:
    """Make the folder. Return whether it is its owner's alone: whoever writes there runs code here."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return False
    if not stat.S_ISDIR(found.st_mode):
        return False
    return sys.platform == "win32" or (found.st_uid == os.geteuid() and not found.st_mode & 0o077)


def _fingerprint(environment: Environment) -> str:
    """Return a name for what decides, besides a template's text, how it is compiled."""
    options = (
        jinja2.__version__, sorted(environment.extensions), environment.trim_blocks, environment.lstrip_blocks,
        environment.keep_trailing_newline, environment.optimized, environment.policies["ext.i18n.trimmed"],
        environment.code_generator_class.__qualname__,
    )  # fmt: skip
    return hashlib.sha256(repr(options).encode()).hexdigest()[:12]
