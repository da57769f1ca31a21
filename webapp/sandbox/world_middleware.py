"""The guard of the tools, and the choice of a request's world.

A world is chosen by the header ``X-World``, by ``?world=`` in any link, or by the cookie that such a link sets.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from flask import Blueprint, Flask, Response, abort, current_app, flash, g, redirect, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as WerkzeugResponse

from webapp import paths
from webapp.pages.framework.cookies import delete_cookie, read_cookie, set_cookie
from webapp.pages.framework.services import services, use
from webapp.rules.return_to import safe_path
from webapp.sandbox import access, trace_recorder
from webapp.sandbox.access import SAFE
from webapp.sandbox.worlds import COOKIE, HEADER, World, Worlds
from webapp.shared.guesses import Guesses
from webapp.store.engine import DEFAULT, UnknownWorld

if TYPE_CHECKING:
    import httpx

blueprint = Blueprint("sandbox", __name__)
PLACES = (paths.TOOLS, paths.PATTERNS)
"""The beginnings of the tools' paths."""
LOG_IN = "sandbox.log_in"


class LostWorld(NotFound):
    """The requested world does not exist; ``nearest`` are names that do. An empty name is a 422."""

    def __init__(self, name: str, nearest: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.world = name
        self.nearest = nearest
        self.code = HTTPStatus.NOT_FOUND if name else HTTPStatus.UNPROCESSABLE_ENTITY


def install(app: Flask, worlds: Worlds, transport: httpx.BaseTransport | None) -> None:
    """Choose the world before anything else happens in a request."""
    app.extensions["nidankai_worlds"] = worlds
    app.extensions["nidankai_phone_wire"] = transport
    app.extensions["nidankai_guesses"] = Guesses()
    app.before_request_funcs.setdefault(None, []).insert(0, _choose)
    app.after_request(_remember)


def worlds() -> Worlds:
    """Return all worlds of this site."""
    found: Worlds = current_app.extensions["nidankai_worlds"]
    return found


def world() -> World:
    """Return the world of this request."""
    chosen: World = g.world
    return chosen


def phone_url() -> str:
    """Return the phone's address for this browser: on the host of the site's address, so both share a site."""
    config = services().config
    if config.phone_url:
        return config.phone_url.rstrip("/")
    gateway = urlsplit(config.gateway_url)
    host = request.host.rpartition(":")[0] if ":" in request.host.rpartition("]")[2] else request.host
    port = f":{gateway.port}" if gateway.port else ""
    return urlunsplit((gateway.scheme, host + port, "", "", ""))


def back_to(endpoint: str) -> WerkzeugResponse:
    """Redirect after a form of the tools: to the page that its field ``next`` names, else to ``endpoint``."""
    return redirect(safe_path(request.form.get("next"), url_for(endpoint)), 303)


def enter(response: WerkzeugResponse, name: str) -> None:
    """Set the world of the browser's next requests."""
    g.entered = True
    if name == DEFAULT:
        delete_cookie(response, COOKIE)
    else:
        set_cookie(response, COOKIE, name)


@blueprint.before_request
def guard() -> None:
    """Answer 404 to strangers, ask the network for its log-in, and refuse changes of another site's page."""
    if not access.tools_are_there():
        abort(404)
    if request.endpoint != LOG_IN:
        access.require_log_in()
    access.require_own_page()


def _choose() -> None:
    """Find the request's world.

    A browser whose cookie names a deleted world sees a notice, and is in the default one from its next page on.
    Nothing is changed for it in the default world meanwhile.

    Raises:
        LostWorld: the requested world does not exist, or its name is empty.
    """
    is_allowed = access.tools_are_there()
    if request.path.startswith(PLACES) and not is_allowed:
        abort(404)  # first: a 400 or 405 would disclose that the path exists
    g.world = worlds().get()
    if is_allowed and request.endpoint != "static":
        asked = request.headers.get(HEADER, request.args.get(COOKIE))
        if asked == "":
            raise LostWorld("")
        kept = read_cookie(COOKIE)
        try:
            g.world = worlds().get(asked or kept or DEFAULT)
        except UnknownWorld as unknown:
            is_page = _is_page()
            if not asked and is_page:
                g.lost_world = True
            if asked or not is_page or request.method not in SAFE:
                nearest = unknown.nearest if access.may_see_names() else ()
                raise LostWorld(unknown.name, nearest) from None
            flash_gone(unknown.name)
    use(g.world.services)
    if request.endpoint not in trace_recorder.NOT_SHOWN:
        trace_recorder.begin(g.world)


def _remember(response: Response) -> Response:
    """Keep the world that a link named, and forget one that is gone."""
    if "world" not in g or "entered" in g:
        return response
    named, kept = request.args.get(COOKIE), read_cookie(COOKIE) or DEFAULT
    if "lost_world" in g:
        enter(response, DEFAULT)
    elif named == g.world.name != kept and _is_page():
        enter(response, g.world.name)
    return response


def leave_gone() -> str:
    """Go on in the default world, as this request's was deleted. Return the deleted one's name."""
    name = world().name
    g.pop("notes", None)
    g.pop("_login_user", None)
    g.world, g.lost_world = worlds().get(), True
    use(g.world.services)
    return name


def flash_gone(name: str) -> None:
    """Show on the next page that a world was deleted."""
    flash(gettext("World %(name)s was deleted. You're now in the default world.", name=name), "care")


def _is_page() -> bool:
    """Return whether a browser asks for a page: no picture, no call of a script."""
    is_navigation = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    return is_navigation and not paths.is_poll(request.path)
