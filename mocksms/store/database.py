"""The phone's engine: the worlds' databases and their tables."""

from pathlib import Path

from mocksms.store.engine import DEFAULT, Engine, EngineError, SqliteEngine, SqliteStore, engine_at
from mocksms.store.migrations import MIGRATIONS


def open_engine(folder: Path, url: str = "") -> Engine:
    """Return the engine of the phone whose data is in this folder, or in the database at this address."""
    default = folder / "worlds" / f"{DEFAULT}.db"
    engine = engine_at(url, folder / "other-worlds", MIGRATIONS, default)
    if not isinstance(engine, SqliteEngine):
        return engine
    for path in sorted(default.parent.glob("*.db")):
        if path != default:
            _take_over(engine, path)
    _delete(folder / "blank.db")
    return engine


def _take_over(engine: SqliteEngine, path: Path) -> None:
    """Move a world from where earlier versions kept it: a file beside the default world's.

    The copy includes what is still in the file's log. Another process may do the same at the same time.
    """
    store = SqliteStore(path, MIGRATIONS, path.stem)
    try:
        engine.make(path.stem, store.copy())
    except EngineError:
        if engine.find(path.stem) is None:
            raise
    finally:
        store.close()
    _delete(path)


def _delete(path: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)
