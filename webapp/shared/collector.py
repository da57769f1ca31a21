"""Python's cyclic garbage collector while much is made and little is dropped."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """Pause the collector for a block, and leave it as it was.

    An app is loaded and made in a tenth less time: the collector would go through all modules again and again, and find
    nothing.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not gc.get_freeze_count():
                gc.freeze()  # both together make all objects old ones at no cost: else the next collection
                gc.unfreeze()  # of young ones would go through everything that the block made
            gc.enable()
