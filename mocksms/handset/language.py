"""The language and theme of a visitor."""

from collections.abc import Iterable
from urllib.parse import urlencode

from flask import has_request_context, request

LANGUAGES = ("ja", "en")
THEMES = ("auto", "light", "dark")


def choose() -> str:
    """Return the page's language: `?lang=`, then the cookie `tel_lang`, then Accept-Language, then Japanese."""
    if not has_request_context():
        return "ja"
    for wanted in (request.args.get("lang"), request.cookies.get("tel_lang")):
        if wanted in LANGUAGES:
            return wanted
    return _best_of(request.accept_languages) or "ja"


def _best_of(accepted: Iterable[tuple[str, float]]) -> str | None:
    """Return the first language by RFC 4647 lookup. Ours are primary subtags: all others are cut off."""
    for tag, quality in accepted:
        primary = tag.partition("-")[0].lower()
        if quality > 0 and primary in LANGUAGES:
            return primary
    return None


def other_url(language: str) -> str:
    """Return the address of the current page in the other language."""
    words = request.args.to_dict()
    words["lang"] = "en" if language == "ja" else "ja"
    return "?" + urlencode(words)


def theme() -> str:
    """Return the theme in the cookie `tel_theme`: light or dark, or "" to follow the system."""
    kept = request.cookies.get("tel_theme", "")
    return kept if kept in ("light", "dark") else ""
