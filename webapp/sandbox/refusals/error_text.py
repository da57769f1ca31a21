"""What the site says to a refusal, by its name: in the words of its pages, without anything being refused."""

from __future__ import annotations

from typing import Any

from webapp import errors
from webapp.errors import DocumentTooLarge, MailDomainRefused, MailFailed, TooManyDocuments
from webapp.pages.error_messages import of_mail_delivery
from webapp.pages.framework.services import services
from webapp.pages.recovery_labels import refusal_text


def said(name: str) -> str:
    """The sentence for the refusal of this name; "" for one that has none of its own."""
    kind_name, _, detail = name.partition(".")
    kind = getattr(errors, kind_name)
    if kind is MailFailed:
        return of_mail_delivery(detail) or ""
    refusal: Any = kind.__new__(kind)  # never made in earnest: it would count as one that was seen
    for attribute in ("verdict", "reason", "kind"):
        setattr(refusal, attribute, detail)
    config = services().config
    if isinstance(refusal, MailDomainRefused):
        refusal.domains = config.mail_domains
    elif isinstance(refusal, DocumentTooLarge):
        refusal.limit_bytes = config.upload_bytes
    elif isinstance(refusal, TooManyDocuments):
        refusal.limit = config.upload_files
    return refusal_text(refusal) or ""
