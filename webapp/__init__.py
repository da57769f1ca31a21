"""Nidankai's site: two-step verification, screen by screen.

Importing the package loads nothing else: `webapp.app` is loaded when one of its functions is first used (PEP 562).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from webapp.app import create_app, create_edge

__all__ = ["create_app", "create_edge"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from webapp.shared import collector  # lazy, so that the package can be imported without the site

    with collector.paused():
        from webapp import app  # the site itself

    return getattr(app, name)
