"""The desk (docs/screens.md#19): for reviewers only, and in two steps (docs/promises.md#80)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import flask
from flask import Blueprint, Response, abort, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user, login_required

from webapp import paths
from webapp.flows import recovery, reviewer_queue
from webapp.flows.reviewer_queue import Case
from webapp.pages import guards
from webapp.pages.address_lines import address_lines
from webapp.pages.error_messages import ShowErrors
from webapp.pages.flow_pages import on_stale
from webapp.pages.forms.recovery import DecisionForm
from webapp.pages.framework.language import moment
from webapp.pages.framework.services import services
from webapp.pages.framework.visitor import visitor
from webapp.pages.recovery_labels import document_label, status_label
from webapp.pages.render import changed_since, is_post, page
from webapp.rules import identifiers
from webapp.store.accounts import Account
from webapp.store.flows import Flow
from webapp.store.recovery import Decision

blueprint = Blueprint("desk", __name__)

# A document is a stranger's: it must never act as a page of ours (docs/promises.md#59).
DOCUMENT_POLICY = "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox"

P = ParamSpec("P")


def reviewing(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Decorate a page for reviewers, whom an operator names. Others get 403.

    A reviewer without two-step verification sets it up first.
    """

    @login_required
    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if not current_user.account.is_reviewer:
            abort(403)
        if not current_user.account.two_step_on:
            flask.flash(gettext("The review desk needs Two-Step Verification. Turn it on first."), "warning")
            return redirect(url_for("settings.overview"), 303)
        return view(*args, **kwargs)

    return guarded


def needs_step_up(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Decorate what a reviewer does with a case: it asks for a step-up, and then leads to the case."""

    @reviewing
    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if not guards.is_elevated():
            return guards.ask_step_up(url_for("desk.case", case_id=kwargs["case_id"]))
        return view(*args, **kwargs)

    return guarded


@blueprint.get(paths.DESK)
@reviewing
def queue() -> ResponseReturnValue:
    """Show the cases that wait for a review, those that wait for documents, and the last decisions."""
    return page(
        "desk.queue",
        seen=reviewer_queue.stamp(services()),
        cases=[_row(*each) for each in reviewer_queue.queue(services(), reviewer_queue.WAITING)],
        unanswered=[_row(*each) for each in reviewer_queue.queue(services(), reviewer_queue.UNANSWERED)],
        decisions=[_decided(*each) for each in reviewer_queue.recently_decided(services())],
    )


@blueprint.get(paths.DESK_POLL)
def poll() -> ResponseReturnValue:
    """Tell the queue's page whether a case came, went or changed."""
    _refuse_others()
    return changed_since(reviewer_queue.stamp(services()))


@blueprint.get(paths.DESK_CASE_POLL)
def poll_case(case_id: str) -> ResponseReturnValue:
    """Tell the case's page whether the case has changed."""
    _refuse_others()
    return changed_since(recovery.stamp(services(), _case(case_id).flow))


def _refuse_others() -> None:
    """Answer 404 to a page's script whose reviewer has been signed out."""
    if not current_user.is_authenticated or not (
        current_user.account.is_reviewer and current_user.account.two_step_on
    ):
        abort(404)


def _row(flow: Flow, account: Account) -> dict[str, str]:
    return {
        "url": url_for("desk.case", case_id=flow.id),
        "name": account.name,
        "label": status_label(flow.state),
        "when": moment(flow.created_at),
    }


def _moved_on(case_id: str) -> ResponseReturnValue:
    flask.flash(gettext("This case has changed. Check it again."), "error")
    return redirect(url_for("desk.case", case_id=case_id), 303)


@blueprint.route(paths.DESK_CASE, methods=["GET", "POST"])
@reviewing
@on_stale(_moved_on)
def case(case_id: str) -> ResponseReturnValue:
    """Show one case. A POST decides it, after a step-up."""
    if guards.is_elevated():
        guards.fill_again()
    elif is_post():
        return guards.ask_step_up(url_for("desk.case", case_id=case_id))
    shown = _case(case_id)
    form = DecisionForm()
    if form.is_sent():
        with ShowErrors(form):
            reviewer_queue.decide(
                services(),
                visitor(),
                current_user.account,
                shown,
                form.verdict.data,
                form.reason.data or "",
            )
            flask.flash(gettext("Your decision was recorded, and the customer was notified."))
            return redirect(url_for("desk.queue"), 303)
    account = shown.account
    return page(
        "desk.case",
        form=form,
        seen=None if is_post() else recovery.stamp(services(), shown.flow),
        state=shown.flow.state,
        label=status_label(shown.flow.state),
        case_id=case_id,
        customer={
            "name": account.name,
            "address": address_lines(account),
            "email": account.email,
            "phone": identifiers.shown(account.phone),
            "since": moment(account.created_at),
        },
        asked={"when": moment(shown.flow.created_at), **shown.flow.data},
        documents=_documents(shown),
        decisions=[_decided(*each) for each in shown.decisions],
    )


@blueprint.post(paths.DESK_TAKE)
@needs_step_up
@on_stale(_moved_on)
def take(case_id: str) -> ResponseReturnValue:
    """Begin the review: the status becomes 審査中."""
    with ShowErrors():
        reviewer_queue.take(services(), visitor(), current_user.account, _case(case_id))
    return redirect(url_for("desk.case", case_id=case_id), 303)


@blueprint.get(paths.DESK_DOCUMENT)
@needs_step_up
def document(case_id: str, document_id: str) -> ResponseReturnValue:
    """Send a document's bytes as an attachment under our name, never as a page."""
    served = reviewer_queue.open_document(services(), _case(case_id), document_id)
    if served is None:
        abort(404)
    response = Response(served.content, mimetype=served.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{served.name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = DOCUMENT_POLICY
    return response


def _case(case_id: str) -> Case:
    found = reviewer_queue.find(services(), case_id)
    if found is None:
        abort(404)
    return found


def _documents(shown: Case) -> list[dict[str, object]]:
    may_open = shown.flow.state == "in_review"
    return [
        {
            "label": document_label(each, number),
            "is_picture": each.kind in ("jpg", "png") and guards.is_elevated(),
            "url": url_for("desk.document", case_id=shown.flow.id, document_id=each.id) if may_open else None,
        }
        for number, each in enumerate(shown.documents, start=1)
    ]


def _decided(decision: Decision, by_name: str, customer: str) -> dict[str, str]:
    return {
        "label": status_label(decision.decision),
        "when": moment(decision.at),
        "by": by_name or gettext("the customer"),
        "customer": customer,
        "reason": decision.reason,
    }
