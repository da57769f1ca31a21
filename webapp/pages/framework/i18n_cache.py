"""Caches for what every page repeats: its texts, the addresses of static files, and the constant parts of the layout.

A page shows about a hundred texts. For each, Flask-Babel looks up request, locale and catalogue; here a language's
catalogue is loaded once. Head, header, footer and tabs depend on a few values: they are rendered once for each.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from babel import Locale
from babel.support import NullTranslations, Translations
from flask import Flask, current_app, has_request_context, request, url_for
from flask_babel import get_locale
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from webapp.pages.framework import (
    nowrap_filter,
    page_code,
    page_environment,
    page_folding,
    page_joining,
    page_names,
)
from webapp.pages.framework.nowrap_filter import nowrap
from webapp.pages.framework.page_environment import Edition, PageEnvironment
from webapp.pages.framework.services import context, this_request

LONGEST_QUERY = 300
FOLDER = Path(__file__).parents[2] / "translations"
COMPILING = (nowrap_filter, page_code, page_environment, page_folding, page_joining, page_names)
"""The modules that decide, besides this one, what a template becomes."""


def install(app: Flask) -> None:
    """Give templates their texts, the filter `nowrap`, the page's locale and the addresses of static files."""
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: _catalogue().ugettext(text),
        ngettext=lambda one, many, count: _catalogue().ungettext(one, many, count),
        pgettext=lambda context, text: _catalogue().upgettext(context, text),
        npgettext=lambda context, one, many, count: _catalogue().unpgettext(context, one, many, count),
        newstyle=True,
    )
    app.add_template_filter(nowrap)
    app.jinja_env.globals.update(
        _=translate,
        page_language=page_language,
        static_url=static_url,
        url_for=url_of,
        cached_part=cached_part,
        page_query=page_query,
    )
    environment: PageEnvironment = app.jinja_env  # type: ignore[assignment]
    environment.publish(_edition_key, lambda key, edition: _edition(app, edition, *key))


def _edition_key() -> tuple[str, bool]:
    """Return the language of the page at hand, and whether the site is at the root of its host."""
    return _locale().language, has_request_context() and not this_request().script_root


def _edition(app: Flask, environment: PageEnvironment, language: str, is_at_root: bool) -> Edition:
    """Return what all pages of a language have in common. At the root of a host that is also all addresses."""

    @pass_eval_context
    def text(context: EvalContext, text: str, /, **variables: Any) -> str:
        asked = language, text, bool(context.autoescape)
        return _format(*asked) % variables if variables else _whole(*asked)

    @pass_eval_context
    def text_of_context(context: EvalContext, place: str, text: str, /, **variables: Any) -> str:
        found: str = _loaded(language).upgettext(place, text)
        shown = Markup(found) if context.autoescape else found  # noqa: S704 - the catalogue's own
        return shown % {"context": place, **variables}

    functions: dict[str, Callable[..., Any]] = {
        "_": text,
        "pgettext": text_of_context,
        "page_language": lambda: language,
        "has_page": lambda endpoint: endpoint in app.view_functions,
    }
    if is_at_root:
        addresses = app.url_map.bind("localhost")

        @lru_cache(maxsize=256)  # more than there are pages
        def address(endpoint: str) -> str:
            return addresses.build(endpoint)

        def any_address(endpoint: str, **values: Any) -> str:
            is_known = not values and not endpoint.startswith(".")
            return address(endpoint) if is_known else url_of(endpoint, **values)

        @lru_cache(maxsize=512)
        def part(template: str, given: tuple[tuple[str, Hashable], ...]) -> Markup:
            return Markup(environment.get_template(template).render(dict(given)))  # noqa: S704 - autoescaped

        functions |= {
            "url_for": any_address,
            "static_url": lambda filename: addresses.build("static", {"filename": filename}),
            "cached_part": lambda template, **given: part(template, tuple(given.items())),
        }
    sandbox = app.jinja_env.globals["sandbox"]
    return Edition(
        functions, {"sandbox": sandbox}, repr((language, is_at_root, sandbox, _sources(app, language)))
    )


def _sources(app: Flask, language: str) -> list[Any]:
    """Return what else decides how the templates of a language are compiled."""
    words = FOLDER / language / "LC_MESSAGES" / "messages.mo"
    code = [Path(part.__file__) for part in COMPILING if part.__file__]
    return [
        sorted((rule.rule, rule.endpoint) for rule in app.url_map.iter_rules()),
        *(path.read_bytes() for path in (Path(__file__), *code, words) if path.exists()),
    ]


@pass_eval_context
def translate(context: EvalContext, text: str, /, **variables: Any) -> str:
    """Translate for templates (``_()``): return a text in the page's language, with escaped values in HTML.

    Most texts have no values: those are cached.
    """
    asked = _locale().language, text, bool(context.autoescape)
    return _format(*asked) % variables if variables else _whole(*asked)


@lru_cache(maxsize=4096)  # more than there are texts
def _whole(language: str, text: str, is_html: bool) -> str:
    return _format(language, text, is_html) % {}


def _format(language: str, text: str, is_html: bool) -> str:
    found: str = _loaded(language).ugettext(text)
    return Markup(found) if is_html else found  # noqa: S704 - the catalogue's own


def cached_part(template: str, **given: Hashable) -> Markup:
    """Render a layout fragment once per language and arguments, and cache it.

    Such a template sees neither request nor visitor: all that it shows is passed in and so part of the cache's key.
    """
    root = request.script_root if has_request_context() else ""
    return _kept(template, _locale().language, root, tuple(given.items()))


@lru_cache(maxsize=512)
def _kept(
    template: str, _language: str, _script_root: str, given: tuple[tuple[str, Hashable], ...]
) -> Markup:
    return Markup(current_app.jinja_env.get_template(template).render(dict(given)))  # noqa: S704 - autoescaped


def page_query() -> str:
    """Return the page's query, for links to the same page in the other language. A long one is dropped."""
    asked = this_request()
    if not asked.query_string:
        return ""
    query = urlencode([(name, value) for name, value in asked.args.items(multi=True) if name != "lang"])
    return query if len(query) <= LONGEST_QUERY else ""


def static_url(filename: str) -> str:
    """Return the address of a static file."""
    return _static_url(request.script_root if has_request_context() else "", filename)


@lru_cache(maxsize=256)
def _static_url(_script_root: str, filename: str) -> str:
    return url_for("static", filename=filename)


def url_of(endpoint: str, **values: Any) -> str:
    """Return the address of a page, as Flask's ``url_for`` does. Without values it is always the same."""
    if values:
        return url_for(endpoint, **values)
    if not has_request_context():
        return url_for(endpoint)
    asked = this_request()
    if endpoint.startswith("."):
        blueprint = asked.blueprint
        endpoint = f"{blueprint}{endpoint}" if blueprint else endpoint[1:]
    return _url_of(asked.script_root, endpoint)


@lru_cache(maxsize=256)  # more than there are pages
def _url_of(_script_root: str, endpoint: str) -> str:
    return url_for(endpoint)


def page_language() -> str:
    """Return the page's language, ``ja`` or ``en``."""
    return str(_locale().language)


def _locale() -> Locale:
    # Flask-Babel and its force_locale keep the locale here, in the application context.
    try:
        kept = context().g.get("_flask_babel")
    except RuntimeError:  # outside of any request or application
        kept = None
    return getattr(kept, "babel_locale", None) or get_locale() or Locale("en")


def _catalogue() -> Any:
    return _loaded(_locale().language)


@lru_cache(maxsize=8)
def _loaded(language: str) -> NullTranslations:
    return Translations.load(FOLDER, [language])
