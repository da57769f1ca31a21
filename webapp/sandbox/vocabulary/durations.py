"""The offset of a clock as text."""

from __future__ import annotations

from flask_babel import gettext

from webapp.pages.framework.durations import duration


def moved_by(offset: float) -> str:
    """Return a clock's offset as text, in its two largest units; "" for none."""
    length = duration(abs(offset))
    if not length:
        return ""
    return (
        gettext("%(length)s ahead", length=length)
        if offset > 0
        else gettext("%(length)s behind", length=length)
    )
