"""Sign out other devices, from their list (docs/screens.md#7) or after a denial."""

from __future__ import annotations

import flask
from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import current_user, login_required

from webapp import paths
from webapp.flows import account_changes, settings
from webapp.pages.account import blueprint
from webapp.pages.framework.services import services
from webapp.pages.framework.visitor import visitor
from webapp.pages.render import is_post, page

__all__ = ["blueprint"]


@blueprint.post(paths.END_SESSION)
@login_required
def end_session(public_id: str) -> ResponseReturnValue:
    """Sign out one device of the list (docs/promises.md#49)."""
    if account_changes.end_session(services(), visitor(), current_user.account, public_id):
        flask.flash(gettext("That device was signed out."))
    return redirect(url_for("account.security"), 303)


@blueprint.route(paths.END_ALL_SESSIONS, methods=["GET", "POST"])
@login_required
def end_all_sessions() -> ResponseReturnValue:
    """Sign out every other device. A GET asks, for links after a denial; the button does it."""
    account, session = current_user.account, current_user.session
    if not is_post():
        others = len(settings.devices_of(services(), account)) - 1
        return page("account.end_all_sessions", others=others)
    count = account_changes.end_other_sessions(services(), visitor(), account, session.id_hash)
    flask.flash(
        ngettext("%(num)d other device was signed out.", "%(num)d other devices were signed out.", count)
        if count
        else gettext("No other device was signed in.")
    )
    return redirect(url_for("account.security"), 303)
