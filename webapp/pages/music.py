"""The home page of the shop's music app (docs/screens.md#20). It signs in by the shop's pages, in another look."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from webapp import paths
from webapp.pages import sign_in
from webapp.pages.music_session import APP, listener
from webapp.pages.render import has_page, page

blueprint = Blueprint("music", __name__, url_prefix=paths.MUSIC)
# The same pages for this app: /music/ap/signin and so on, endpoints music.sign_in.…
blueprint.register_blueprint(sign_in.blueprint)


@blueprint.get("")
def home() -> ResponseReturnValue:
    """Show the music home page."""
    found = listener()
    return page(
        "music.home",
        app=APP,
        state="in" if found else "out",
        listener=found[1].name if found else None,
        sign_in_url=url_for("music.sign_in.identifier"),
        sign_out_url=url_for("music.sign_in.sign_out"),
        older_url=url_for("older_device.sign_in") if has_page("older_device.sign_in") else None,
    )
