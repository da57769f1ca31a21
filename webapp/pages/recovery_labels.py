"""A reset in words: its statuses, its documents, and why a document was not taken."""

from __future__ import annotations

from flask_babel import format_decimal, gettext

from webapp.errors import DocumentRefused, DocumentTooLarge, NothingToReset, Refusal, TooManyDocuments
from webapp.pages.error_messages import text_of
from webapp.store.recovery import StoredDocument

MEGABYTE = 1024 * 1024


def status_label(state: str) -> str:
    """The status of a case (docs/screens.md#18)."""
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
    """A document by its place, kind and size; its own name was never kept."""
    size = gettext("%(size)s MB", size=format_decimal(max(0.1, round(document.size / MEGABYTE, 1))))
    return gettext(
        "Document %(number)d (%(kind)s, %(size)s)", number=number, kind=document.kind.upper(), size=size
    )


def refusal_text(refusal: Refusal) -> str | None:
    """The sentence for a refusal of these pages; other refusals have theirs in `refusals`."""
    match refusal:
        case TooManyDocuments():
            return gettext("You can send up to %(count)d files at once.", count=refusal.limit)
        case DocumentTooLarge():
            return gettext(
                "A file is too large. Each may have up to %(size)d MB.",
                size=refusal.limit_bytes // MEGABYTE,
            )
        case DocumentRefused():
            return _of_document(refusal.reason)
        case NothingToReset():
            return gettext("Two-Step Verification is off for this account: your password alone signs you in.")
    return text_of(refusal)


def _of_document(reason: str) -> str:
    return {
        "missing": gettext("Choose the documents to send."),
        "empty": gettext("A file is empty. Please choose it again."),
        "extension": gettext(
            "A file is of a type that we cannot take. Send DOC, DOCX, JPG, JPEG, PDF or PNG."
        ),
        "active": gettext(
            "A file contains macros, scripts or other files. Please send a plain document or a photo."
        ),
        "bomb": gettext("A file unpacks to more than we can take. Please send a photo or a PDF instead."),
        "pixels": gettext("A picture has too many pixels. Please send a smaller one."),
    }.get(
        reason,
        gettext("A file is damaged, or is not what its name says. Please save it again or send a photo."),
    )
