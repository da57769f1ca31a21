"""The shop front: `/`."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from webapp import paths
from webapp.pages.render import page

blueprint = Blueprint("shop", __name__)


@blueprint.get(paths.HOME)
def home() -> ResponseReturnValue:
    """Show the shop's front (docs/screens.md#1)."""
    return page("shop.home")
