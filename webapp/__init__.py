"""Nidankai's site: two-step verification, screen by screen.

Importing the package costs nothing: `webapp.app` is loaded when ``create_app`` is first asked for (PEP 562).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from webapp.app import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:
    if name != "create_app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from webapp.app import create_app  # lazy, so that the package can be imported without the site

    return create_app
