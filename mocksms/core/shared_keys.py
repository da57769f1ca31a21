"""One set of key files for all phones on one database: who trusts one phone's certificate trusts all."""

from collections.abc import Callable, Mapping

from mocksms.config import Settings
from mocksms.store import Store, keys


def share(store: Store, settings: Settings, makers: Mapping[str, Callable[[Settings], str]]) -> None:
    """Write each key file into the phone's folder: the database's, which the first phone makes.

    A phone that was moved or restored into an empty database hands over the files that it has. `store` is the default
    world's, `makers` returns the content of each file.
    """
    for name, make in makers.items():
        with store.reading() as db:
            kept = keys.find(db, name)
        if kept is None:
            file = settings.folder / name
            # outside of the lock: to make one takes its time
            made = file.read_text() if file.exists() else make(settings)
            with store.writing() as db:
                kept = keys.find(db, name)
                if kept is None:
                    keys.add(db, name, made)
                    kept = made
        keys.write(settings.folder / name, kept)
