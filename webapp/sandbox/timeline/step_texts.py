"""The steps of a recording as text in the page's language: one sentence each."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from webapp import errors
from webapp.pages.activity_labels import event_words
from webapp.pages.error_messages import text_of
from webapp.rules import identifiers
from webapp.sandbox.store.trace_log import Step
from webapp.sandbox.timeline.tool_texts import tool_words
from webapp.sandbox.vocabulary.flow_titles import flow_title
from webapp.sandbox.vocabulary.page_titles import page_title

KINDS = {
    "page": _("Pages"),
    "move": _("Transitions"),
    "message": _("Messages"),
    "event": _("Events"),
    "refusal": _("Errors"),
    "tool": _("Tools"),
    "picture": _("Pictures"),
}
"""Every kind of step, as a heading of many."""

_ONE = {
    "page": _("Page"),
    "move": _("Transition"),
    "message": _("Message"),
    "event": _("Event"),
    "refusal": _("Error"),
    "tool": _("Tool"),
    "picture": _("Picture"),
}
_CHANNELS = {"sms": _("SMS to %(to)s"), "call": _("Voice call to %(to)s"), "mail": _("Email to %(to)s")}
_STALE = {
    "StaleFlow": _("The page had expired, had already been used, or belongs to another browser."),
    "LinkExpired": _("The link had expired."),
    "LinkTampered": _("This link isn't one of ours."),
    "OwnCase": _("Reviewers can't decide their own cases."),
}


def kind_word(kind: str) -> str:
    """Return the label of a kind of step."""
    return str(_ONE.get(kind, kind))


def step_words(step: Step) -> str:
    """Return the sentence for a step."""
    match step.kind:
        case "page":
            return _of_page(step)
        case "move":
            means = str(step.data.get("means", ""))
            return f"{flow_title(str(step.data.get('flow')))}: {gettext(means) if means else step.name}"
        case "message":
            words = str(_CHANNELS.get(step.name, "%(to)s"))
            return words % {"to": identifiers.shown(str(step.data.get("to", "")))}
        case "event":
            return event_words(step.name)
        case "refusal":
            return refusal_words(step.name)
        case "tool":
            return tool_words(step)
        case "picture":
            return str(step.data.get("caption") or kind_word("picture"))
    return step.name


def step_detail(step: Step) -> str:
    """Return details for testers: the request, the transition's states, the names in the log."""
    data = step.data
    match step.kind:
        case "page":
            line = f"{data.get('method')} {data.get('path')} → {data.get('status')}"
            return f"{line} {data['to']}" if data.get("to") else line
        case "move":
            return f"{data.get('flow')}.{data.get('move')}: {data.get('source')} → {data.get('target')}"
        case "event":
            return f"{step.name} ({data['account']})" if data.get("account") else step.name
        case "tool":
            rest = ", ".join(f"{name}={value}" for name, value in data.items())
            return f"{step.name} {rest}".strip()
        case "message" | "picture":
            return ""
    return step.name


def refusal_words(name: str) -> str:
    """Return the error text of the refusal of this name.

    The exception is made without its constructor and never raised, so that nothing counts it.
    """
    if name in _STALE:
        return str(_STALE[name])
    kind, _dot, detail = name.partition(".")
    found: Any = getattr(errors, kind, None)
    if not (isinstance(found, type) and issubclass(found, (errors.Refusal, errors.DeliveryFailed))):
        return name
    refusal: Any = found.__new__(found)
    refusal.verdict = refusal.reason = refusal.kind = detail
    refusal.may_be_clock = False
    refusal.code, refusal.domains, refusal.limit, refusal.limit_bytes = None, ("example.com",), 3, 10 << 20
    if isinstance(refusal, errors.MailFailed):
        return gettext("We couldn't send the email. Nothing was changed. Please try again in a moment.")
    return text_of(refusal) or name


def _of_page(step: Step) -> str:
    title = page_title(str(step.data.get("page") or ""))
    if title:
        return title
    if step.data.get("to"):
        asked = step.data.get("method") == "POST"
        return gettext("Submitted, then redirected") if asked else gettext("Redirected")
    return gettext("No page (data only)")
