"""Import the sealed documents that earlier versions kept as files beside a world's database."""

from __future__ import annotations

import shutil
from pathlib import Path

from webapp.store.engine import Store


def take_over(store: Store, folder: Path) -> None:
    """Move the files of a world's folder into its database.

    Safe to repeat after a crash, and in two processes at once: both look and delete under the write lock only.
    """
    uploads = folder / "uploads"
    if not uploads.is_dir():
        return
    with store.writing() as db:
        names = [str(row[0]) for row in db.execute("SELECT id FROM documents WHERE sealed IS NULL")]
        for name in names:
            if (uploads / name).is_file():
                content = (uploads / name).read_bytes()
                db.execute("UPDATE documents SET sealed = ? WHERE id = ?", (content, name))
    with store.writing():
        delete(uploads)


def delete(folder: Path) -> None:
    """Delete a folder, unless another process has done so."""
    if folder.is_dir():
        shutil.rmtree(folder)
