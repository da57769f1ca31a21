"""Words on pages, cheaply: a page asks for a hundred of them, and for each Flask-Babel looks up request, locale and
catalogue anew. Here the catalogue of a language is loaded once and the request's locale read once a word.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.support import NullTranslations, Translations
from flask import Flask, has_request_context, request, url_for
from flask_babel import get_locale

FOLDER = Path(__file__).parent.parent / "translations"


def install(app: Flask) -> None:
    """Give templates their words, the page's locale and the addresses of static files."""
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: _catalogue().ugettext(text),
        ngettext=lambda one, many, count: _catalogue().ungettext(one, many, count),
        pgettext=lambda context, text: _catalogue().upgettext(context, text),
        npgettext=lambda context, one, many, count: _catalogue().unpgettext(context, one, many, count),
        newstyle=True,
    )
    app.jinja_env.globals.update(get_locale=_locale, static_url=static_url)


def static_url(filename: str) -> str:
    """The address of a static file."""
    return _static_url(request.script_root if has_request_context() else "", filename)


@lru_cache(maxsize=256)
def _static_url(_script_root: str, filename: str) -> str:
    return url_for("static", filename=filename)


def _locale() -> Locale:
    # Flask-Babel keeps what it found, and what force_locale forces, on the request under this name.
    found = getattr(request, "babel_locale", None) if has_request_context() else None
    return found or get_locale() or Locale("en")


def _catalogue() -> Any:
    return _loaded(_locale().language)


@lru_cache(maxsize=8)
def _loaded(language: str) -> NullTranslations:
    return Translations.load(FOLDER, [language])
