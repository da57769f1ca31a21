"""A warning for a wait that blocks an event loop."""

import sys
import warnings
from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE
from types import FrameType

TEXT = (
    "Phone waits inside a coroutine: its event loop stands still, and an app in the same loop cannot send."
    " Use AsyncPhone (fixture mocksms_async_phone), or asyncio.to_thread"
)


def warn_if_blocking() -> None:
    """Warn, at the caller's line outside this package, when a coroutine called.

    The stack shows it for every async library. A running loop doesn't: Playwright's blocking API has one.
    """
    frame: FrameType | None = sys._getframe(1)
    level = 2  # 1 is this function
    while frame is not None and frame.f_globals.get("__name__", "").startswith("mocksms.client"):
        frame, level = frame.f_back, level + 1

    while frame is not None:
        if frame.f_code.co_flags & (CO_COROUTINE | CO_ASYNC_GENERATOR):
            warnings.warn(TEXT, RuntimeWarning, stacklevel=level)
            return
        frame = frame.f_back
