"""A signed-in or trusted device as text: the browser and its system, and the shop's app."""

from __future__ import annotations

from flask_babel import gettext


def device_label(device: str, app: str) -> str:
    """Return the device, with the music app or the older device named. The shop's own pages need no name."""
    if app == "older":
        return gettext("%(device)s (older device)", device=device)
    return gettext("%(device)s (Mihon Music)", device=device) if app == "music" else device
