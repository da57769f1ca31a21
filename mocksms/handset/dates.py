"""Times and dates of the handset's pages, in the phone's time zone and the page's language."""

import time
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple

from babel import Locale
from babel.dates import format_date
from flask import g
from flask_babel import format_datetime, get_locale, get_timezone, gettext


class _Calendar(NamedTuple):
    """What the dates of a page depend on, worked out once: a list of results has ninety of them."""

    zone: tzinfo
    locale: Locale
    today: date

    def local(self, at: float) -> datetime:
        return datetime.fromtimestamp(at, self.zone)

    def name(self, day: date) -> str:
        """Return 今日 (today) or 昨日 (yesterday), "" for another day."""
        if day == self.today:
            return gettext("Today")
        return gettext("Yesterday") if day == self.today - timedelta(days=1) else ""

    def pattern(self, japanese: str, english: str) -> str:
        return japanese if self.locale.language == "ja" else english


def _calendar() -> _Calendar:
    found: _Calendar | None = g.get("calendar")
    if found is None:
        zone = get_timezone()
        now = g.get("phone_now", time.time())
        found = g.calendar = _Calendar(zone, get_locale(), datetime.fromtimestamp(now, zone).date())
    return found


@lru_cache(maxsize=1024)
def _written(day: date, pattern: str, locale: Locale) -> str:
    return format_date(day, pattern, locale)


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def iso(at: float) -> str:
    """Return a time in ISO 8601, UTC, with milliseconds."""
    return _moment(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def clock_time(at: float) -> str:
    """Return the time of day: 14:05."""
    then = _calendar().local(at)
    return f"{then.hour}:{then.minute:02d}"


def long_date(at: float) -> str:
    """Return a date: 11月22日 日曜日, Sunday, 22 November."""
    return str(format_datetime(_moment(at), _calendar().pattern("M月d日 EEEE", "EEEE, d MMMM")))


def date_time(at: float) -> str:
    """Return date and time to the second, as in a mail's header."""
    pattern = _calendar().pattern("y年M月d日(E) H:mm:ss", "EEE, d MMM y, HH:mm:ss")
    return str(format_datetime(_moment(at), pattern))


def short_date(at: float) -> str:
    """Return the time of day for today, else 昨日 (yesterday) or the date."""
    calendar = _calendar()
    day = calendar.local(at).date()
    if day == calendar.today:
        return clock_time(at)
    if day.year == calendar.today.year:
        pattern = calendar.pattern("M/d", "d MMM")
    else:
        pattern = calendar.pattern("y/M/d", "d MMM y")
    return calendar.name(day) or _written(day, pattern, calendar.locale)


def day(at: float) -> str:
    """Return the heading over a day's messages."""
    calendar = _calendar()
    return calendar.name(calendar.local(at).date()) or long_date(at)
