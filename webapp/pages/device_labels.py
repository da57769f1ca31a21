"""A signed-in or trusted device in words: the browser and its system, and which of the shop's apps it is."""

from __future__ import annotations

from flask_babel import gettext


def device_label(device: str, app: str) -> str:
    """The device, with the music app named; the shop's own pages need no name."""
    return gettext("%(device)s (Mihon Music)", device=device) if app == "music" else device
