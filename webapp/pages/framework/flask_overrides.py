"""The site's Flask."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from webapp.pages.framework.page_environment import PageEnvironment


class LateRule(Rule):
    """A route that makes the code which builds its addresses when one is first built.

    Werkzeug compiles two functions for each route, most of which are never called.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        made = cache(partial(super()._compile_builder, append_unknown))
        return lambda rule, /, **values: made()(rule, **values)


class SyncFlask(Flask):
    """Flask with the site's templates, without the check whether each function is a coroutine: none is."""

    jinja_environment = PageEnvironment
    url_rule_class = LateRule

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is."""
        return func
