"""How far a clock is moved, in words."""

from __future__ import annotations

from flask_babel import gettext

from webapp.pages.framework.durations import duration


def moved_by(offset: float) -> str:
    """How far a clock is moved, in words: by the two largest units that it takes; "" when it is not."""
    length = duration(abs(offset))
    if not length:
        return ""
    return (
        gettext("%(length)s ahead", length=length)
        if offset > 0
        else gettext("%(length)s behind", length=length)
    )
