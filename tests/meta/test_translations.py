"""Both languages are complete: English texts are the keys, the Japanese catalogues translate each of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from tests.meta.sources import ROOT

APPS = {"webapp": "babel.cfg", "mocksms": "mocksms/babel.cfg"}
FOLDERS = {"webapp": ("webapp", "templates/site"), "mocksms": ("mocksms", "templates/phone")}
KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None, "lazy_ngettext": (1, 2), "_l": None, "Transition": (4,)}
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sd]|\{\w+\}")
COMMAND = "make i18n ARGS={app}"


@cache
def catalogue(app: str) -> Catalog:
    """The app's Japanese catalogue."""
    path = ROOT / app / "translations" / "ja" / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return read_po(file, locale="ja")


@cache
def used(app: str) -> dict[str, str]:
    """Each text that code and templates ask for, with the place where it is."""
    with (ROOT / APPS[app]).open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found: dict[str, str] = {}
    for folder in FOLDERS[app]:
        for name, line, text, _comments, _context in extract_from_dir(
            str(ROOT), methods, options, KEYWORDS, directory_filter=_within(folder)
        ):
            key = text if isinstance(text, str) else text[0]
            found.setdefault(key, f"{name}:{line}")
    return found


def _within(folder: str) -> Callable[[str], bool]:
    def may_enter(path: str) -> bool:
        relative = str(Path(path).relative_to(ROOT))
        return relative == "." or folder.startswith(relative) or relative.startswith(folder)

    return may_enter


def known(app: str) -> dict[str, Message]:
    """The catalogue's entries by their English text."""
    return {m.id if isinstance(m.id, str) else m.id[0]: m for m in catalogue(app) if m.id}


def strings(message: Message) -> list[str]:
    """An entry's translations: one, or one for each plural."""
    return [message.string] if isinstance(message.string, str) else list(message.string or [""])


@pytest.mark.parametrize("app", APPS)
def test_translations_hold_every_text(app: str) -> None:
    missing = {text: place for text, place in used(app).items() if text not in known(app)}
    command = COMMAND.format(app=app)
    assert not missing, f"{len(missing)} texts are not in the catalogue; run: {command}\n{missing}"


@pytest.mark.parametrize("app", APPS)
def test_translations_are_all_made(app: str) -> None:
    open_ones = [text for text, message in known(app).items() if not all(strings(message))]
    assert not open_ones, f"no Japanese yet for: {open_ones}"
    fuzzy = [text for text, message in known(app).items() if message.fuzzy]
    assert not fuzzy, f"somebody must look at these guesses: {fuzzy}"


@pytest.mark.parametrize("app", APPS)
def test_translations_hold_nothing_stale(app: str) -> None:
    stale = sorted(set(known(app)) - set(used(app)))
    assert not stale, f"nothing asks for these any more; delete them: {stale}"


@pytest.mark.parametrize("app", APPS)
def test_translations_keep_the_placeholders(app: str) -> None:
    wrong = {
        text: strings(message)
        for text, message in known(app).items()
        if any(sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(s)) for s in strings(message))
    }
    assert not wrong, f"the translation has other placeholders than the text: {wrong}"
