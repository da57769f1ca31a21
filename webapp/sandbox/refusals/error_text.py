"""The error text of a refusal, by its name, from the site's pages."""

from __future__ import annotations

from typing import Any

from webapp import errors
from webapp.pages.error_messages import text_of
from webapp.pages.framework.services import services


def error_text(name: str) -> str:
    """Return the text for the refusal of this name; "" if it has none."""
    kind_name, _, detail = name.partition(".")
    kind = getattr(errors, kind_name)
    config = services().config
    arguments: dict[type[Exception], tuple[Any, ...]] = {
        errors.Throttled: (0.0,),
        errors.SenderThrottled: (0.0,),
        errors.SentRecently: (0.0,),
        errors.SendCapReached: (detail or errors.SendCapReached.sent,),
        errors.MailDomainRefused: (config.mail_domains,),
        errors.DocumentTooLarge: (config.upload_bytes,),
        errors.TooManyDocuments: (config.upload_files,),
        errors.GatewayFailed: (detail, None, ""),
        errors.MailFailed: (detail, ""),
    }
    return text_of(kind(*arguments.get(kind, (detail,) if detail else ()))) or ""
