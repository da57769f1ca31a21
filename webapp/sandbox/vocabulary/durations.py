"""How far a clock is moved, in words."""

from __future__ import annotations

from flask_babel import gettext, ngettext


def moved_by(offset: float) -> str:
    """How far a clock is moved, in words: by the two largest units that it takes; "" when it is not."""
    minutes, seconds = divmod(round(abs(offset)), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [
        ngettext("%(num)d day", "%(num)d days", days) if days else "",
        ngettext("%(num)d hour", "%(num)d hours", hours) if hours else "",
        ngettext("%(num)d minute", "%(num)d minutes", minutes) if minutes else "",
        ngettext("%(num)d second", "%(num)d seconds", seconds) if seconds else "",
    ]
    length = " ".join([part for part in parts if part][:2])
    if not length:
        return ""
    return (
        gettext("%(length)s ahead", length=length)
        if offset > 0
        else gettext("%(length)s behind", length=length)
    )
