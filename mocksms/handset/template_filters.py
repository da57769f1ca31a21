"""The filters of the handset's templates: numbers, times and message texts."""

import hashlib
import re
import zlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from flask import url_for
from markupsafe import Markup, escape

from mocksms.core import domains
from mocksms.core.checks.language import detect
from mocksms.core.display_names import carrier, pretty, sender, sender_line, sender_name
from mocksms.core.models import Message
from mocksms.handset import dates

_ADDRESS = re.compile(r"https?://[^\s<>\"'「」『』（）。、]+[^\s<>\"'「」『』（）。、.,;:!?)\]]")
TONES = 6
LONGEST_SHOWN = 200_000
STATIC = Path(__file__).parent.parent / "static"


class Face(NamedTuple):
    """The circle beside a sender: an initial ("" for a plain number) on one of TONES colours."""

    letter: str
    tone: int


@lru_cache(maxsize=4096)
def face(peer: str) -> Face:
    """Return the letter and colour of a sender, always the same."""
    tone = zlib.crc32(peer.encode()) % TONES
    if re.fullmatch(r"\+?[\d\s-]+", peer):
        return Face("", tone)
    letter = next((c for c in peer if c.isalnum()), "")
    return Face(letter.upper(), tone)


def count(number: int) -> str:
    """Return a badge's number, 99+ from a hundred on."""
    return str(number) if number < 100 else "99+"


def spaced(code: str) -> str:
    """Return a code in two groups: 123 456."""
    return f"{code[: len(code) // 2]} {code[len(code) // 2 :]}"


def excerpt(text: str) -> str:
    """Return the beginning of a mail, for the list."""
    return " ".join(text.split())[:120]


def body_markup(message: Message) -> Markup:
    """Return the first LONGEST_SHOWN characters of a text, escaped, with links clickable and the code marked."""
    text = message.body[:LONGEST_SHOWN]
    parts: list[Markup] = []
    at, code = 0, message.code if message.direction == "in" else None
    for found in _ADDRESS.finditer(text):
        parts.append(_marked(text[at : found.start()], code))
        link = found.group()
        parts.append(
            Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>').format(
                link, domains.shown(link)
            )
        )
        at = found.end()
    parts.append(_marked(text[at:], code))
    return Markup("").join(parts)


def _marked(text: str, code: str | None) -> Markup:
    if not code:
        return escape(text)
    pattern = _code_pattern(code)
    at, parts = 0, []
    for found in pattern.finditer(text):
        parts += [escape(text[at : found.start()]), Markup("<mark>{0}</mark>").format(found.group())]
        at = found.end()
    return Markup("").join([*parts, escape(text[at:])])


@lru_cache(maxsize=1024)
def _code_pattern(code: str) -> re.Pattern[str]:
    """Return a pattern for the code's spellings in a text: full-width, or in groups."""
    letters = []
    for character in code:
        wide = chr(ord(character) + 0xFEE0) if "!" <= character <= "~" else character
        letters.append(f"[{re.escape(character)}{re.escape(wide)}]")
    return re.compile(r"(?<![0-9０-９])" + r"[\s\-‐–]?".join(letters) + r"(?![0-9０-９])")


def text_language(text: str) -> str:
    """Return the most likely language of a text, for its voice and fonts."""
    return detect(text) or "en"


def drop_none(values: Mapping[str, object]) -> dict[str, object]:
    """Drop None values."""
    return {name: value for name, value in values.items() if value is not None}


def duration(seconds: int) -> str:
    """Return minutes and seconds of a call: 1:05."""
    return f"{seconds // 60}:{seconds % 60:02d}"


def size(count_bytes: int) -> str:
    """Return a file's size in words: 12 KB."""
    return (
        f"{max(1, round(count_bytes / 1024))} KB"
        if count_bytes < 1024**2
        else f"{count_bytes / 1024**2:.1f} MB"
    )


@lru_cache(maxsize=64)
def _fingerprint(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]


def asset(name: str) -> str:
    """Return the address of a static file, with a fingerprint of its content so that a new version is fetched."""
    return url_for("static", filename=name, v=_fingerprint(name))


FILTERS: dict[str, Callable[..., Any]] = {
    "carrier": carrier, "pretty": pretty, "face": face, "iso": dates.iso, "clock_time": dates.clock_time,
    "long_date": dates.long_date, "date_time": dates.date_time, "short_date": dates.short_date, "day": dates.day,
    "count": count, "spaced": spaced, "excerpt": excerpt,
    "sender_name": sender_name, "sender_line": sender_line, "sender": sender, "body_markup": body_markup,
    "shown": domains.shown, "text_language": text_language, "duration": duration, "drop_none": drop_none,
}  # fmt: skip
