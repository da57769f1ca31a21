"""Locked out (docs/screens.md#18): identifier and password open a case, not a session."""

from __future__ import annotations

import contextlib
from typing import Any

import flask
from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp import paths
from webapp.config import Config
from webapp.errors import LinkExpired, LinkTampered, StaleFlow
from webapp.flows import recovery
from webapp.pages import guards
from webapp.pages.error_messages import ShowErrors
from webapp.pages.flow_pages import FlowPages, on_stale
from webapp.pages.forms.recovery import DocumentsForm, NameAndPasswordForm
from webapp.pages.framework.cookies import read_cookie
from webapp.pages.framework.language import moment
from webapp.pages.framework.services import services
from webapp.pages.framework.shown_refusals import show
from webapp.pages.framework.visitor import visitor
from webapp.pages.recovery_labels import document_label, status_label
from webapp.pages.render import changed_since, is_post, page
from webapp.rules.uploads.documents import ACCEPT, Upload
from webapp.store.flows import Flow

blueprint = Blueprint("recovery", __name__)

FORM_BYTES = 256 * 1024


def _visit() -> Flow | None:
    return recovery.find_visit(services(), visitor(), guards.kept_flow_id(recovery.VISIT))


def _start_again(_visit: Flow | None) -> ResponseReturnValue:
    flask.flash(gettext("Enter your email or mobile number and your password to see the reset."), "info")
    return redirect(url_for("recovery.start"), 303)


def _to_case(_visit: Flow | None = None) -> ResponseReturnValue:
    return redirect(url_for("recovery.case"), 303)


VISIT = FlowPages(_visit, _start_again)


@blueprint.url_value_preprocessor
def _take_documents(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Raise the size limit for the one page that takes documents, before the form is read, and for a visit only."""
    if endpoint == "recovery.case" and guards.kept_flow_id(recovery.VISIT) is not None:
        request.max_content_length = most_bytes(services().config)


def most_bytes(config: Config) -> int:
    """Return the bytes of the largest form with documents."""
    return config.upload_files * config.upload_bytes + FORM_BYTES


@blueprint.route(paths.RECOVERY, methods=["GET", "POST"])
def start() -> ResponseReturnValue:
    """Explain the reset, and take the email and password that open a case."""
    visit = None if is_post() else _visit()
    with contextlib.suppress(StaleFlow):  # the case has expired: the page starts another one
        if visit is not None and recovery.case_of(services(), visit).state in recovery.OPEN:
            return _to_case()
    form = NameAndPasswordForm()
    if form.is_sent():
        with ShowErrors(form):
            visit = recovery.enter(
                services(),
                visitor(),
                form.email.data or "",
                form.password.data or "",
                cookie=read_cookie,
            )
            guards.keep_flow(visit)
            return _to_case()
    return page("recovery.start", form=form)


@blueprint.route(paths.RECOVERY_CASE, methods=["GET", "POST"])
@VISIT.page()
def case(visit: Flow) -> ResponseReturnValue:
    """Show the case: its documents and status. A POST brings documents."""
    shown = recovery.case_of(services(), visit)
    form = DocumentsForm()
    if form.is_sent():
        with ShowErrors(form):
            return _submit(shown)
    return _case_page(shown, form)


@on_stale(_to_case)
def _submit(shown: Flow) -> ResponseReturnValue:
    recovery.submit(services(), visitor(), shown, _uploads())
    return _to_case()


def _case_page(shown: Flow, form: DocumentsForm) -> ResponseReturnValue:
    config = services().config
    word = recovery.last_decision(services(), shown)
    return page(
        "recovery.case",
        form=form,
        http_status=form.http_status,
        state=shown.state,
        label=status_label(shown.state),
        seen=None if is_post() else recovery.stamp(services(), shown),
        may_send=shown.state in ("opened", "more_wanted"),
        is_open=shown.state in recovery.OPEN,
        reason=word.reason if word is not None and shown.state in ("more_wanted", "rejected") else "",
        opened_at=moment(shown.created_at),
        documents=[
            document_label(document, number)
            for number, document in enumerate(recovery.documents_of(services(), shown), start=1)
        ],
        accept=ACCEPT,
        most_files=config.upload_files,
        most_bytes=config.upload_bytes,
        most_megabytes=config.upload_bytes // (1024 * 1024),
    )


def _is_over(_visit: Flow) -> ResponseReturnValue:
    flask.flash(gettext("This reset has already finished."), "info")
    return _to_case()


@blueprint.get(paths.RECOVERY_POLL)
def poll() -> ResponseReturnValue:
    """Tell the case's page whether it has changed; 404 to any browser without this visit."""
    visit = _visit()
    if visit is None:
        abort(404)
    return changed_since(recovery.stamp(services(), recovery.case_of(services(), visit)))


@blueprint.post(paths.RECOVERY_CANCEL)
@VISIT.page()
@on_stale(_is_over)
def cancel(visit: Flow) -> ResponseReturnValue:
    """Cancel the case (取消)."""
    recovery.cancel(services(), visitor(), recovery.case_of(services(), visit))
    return _to_case()


@blueprint.post(paths.RECOVERY_LEAVE)
def leave() -> ResponseReturnValue:
    """Close the case's page in this browser."""
    visit = _visit()
    if visit is not None:
        recovery.leave(services(), visit)
        flask.flash(
            gettext("You've left this page. Your reset is still in progress. We'll email you."), "info"
        )
    return redirect(url_for("sign_in.identifier"), 303)


@blueprint.route(paths.RECOVERY_CANCEL_BY_LINK, methods=["GET", "POST"])
def cancel_by_link(token: str) -> ResponseReturnValue:
    """Follow the email's link: a GET shows, a POST cancels. It signs nobody in."""
    try:
        shown = recovery.find_by_link(services(), token)
    except LinkTampered as refusal:
        show(refusal)
        abort(404)
    except LinkExpired as refusal:
        show(refusal)
        shown = None
    if shown is not None and is_post():
        with contextlib.suppress(StaleFlow):  # it is over: the page shows the result
            recovery.cancel(services(), visitor(), shown)
        shown = recovery.find_by_link(services(), token)
    is_open = shown is not None and shown.state in recovery.OPEN
    return page(
        "recovery.cancel_by_link",
        state=shown.state if shown is not None else "expired",
        label=status_label(shown.state) if shown is not None else "",
        is_open=is_open,
        was_cancelled=shown is not None and shown.state == "cancelled",
        when=moment(shown.created_at) if shown is not None else "",
        device=shown.data["device"] if shown is not None else "",
        near=shown.data["near"] if shown is not None else "",
    )


def _uploads() -> list[Upload]:
    """Return the chosen files. Each is read one byte past the limit at most."""
    limit = services().config.upload_bytes
    chosen = [file for file in request.files.getlist("documents") if file.filename]
    return [Upload(file.filename or "", file.stream.read(limit + 1)) for file in chosen]
