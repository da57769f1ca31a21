"""Settings and lengths of time in texts: a text that names a setting follows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flask_babel import gettext, ngettext

from webapp.config import Config, settings

MEGABYTE = 1024 * 1024


def duration(seconds: float) -> str:
    """Return a length of time in words, by its two largest units; "" for none."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days == 1 and not hours:
        days, hours = 0, 24  # "in 24 hours" is a rule, "in 1 day" could be tomorrow morning
    parts = [
        ngettext("%(num)d day", "%(num)d days", days) if days else "",
        ngettext("%(num)d hour", "%(num)d hours", hours) if hours else "",
        ngettext("%(num)d minute", "%(num)d minutes", minutes) if minutes else "",
        ngettext("%(num)d second", "%(num)d seconds", seconds) if seconds else "",
    ]
    longer, shorter = [*(part for part in parts if part), "", ""][:2]
    return gettext("%(longer)s %(shorter)s", longer=longer, shorter=shorter) if shorter else longer


class SettingTexts(Mapping[str, object]):
    """The settings as a text shows them: ``%(code_seconds)s`` is "10 minutes", ``%(upload_bytes)s`` "10" (in MB)."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def __getitem__(self, name: str) -> object:
        if name not in {setting.name for setting in settings()}:
            raise KeyError(name)
        value = getattr(self._config, name)
        if name.endswith("_seconds"):
            return duration(value)
        return value // MEGABYTE if name.endswith("_bytes") else value

    def __iter__(self) -> Iterator[str]:
        return (setting.name for setting in settings())

    def __len__(self) -> int:
        return len(settings())
