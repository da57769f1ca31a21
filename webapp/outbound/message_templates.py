"""What the messages say (docs/screens.md#messages): texts, spoken codes and mails, in the account's language.

These need the app's context: the words come from its catalogue, the mails from its templates.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit

from babel.dates import format_datetime
from flask import render_template
from flask_babel import force_locale, gettext

_SPOKEN_LANGUAGES = {"ja": "ja-JP", "en": "en-US"}


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail ready to send: one subject, the same content as text and as HTML."""

    subject: str
    text: str
    html: str


def sms_code(code: str, host: str, language: str) -> str:
    """The sign-in text. Its last line binds the code to ``host``, so that browsers fill it in there only.

    Source: WICG "Origin-bound one-time codes delivered via SMS"; a host has no port there.
    """
    with force_locale(language):
        says = gettext("%(code)s is your Mihon OTP. Do not share it with anyone.", code=code)
    return f"{says}\n@{_bare(host)} #{code}"


def sms_approval(code: str, deny_url: str, language: str) -> str:
    """The approval text, for an account that has no e-mail: the code, and a way to say "that wasn't me"."""
    with force_locale(language):
        says = gettext(
            "%(code)s is your Mihon code to approve access to your account. Do not share it with anyone.",
            code=code,
        )
        deny = gettext("If this wasn't you, deny it here: %(url)s", url=deny_url)
    return f"{says}\n{deny}"


def call_twiml(code: str, language: str) -> str:
    """The call as TwiML: a greeting, the digits one by one, the same once more."""
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

    Names: ``approval``, ``code``, and ``notice``, whose ``headline`` is its subject too; ``subject`` in the
    context overrides.
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
    """``host`` without port, also when it is an IPv6 literal."""
    return urlsplit(f"//{host}").hostname or host


def moment(local: datetime, language: str) -> str:
    """日時 as mails write it: "2026年11月22日 10:42 JST"."""
    pattern = {"ja": "y年M月d日 H:mm", "en": "d MMM y, HH:mm"}[language]
    return f"{format_datetime(local, pattern, locale=language)} {local.tzname()}"
