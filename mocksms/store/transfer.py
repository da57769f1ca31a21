"""Copy the phone's worlds, asked line by line by another process: `python -m mocksms.store.transfer`.

A line of the input is a JSON array: a name of `calls` and its arguments. The answer is a JSON object with `result` or
`error`. Copies of worlds are files, named by their paths. MOCKSMS_INSTANCE and MOCKSMS_DATABASE_URL name the place.
"""

import json
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from mocksms.store import keys, reading, search_index
from mocksms.store.database import open_engine
from mocksms.store.engine import DEFAULT, EngineError, Gone, Store, UnknownWorld
from mocksms.store.engine.transfer import Worlds
from mocksms.store.migrations import MIGRATIONS


def index_again(store: Store) -> None:
    """Make the full-text index of a world whose copy had none."""
    with store.writing() as db:
        search_index.begin_again(db)
        last = reading.last_message(db)
    search_index.complete(store, last)


def copy(worlds: Worlds, name: str, file: str) -> bool:
    """Write a copy of a world into a file. Return False if the world is gone."""
    try:
        content = worlds.copy(name)
    except (Gone, UnknownWorld):
        return False
    Path(file).write_bytes(content)
    return True


def put(worlds: Worlds, key_folder: Path | None, name: str, file: str) -> int:
    """Make a world of a copy in a file. Return how many rows the copy has.

    `key_folder` is that of a phone without PostgreSQL: its keys are files.
    """
    rows = worlds.put(name, Path(file).read_bytes())
    if key_folder is not None and name == DEFAULT:
        with worlds.open(name).writing() as db:
            keys.hand_over(db, key_folder)
    return rows


def calls(worlds: Worlds, key_folder: Path | None) -> dict[str, Callable[..., Any]]:
    """Return what may be asked, by its name."""
    return {
        "names": worlds.names,
        "is_empty": worlds.is_empty,
        "keep_only": worlds.keep_only,
        "clear": worlds.clear,
        "copy": partial(copy, worlds),
        "check": lambda file: worlds.check(Path(file).read_bytes()),
        "put": partial(put, worlds, key_folder),
    }


def main() -> None:
    """Answer each line of the input."""
    folder = Path(os.environ["MOCKSMS_INSTANCE"]) / "phone"
    engine = open_engine(folder, os.environ.get("MOCKSMS_DATABASE_URL", ""))
    known = calls(Worlds(engine, MIGRATIONS, index_again), None if engine.is_shared else folder)
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        try:
            answer = {"result": known[name](*arguments)}
        except (EngineError, OSError) as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)
    engine.close()


if __name__ == "__main__":
    main()
