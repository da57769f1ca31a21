"""What every page is made of, cheaply: its words, the addresses of static files, and the parts that stay the same.

A page asks for a hundred words, and for each Flask-Babel looks up request, locale and catalogue anew; here the
catalogue of a language is loaded once. Head, header, footer and tabs depend on a handful of values: they are rendered
once for each and kept.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from babel import Locale
from babel.support import NullTranslations, Translations
from flask import Flask, current_app, g, has_request_context, request, url_for
from flask_babel import get_locale
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from webapp.pages.framework.nowrap_filter import nowrap

LONGEST_QUERY = 300
FOLDER = Path(__file__).parents[2] / "translations"


def install(app: Flask) -> None:
    """Give templates their words, the filter `nowrap`, the page's locale and the addresses of static files."""
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: _catalogue().ugettext(text),
        ngettext=lambda one, many, count: _catalogue().ungettext(one, many, count),
        pgettext=lambda context, text: _catalogue().upgettext(context, text),
        npgettext=lambda context, one, many, count: _catalogue().unpgettext(context, one, many, count),
        newstyle=True,
    )
    app.add_template_filter(nowrap)
    app.jinja_env.globals.update(
        _=said, get_locale=_locale, static_url=static_url, kept_part=kept, page_query=page_query
    )


@pass_eval_context
def said(context: EvalContext, text: str, /, **variables: Any) -> str:
    """``_()`` of templates: a text in the page's language; what stands in it is escaped where the template is HTML.

    Nearly all texts of a page are asked for so, and most say the same each time: those are kept.
    """
    asked = _locale().language, text, bool(context.autoescape)
    return _format(*asked) % variables if variables else _whole(*asked)


@lru_cache(maxsize=4096)  # more than there are texts
def _whole(language: str, text: str, is_html: bool) -> str:
    return _format(language, text, is_html) % {}


def _format(language: str, text: str, is_html: bool) -> str:
    found: str = _loaded(language).ugettext(text)
    return Markup(found) if is_html else found  # noqa: S704 - the catalogue's own


def kept(template: str, **given: Hashable) -> Markup:
    """A part of the layout that shows nothing but ``given`` in the page's language: rendered once, then kept.

    Such a template sees no request and no visitor; whatever it shows of them is handed in and so part of the key.
    """
    root = request.script_root if has_request_context() else ""
    return _kept(template, _locale().language, root, tuple(given.items()))


@lru_cache(maxsize=512)
def _kept(
    template: str, _language: str, _script_root: str, given: tuple[tuple[str, Hashable], ...]
) -> Markup:
    return Markup(current_app.jinja_env.get_template(template).render(dict(given)))  # noqa: S704 - autoescaped


def page_query() -> str:
    """The page's query, for the links to the same page in the other language; a long one is not kept."""
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    query = urlencode(pairs) if pairs else ""
    return query if len(query) <= LONGEST_QUERY else ""


def static_url(filename: str) -> str:
    """The address of a static file."""
    return _static_url(request.script_root if has_request_context() else "", filename)


@lru_cache(maxsize=256)
def _static_url(_script_root: str, filename: str) -> str:
    return url_for("static", filename=filename)


def _locale() -> Locale:
    # Flask-Babel keeps what it found, and what force_locale forces, in this place of the application context.
    try:
        kept = g.get("_flask_babel")
    except RuntimeError:  # outside of any request or application
        kept = None
    return getattr(kept, "babel_locale", None) or get_locale() or Locale("en")


def _catalogue() -> Any:
    return _loaded(_locale().language)


@lru_cache(maxsize=8)
def _loaded(language: str) -> NullTranslations:
    return Translations.load(FOLDER, [language])
