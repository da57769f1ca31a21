"""A reset as text: its statuses, its documents, and why a document was not accepted."""

from __future__ import annotations

from flask_babel import format_decimal, gettext

from webapp.pages.framework.durations import MEGABYTE
from webapp.store.recovery import StoredDocument


def status_label(state: str) -> str:
    """Return the status of a case (docs/screens.md#18)."""
    return {
        "opened": gettext("Waiting for documents"),
        "received": gettext("Received"),
        "in_review": gettext("In review"),
        "more_wanted": gettext("More documents needed"),
        "approved": gettext("Approved"),
        "rejected": gettext("Declined"),
        "cancelled": gettext("Cancelled"),
    }[state]


def document_label(document: StoredDocument, number: int) -> str:
    """Return a document's place, kind and size. Its name is never stored."""
    if document.size < MEGABYTE:
        size = gettext("%(size)s KB", size=max(1, round(document.size / 1024)))
    else:
        size = gettext("%(size)s MB", size=format_decimal(round(document.size / MEGABYTE, 1)))
    return gettext(
        "Document %(number)d (%(kind)s, %(size)s)", number=number, kind=document.kind.upper(), size=size
    )
