"""`make i18n`: bring the Japanese catalogues up to date with code and templates.

English texts are the keys. New ones are added without a translation and listed; unused ones are removed. Entries are
in alphabetical order and name no line of code, so that concurrent changes seldom conflict.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "_l": None,
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "lazy_pgettext": ((1, "c"), 2),
    "Transition": (4,),  # what a move of a flow means is told by the map and the timeline
}
APPS = {
    "webapp": (
        "babel.cfg",
        ("webapp", "templates/site"),
        "The site in Japanese; labels in 「」 are those of docs/screens.md#the-walk-throughs.",
    ),
    "mocksms": ("mocksms/babel.cfg", ("mocksms", "templates/phone"), "The phone in Japanese."),
}
LINE_WIDTH = 110
SINCE = datetime(2026, 11, 22, tzinfo=UTC)
"""A fixed date in the header, so that only texts change the catalogue."""


def catalogue_path(app: str) -> Path:
    """Return the path of an app's Japanese catalogue."""
    return ROOT / app / "translations" / "ja" / "LC_MESSAGES" / "messages.po"


def updated_catalogue(app: str) -> Catalog:
    """Return the app's catalogue with all current texts and their existing translations."""
    before = Catalog(locale="ja")
    if catalogue_path(app).exists():
        with catalogue_path(app).open("rb") as file:
            before = read_po(file, locale="ja")
    after = Catalog(
        locale="ja", project="Nidankai", version="1", header_comment=f"# {APPS[app][2]}", fuzzy=False,
        creation_date=SINCE, revision_date=SINCE,
    )  # fmt: skip
    for text, context in sorted(_extracted(app), key=_sort_key):
        known = before.get(text, context)
        after.add(text, known.string if known is not None else None, context=context)
    return after


def missing(catalogue: Catalog) -> list[str]:
    """Return the texts without a translation."""
    return [
        str(message.id)
        for message in catalogue
        if message.id
        and not all([message.string] if isinstance(message.string, str) else message.string or [""])
    ]


def _sort_key(said: tuple[str | tuple[str, ...], str | None]) -> tuple[str, str]:
    """Return the key of an alphabetical order: the text, then its context."""
    text, context = said
    return (text if isinstance(text, str) else text[0]), context or ""


def _extracted(app: str) -> set[tuple[str | tuple[str, ...], str | None]]:
    mapping, folders, _comment = APPS[app]
    with (ROOT / mapping).open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = extract_from_dir(
        str(ROOT), methods, options, KEYWORDS, directory_filter=_directory_filter(folders)
    )
    return {(text, context) for _name, _line, text, _comments, context in found}


def _directory_filter(folders: tuple[str, ...]) -> Callable[[str], bool]:
    def may_enter(path: str) -> bool:
        relative = str(Path(path).relative_to(ROOT))
        return any(folder.startswith(relative) or relative.startswith(folder) for folder in folders)

    return may_enter


def main(apps: list[str]) -> int:
    """Rewrite the named apps' catalogues (all by default). Return 1 while a translation is missing."""
    still_open = 0
    for app in apps or APPS:
        catalogue = updated_catalogue(app)
        with catalogue_path(app).open("wb") as file:
            write_po(file, catalogue, width=LINE_WIDTH)
        for text in missing(catalogue):
            print(f"{catalogue_path(app).relative_to(ROOT)}: no Japanese yet for {text!r}")
            still_open += 1
    return 1 if still_open else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
