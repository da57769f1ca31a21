"""Postal addresses: five lines as their owner wrote them, in the order of the reader's language."""

from __future__ import annotations

import re
from typing import NamedTuple

from webapp.rules.digits import is_separator
from webapp.rules.typed import visible

_JAPANESE_CODE = re.compile(r"[0-9]{3}-[0-9]{4}")
_POSTAL_CODE = re.compile(r"(?=.*[0-9A-Z])[0-9A-Z -]{2,12}")
_JAPANESE = re.compile(r"[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f]")
_LATIN = re.compile(r"[\u0000-\u024f]")


class PostalAddress(NamedTuple):
    """An address. Each part is one line, "" if it has none; ``region`` is the prefecture, state or province."""

    postal_code: str
    region: str
    city: str
    street: str
    building: str = ""

    @classmethod
    def from_stored(cls, text: str) -> PostalAddress:
        """Return the address of a text of `stored`."""
        return cls(*text.split("\n"))

    @property
    def stored(self) -> str:
        """Return the address as the database holds it: its parts, a line each."""
        return "\n".join(self)

    def lines(self, language: str) -> list[str]:
        """Return the lines for a reader: from the largest part to the smallest in Japanese, else the reverse."""
        if language == "ja":
            mark = "〒" if _JAPANESE_CODE.fullmatch(self.postal_code) else ""
            place = ""
            for part in filter(None, (self.region, self.city, self.street)):
                place += _gap(place, part) + part
            return [line for line in (mark + self.postal_code, place, self.building) if line]
        tail = " ".join(filter(None, (self.region, self.postal_code)))
        return [
            line for line in (self.building, self.street, ", ".join(filter(None, (self.city, tail)))) if line
        ]


def read_postal_code(typed: str, place: str = "") -> str | None:
    """Return a postal code as people type it, in capitals and with plain hyphens; None if it can't be one.

    Seven digits are a Japanese one, with or without 〒 and hyphen. Beside a ``place`` without Japanese letters they
    stay as they are: Israel and Chile have such codes.
    """
    seen = visible(typed)
    text = seen.removeprefix("〒").strip().upper()
    digits = "".join(char for char in text if not is_separator(char))
    is_abroad = any(map(str.isalpha, place)) and not _JAPANESE.search(place) and text == seen.strip().upper()
    if re.fullmatch(r"[0-9]{7}", digits) and not is_abroad:
        return f"{digits[:3]}-{digits[3:]}"
    text = "".join("-" if is_separator(char) and not char.isspace() else char for char in text)
    return text if not text or _POSTAL_CODE.fullmatch(text) else None


def _gap(before: str, after: str) -> str:
    """Return a space between words of Latin letters. Japanese parts follow each other without one."""
    return " " if before and _LATIN.match(before[-1]) and _LATIN.match(after[0]) else ""
