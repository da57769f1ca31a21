"""The language and time zone of a page, and the format of its dates."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_date, format_datetime
from flask import Flask, Request, Response, g, has_request_context, request, session
from flask_babel import Babel, get_locale, get_timezone
from flask_login import current_user
from jinja2 import pass_context
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from webapp import paths
from webapp.config import Config
from webapp.pages.framework.cookies import SIGNED_IN, read_cookie, set_cookie
from webapp.pages.framework.durations import duration
from webapp.pages.framework.services import services, this_request
from webapp.store.engine import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable

    from jinja2.runtime import Context

LANGUAGES = {"ja": "日本語", "en": "English"}
"""The pages' languages by their names."""
COOKIE = "lang"
COOKIE_SECONDS = 365 * 86400
_DAYS = {"ja": "y年M月d日", "en": "d MMM y"}
_PATTERNS = {"ja": f"{_DAYS['ja']} H:mm", "en": f"{_DAYS['en']}, HH:mm"}


def install(app: Flask) -> None:
    """Set Flask-Babel up; `_language` is the rule."""
    config: Config = app.extensions["nidankai"].config
    Babel(
        app,
        default_locale=config.language,
        default_timezone=config.time_zone,
        default_translation_directories=str(Path(app.root_path) / "translations"),
        locale_selector=lambda: _locale(_language()),
        timezone_selector=_time_zone,
    )
    for each in (moment, day, duration):
        app.add_template_filter(_for_reader(each), each.__name__)
    app.add_template_global(get_locale, "get_locale")
    app.add_template_global(saves_language_choice, "saves_language_choice")
    app.after_request(_remember_asked)


def _for_reader(write: Callable[..., str]) -> Callable[..., str]:
    """Return a filter that Jinja doesn't apply when it compiles a template: its text is for the page's reader."""

    @pass_context
    def written(_context: Context, *args: Any, **kwargs: Any) -> str:
        return write(*args, **kwargs)

    return written


def moment(timestamp: float, zone: str | None = None, *, with_seconds: bool = False) -> str:
    """Write Unix seconds as date and time (日時): "2026年11月22日 10:42 JST", in ``zone``.

    Without ``zone`` the reader's is used.
    """
    at = datetime.fromtimestamp(timestamp, UTC).astimezone(_zone(zone) or get_timezone())
    locale = get_locale()
    language = locale.language if locale is not None else "ja"
    pattern = _PATTERNS.get(language, "long").replace("mm", "mm:ss" if with_seconds else "mm")
    return f"{format_datetime(at, pattern, locale=locale)} {at.tzname()}"


def saves_language_choice() -> bool:
    """Return whether pressing a language on this page is the account's choice: signed in, on a page of the shop."""
    return not request.path.startswith((paths.TOOLS, paths.MUSIC)) and _of_account("time_zone") is not None


def _language() -> str:
    """Return the page's language (docs/screens.md).

    That is ``?lang=``, else the cookie, else what the account's owner chose, else Accept-Language, else the setting.
    QA's tools leave the account out: they keep the tester's language whichever persona is signed in.
    """
    config = services().config
    if not has_request_context():
        return config.language
    here = this_request()
    asked = _asked(here)
    if asked is not None:
        return asked
    cookie = read_cookie(COOKIE)
    if cookie in LANGUAGES:
        return cookie
    if not here.path.startswith(paths.TOOLS):
        account = _of_account("language")
        if account in LANGUAGES:
            return account
    return _best_of(here.environ.get("HTTP_ACCEPT_LANGUAGE", "")) or config.language


@lru_cache(maxsize=128)  # browsers send one of a few
def _best_of(accepted: str) -> str | None:
    """Return the first language by RFC 4647 lookup. Ours are primary subtags: all others are cut off."""
    for tag, quality in parse_accept_header(accepted, LanguageAccept):
        primary = tag.partition("-")[0].lower()
        if quality > 0 and primary in LANGUAGES:
            return primary
    return None


@lru_cache  # of the two languages; else it is parsed anew for every request
def _locale(language: str) -> Locale:
    return Locale.parse(language)


def _time_zone() -> str:
    zone = _of_account("time_zone") if has_request_context() else None
    return zone if zone and _zone(zone) else services().config.time_zone


def _of_account(attribute: str) -> str | None:
    """Return the signed-in account's value, or None, also if the database can't be asked.

    A page about that failure must still have some language (docs/promises.md#67).
    """
    if SIGNED_IN not in session or g.get("problem_status"):
        return None
    try:
        value = getattr(current_user, attribute, None)
    except EngineError:
        return None
    return value if isinstance(value, str) else None


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def _asked(here: Request) -> str | None:
    asked = here.args.get("lang") if here.query_string else None
    return asked if asked in LANGUAGES else None


def day(at: date) -> str:
    """Write a date (日付) as `moment` does: "2026年11月22日"."""
    locale = get_locale()
    return str(
        format_date(at, _DAYS.get(locale.language if locale is not None else "ja", "long"), locale=locale)
    )


def remember(response: Response, language: str) -> None:
    """Make a language this browser's, by its cookie."""
    if read_cookie(COOKIE) != language:
        set_cookie(response, COOKIE, language, COOKIE_SECONDS)


def _remember_asked(response: Response) -> Response:
    asked = _asked(this_request())
    if asked is not None:
        remember(response, asked)
    return response
