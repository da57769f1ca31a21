"""Error pages of the handset: what happened, and the way back."""

import logging
import time

from flask import g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import get_timezone
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException, NotFound

from mocksms import store
from mocksms.api.middleware import http_error
from mocksms.core.worlds import BadWorld, TooManyWorlds
from mocksms.errors import Problem
from mocksms.handset import language
from mocksms.handset._blueprint import asks_for_page, blueprint

log = logging.getLogger("mocksms")


def _page(title: str, text: str, status: int) -> tuple[str, int]:
    words = render_template(
        "phone/handset/problem.html", title=title, text=text, language=language.choose(), theme=language.theme(),
        phone_now=time.time(), time_zone=str(get_timezone()), events_url="", clock_url="",
        world_name="",
    )  # fmt: skip
    return words, status


@blueprint.errorhandler(HTTPException)
def show_http_error(error: HTTPException) -> tuple[str, int] | HTTPException:
    """Show an HTTP error, such as a missing page or an expired form."""
    status = error.code or 500
    if status < 400:
        return error
    if status == 404:
        return _page(_("Not found"), _("We couldn't find this phone, message or page."), 404)
    if status == 400:
        return _page(
            _("Try again"), _("The form has expired or is incomplete. Reload the page and try again."), 400
        )
    if status == 413:
        return _page(_("Too large"), _("That file is too large."), 413)
    return _page(
        _("Action not available"), _("That action isn't available here. Go back and try again."), status
    )


@blueprint.errorhandler(Problem)
def show_refusal(error: Problem) -> tuple[str, int]:
    """Show that a request was refused, such as a change that another site's page asked for."""
    return _page(
        _("Action not available"), _("That action isn't available here. Go back and try again."), error.status
    )


@blueprint.app_errorhandler(NotFound)
def not_found(error: NotFound) -> ResponseReturnValue | NotFound:
    """Return 404: HTML for browsers, a short body for programs."""
    return show_http_error(error) if asks_for_page() else http_error(error)


@blueprint.errorhandler(BadWorld)
def bad_world_name(_error: BadWorld) -> tuple[str, int]:
    """Show that the world's name is invalid."""
    return _page(_("Not found"), _("There is no world with this name."), 422)


@blueprint.errorhandler(store.UnknownWorld)
def unknown_world(error: store.UnknownWorld) -> tuple[str, int]:
    """Show that the world doesn't exist; the browser forgets it."""
    g.lost_world = True
    nearest = f" ({', '.join(error.nearest)})" if error.nearest else ""
    return _page(_("Not found"), _("There is no world with this name.") + nearest, 404)


@blueprint.errorhandler(store.Gone)
def deleted_world(_error: store.Gone) -> tuple[str, int]:
    """Show that the world was deleted meanwhile; the browser forgets it."""
    g.lost_world = True
    return _page(_("Not found"), _("There is no world with this name."), 410)


@blueprint.errorhandler(TooManyWorlds)
def too_many_worlds(_error: TooManyWorlds) -> tuple[str, int]:
    """Show that no further world can be created."""
    return _page(
        _("Action not available"),
        _("The maximum number of worlds has been reached. Delete one, or raise MOCKSMS_MAX_WORLDS."),
        409,
    )


@blueprint.errorhandler(store.Unavailable)
def unavailable(error: store.Unavailable) -> tuple[str, int]:
    """Show that the world's database is locked or the disk is full: nothing was changed (docs/promises.md#67)."""
    log.error("the world's database cannot be used: %s", error)
    return _page(
        _("The phone is busy"), _("The phone is busy. Nothing was changed. Try again in a moment."), 503
    )


@blueprint.errorhandler(Exception)
def internal_error(error: Exception) -> tuple[str, int]:
    """Show an internal error; its details are in the log only."""
    log.exception("a page of the handset failed", exc_info=error)
    return _page(
        _("Something went wrong"), _("The phone couldn't show this page. See the log for details."), 500
    )
