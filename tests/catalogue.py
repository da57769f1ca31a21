"""The site's texts in both languages, from the Japanese catalogue (the English texts are its keys)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "webapp" / "translations" / "ja" / "LC_MESSAGES" / "messages.po"


@cache
def japanese(path: Path = CATALOGUE) -> Catalog:
    """Return the Japanese catalogue of the site, or of the named app."""
    with path.open("rb") as file:
        return read_po(file, locale="ja")


@cache
def english_for(japanese_text: str) -> str:
    """Return the English text of this translation; raise when the catalogue has none."""
    for message in japanese():
        texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if japanese_text in texts and message.id:
            return message.id if isinstance(message.id, str) else message.id[0]
    raise AssertionError(f"{japanese_text!r} is no translation in {CATALOGUE.relative_to(ROOT)}")


@cache
def untranslated_words() -> frozenset[str]:
    """Return English texts that must not appear on a Japanese page: those whose translation differs."""
    return frozenset(
        message.id
        for message in japanese()
        if isinstance(message.id, str) and message.id and message.string and message.string != message.id
    )
