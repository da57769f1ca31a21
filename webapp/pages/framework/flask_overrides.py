"""The site's Flask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask

from webapp.pages.framework.page_environment import PageEnvironment


class SyncFlask(Flask):
    """Flask with the site's templates, without the check whether each function is a coroutine: none is."""

    jinja_environment = PageEnvironment

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is."""
        return func
