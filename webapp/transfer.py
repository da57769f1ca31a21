"""`nidankai move`, `backup`, `restore` and `reset --database`: all worlds of site and phone, with their keys."""

from __future__ import annotations

import argparse
import json
import os
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from webapp import home
from webapp.instances import KEYS, OF_ROWS, Instance, Place, Refused, opened, present
from webapp.shared import own_files
from webapp.store import postgres_server
from webapp.store.engine import EngineError

HEAD = "backup.json"
FORMAT = 1


def move(folder: Path, arguments: Sequence[str]) -> str:
    """Copy an instance from one engine to the other. Return the line for the user."""
    parser = argparse.ArgumentParser("nidankai move", description="Copy an instance to another engine.")
    parser.add_argument("source", help="sqlite (the files in INSTANCE), postgres, or postgresql://…")
    parser.add_argument("target", help="the same")
    parser.add_argument("--force", action="store_true", help="delete what the target has")
    given = parser.parse_args(arguments)
    if given.source == given.target:
        raise Refused("source and target are the same.")
    with (
        present(folder, given.source) as here,
        present(folder, given.target) as there,
        opened(here) as source,
        opened(there) as target,
    ):
        _refuse_empty(source)
        _refuse_full(target, given.force)
        worlds, rows = target.fill(source.copies())
    keys = here.key_file("site/seal.key")
    needs = ""
    if there.site_url and keys.exists():
        needs = f" Every node needs WEBAPP_SEAL_KEYS: the text of {keys}."
    elif here.site_url and not keys.exists():
        needs = " The site needs WEBAPP_SEAL_KEYS and WEBAPP_SECRET_KEY as before."
    return f"{worlds} worlds, {rows} rows are in {given.target}.{needs} The source is as before."


def backup(folder: Path, arguments: Sequence[str]) -> str:
    """Write an instance into a file, also while both apps run. Return the line for the user."""
    parser = argparse.ArgumentParser(
        "nidankai backup", description="Write all data of site and phone into a file."
    )
    parser.add_argument(
        "file", type=Path, help="a new zip file, readable by its owner alone: it holds the keys too"
    )
    given = parser.parse_args(arguments)
    if given.file.exists():
        raise Refused(f"{given.file} is there already.")
    draft = given.file.with_name(f".{given.file.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with (
            os.fdopen(handle, "wb") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
            present(folder) as place,
            opened(place) as instance,
        ):
            _refuse_empty(instance)
            worlds = _write(archive, instance)
        draft.replace(given.file)
    finally:
        draft.unlink(missing_ok=True)
    return f"{worlds} worlds are in {given.file}. It holds keys: keep it as safe as they are."


def restore(folder: Path, arguments: Sequence[str]) -> str:
    """Read an instance from a file of `backup`, made on either engine. Return the line for the user."""
    parser = argparse.ArgumentParser("nidankai restore", description="Take back all data of a backup.")
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--force", action="store_true", help="delete what the instance has; stop the apps before"
    )
    given = parser.parse_args(arguments)
    try:
        archive = zipfile.ZipFile(given.file)
        head = json.loads(archive.read(HEAD))
    except (zipfile.BadZipFile, KeyError, ValueError):
        raise Refused(f"{given.file} is no backup.") from None
    if not _is_whole(archive):
        raise Refused(f"{given.file} is damaged: nothing was changed.")
    if head.get("format") != FORMAT:
        raise Refused(f"{given.file} is of a later version.")
    with archive, present(folder) as place, opened(place) as instance:
        _refuse_full(instance, given.force)
        instance.check(_read(archive, head))
        # First: those that a database's rows bring are the newer ones, and replace them.
        _put_keys(archive, head, place, [name for name in KEYS if name in OF_ROWS])
        worlds, rows = instance.fill(_read(archive, head))
        # Last: with a copy that is refused, the keys of what is still there must stay.
        _put_keys(archive, head, place, [name for name in KEYS if name not in OF_ROWS])
    return f"{worlds} worlds, {rows} rows are back. Start the apps."


def _put_keys(archive: zipfile.ZipFile, head: dict[str, Any], place: Place, names: Sequence[str]) -> None:
    for name in set(head["keys"]) & set(names):
        file = place.key_file(name)
        file.unlink(missing_ok=True)
        own_files.write_once(file, archive.read(f"keys/{name}").decode())


def _is_whole(archive: zipfile.ZipFile) -> bool:
    try:
        return archive.testzip() is None
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile):
        return False


def _refuse_empty(source: Instance) -> None:
    """Refuse a place without data: most likely another one was meant."""
    if source.is_empty():
        # not the database's address, which may hold a password
        place = "the database" if source.place.site_url else source.place.folder
        raise Refused(f"there are no data in {place}: INSTANCE, ENGINE or the address names another place.")


def _refuse_full(target: Instance, is_forced: bool) -> None:
    if not is_forced and not target.is_empty():
        raise Refused("there are data already: --force deletes them.")


def _write(archive: zipfile.ZipFile, instance: Instance) -> int:
    worlds = []
    for name, *copies in instance.copies():
        parts = [part for part, copy in zip(("site", "phone"), copies, strict=True) if copy is not None]
        worlds.append({"name": name, "parts": parts})
        for part, copy in zip(("site", "phone"), copies, strict=True):
            if copy is not None:
                archive.writestr(f"{part}/{name}", copy)
    keys = [name for name in KEYS if instance.place.key_file(name).exists()]
    for name in keys:
        archive.write(instance.place.key_file(name), f"keys/{name}")
    head = {"format": FORMAT, "version": home.VERSION, "worlds": worlds, "keys": keys}
    archive.writestr(HEAD, json.dumps(head, indent=1))
    return len(worlds)


def _read(archive: zipfile.ZipFile, head: dict[str, Any]) -> Iterator[tuple[str, bytes | None, bytes | None]]:
    for world in head["worlds"]:
        name, parts = world["name"], world["parts"]
        site, phone = (
            archive.read(f"{part}/{name}") if part in parts else None for part in ("site", "phone")
        )
        yield name, site, phone


def clear(folder: Path, _: Sequence[str]) -> str:
    """Delete the data in an instance's databases, and no files. Return no line: what calls this has more to say."""
    with present(folder) as place, opened(place) as instance:
        if place.site_url:
            instance.site.clear()
        if place.phone_url:
            instance.phone.clear()
    return ""


WORK: dict[str, Callable[[Path, Sequence[str]], str]] = {
    "move": move,
    "backup": backup,
    "restore": restore,
    "clear": clear,
}


def main(work: str, arguments: Sequence[str]) -> int:
    """Do one of `WORK`. Return 0, or 1 after one line."""
    folder = Path(os.environ.get("INSTANCE") or home.data_folder()).resolve()
    try:
        if line := WORK[work](folder, arguments):
            print(f"nidankai: {line}")
    except (Refused, EngineError, postgres_server.NoServer) as problem:
        print(f"nidankai: {problem}", file=sys.stderr)
        return 1
    except OSError as error:
        place = f"{error.filename} cannot be used: " if error.filename else ""
        print(f"nidankai: {place}{error.strerror or error}", file=sys.stderr)
        return 1
    return 0
