"""Ask for a step-up before settings open: a code if two-step verification is on, else the approval by email.

A GET only shows the question; the POST asks (docs/contributing.md#how-to-add-a-page).
"""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from webapp import paths
from webapp.flows import approval, passkeys, step_up
from webapp.pages import guards
from webapp.pages.approval import take_approval
from webapp.pages.framework.services import services
from webapp.pages.framework.visitor import visitor
from webapp.pages.render import is_post, page
from webapp.rules.return_to import safe_path

blueprint = Blueprint("step_up", __name__)


@blueprint.route(paths.STEP_UP, methods=["GET", "POST"])
@login_required
def confirm() -> ResponseReturnValue:
    """Ask for a step-up before a protected page. A session that is still elevated passes."""
    return_to = safe_path(request.values.get("return_to"), url_for("account.security"))
    if guards.is_elevated():
        return redirect(return_to, 303)
    account = current_user.account
    if not is_post():
        return page(
            "step_up.confirm",
            return_to=return_to,
            from_desk=return_to.startswith(paths.DESK),
            by_code=account.two_step_on,
            by_mail=bool(account.email),
            by_passkey=bool(passkeys.of_account(services(), account)),
        )
    session = current_user.session.id_hash
    if account.two_step_on:
        guards.keep_flow(step_up.begin(services(), visitor(), account, session, return_to))
        return redirect(url_for("sign_in.code"), 303)
    asked = approval.request(services(), visitor(), account, session, return_to)
    guards.keep_flow(asked)
    if approval.status(services(), asked) == "approved":
        return take_approval(asked)
    return redirect(url_for("approval.wait"), 303)
