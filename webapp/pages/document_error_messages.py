"""Why documents are not taken, as text."""

from __future__ import annotations

from flask_babel import gettext

from webapp.errors import DocumentRefused, DocumentTooLarge, TooManyDocuments

MEGABYTE = 1024 * 1024

DocumentRefusal = DocumentTooLarge | DocumentRefused | TooManyDocuments


def of_document(refusal: DocumentRefusal) -> str:
    """The sentence for a refusal of documents."""
    match refusal:
        case TooManyDocuments():
            return gettext("You can send up to %(count)d files at once.", count=refusal.limit)
        case DocumentTooLarge():
            return gettext(
                "A file is too large. Each may have up to %(size)d MB.",
                size=refusal.limit_bytes // MEGABYTE,
            )
        case DocumentRefused():
            return _of_content(refusal.reason)


def _of_content(reason: str) -> str:
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
