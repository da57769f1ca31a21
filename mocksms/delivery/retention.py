"""How long messages are kept: by count (MOCKSMS_KEEP_MESSAGES) and by age (MOCKSMS_KEEP_DAYS), oldest deleted first."""

import weakref
from collections.abc import Callable
from functools import partial

from mocksms import store
from mocksms.core import deletion
from mocksms.core.worlds import World

EVERY = 256  # arrivals between two looks
LOOK_SECONDS = 3600.0
DAY_SECONDS = 86400.0


def prune(world: World) -> int:
    """Delete messages over the limits. Return how many were deleted."""
    settings, deleted = world.settings, 0
    if settings.keep_messages > 0:
        deleted += deletion.in_slices(
            world, lambda db, limit: store.deletion.beyond(db, settings.keep_messages, limit)
        )
    if settings.keep_days > 0:
        before = world.now() - settings.keep_days * DAY_SECONDS
        deleted += deletion.in_slices(world, lambda db, limit: store.deletion.older(db, before, limit))
    return deleted


def prune_later(world: World) -> None:
    """Check the limits in the background."""
    if world.settings.keep_messages > 0 or world.settings.keep_days > 0:
        world.background.jobs.later(0, partial(_look, weakref.ref(world), once=True))


def watch(world: World) -> None:
    """Delete expired messages once an hour."""
    if world.settings.keep_days > 0:
        world.background.jobs.later(0, partial(_look, weakref.ref(world)))


def _look(reference: Callable[[], World | None], once: bool = False) -> None:
    """Prune a world unless it was closed or deleted. The hourly timer must not keep a deleted world in memory."""
    world = reference()
    if world is None or world.hub.closed:
        return
    try:
        prune(world)
    except store.Gone:  # deleted meanwhile
        return
    if not once:
        world.background.jobs.later(LOOK_SECONDS, partial(_look, reference))
