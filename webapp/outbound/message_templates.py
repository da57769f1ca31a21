"""Texts of the messages (docs/screens.md#messages): SMS, spoken codes and mails, in the account's language.

They need the app's context for its catalogue and templates.
"""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from babel.dates import format_datetime
from flask import render_template
from flask_babel import force_locale, gettext

_SPOKEN_LANGUAGES = {"ja": "ja-JP", "en": "en-US"}


class Mail(NamedTuple):
    """A mail ready to send: one subject, the same content as text and as HTML."""

    subject: str
    text: str
    html: str


def sms_code(code: str, host: str, language: str) -> str:
    """Return the sign-in text. Its last line binds the code to ``host``, so browsers fill it in only there.

    Source: WICG "Origin-bound one-time codes delivered via SMS". A host has no port there.
    """
    with force_locale(language):
        says = gettext("%(code)s is your Mihon OTP. Do not share it with anyone.", code=code)
    return f"{says}\n@{_bare(host)} #{code}"


def sms_approval(code: str, deny_url: str, language: str) -> str:
    """Return the approval text of an account without an email address: the code, and a link to deny."""
    with force_locale(language):
        says = gettext(
            "%(code)s is your Mihon code to approve access to your account. Do not share it with anyone.",
            code=code,
        )
        deny = gettext("If this wasn't you, deny it here: %(url)s", url=deny_url)
    return f"{says}\n{deny}"


def call_twiml(code: str, language: str) -> str:
    """Return the call as TwiML: a greeting, the digits one by one, the same again."""
    spoken = "、".join(code) if language == "ja" else ", ".join(code)
    with force_locale(language):
        lines = [
            gettext("Hello, this is Mihon. Your one-time password is:"),
            spoken,
            gettext("Once more:"),
            spoken,
            gettext("Do not share it with anyone. Goodbye."),
        ]
    voice = _SPOKEN_LANGUAGES.get(language, language)
    verbs = '<Pause length="1"/>'.join(
        f'<Say language="{voice}">{escape(line, quote=False)}</Say>' for line in lines
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{verbs}<Hangup/></Response>'


def compose(name: str, /, language: str, **context: Any) -> Mail:
    """Render the mail ``templates/site/mail/<name>`` in ``language``.

    Names: ``approval``, ``code``, and ``notice``, whose ``headline`` is its subject too. ``subject`` in the context
    overrides it.
    """
    with force_locale(language):
        subject = str(context.get("subject") or _subject(name, context))
        given = {**context, "subject": subject, "language": language}
        return Mail(
            subject=subject,
            text=render_template(f"site/mail/{name}.txt", **given),
            html=render_template(f"site/mail/{name}.html", **given),
        )


def _subject(name: str, context: dict[str, Any]) -> str:
    if name == "approval":
        return str(gettext("Mihon security alert: an attempt to access your account data was detected"))
    if name == "code":
        return str(gettext("Your Mihon verification code"))
    return str(gettext("Mihon: %(headline)s", headline=str(context["headline"])))


def _bare(host: str) -> str:
    """Return ``host`` without port, also for an IPv6 literal."""
    return urlsplit(f"//{host}").hostname or host


def moment(local: datetime, language: str) -> str:
    """Return a date and time (日時) as mails write it: "2026年11月22日 10:42 JST"."""
    pattern = {"ja": "y年M月d日 H:mm", "en": "d MMM y, HH:mm"}[language]
    return f"{format_datetime(local, pattern, locale=language)} {local.tzname()}"
