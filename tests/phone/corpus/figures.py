"""Figures of the finder of codes over the corpus, for `docs/phone.md`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from mocksms.core.codes.finder import find
from tests.phone.corpus import Message, messages

HEAD = (
    "| language | open: codes found | wrong | false | counted: codes found | wrong | false |\n"
    "|---|---|---|---|---|---|---|\n"
)
AIM = "| aim | 98 % | 0 | 0 | 98 % | 0 | 0 |\n"
ALL = "all"
HALVES = ("open", "counted")


def outcome(message: Message) -> str:
    """Return found, missed or wrong for a message with a code; false or right for one without."""
    code = find(message.text).code
    if message.code is None:
        return "right" if code is None else "false"
    return "found" if code == message.code else "missed" if code is None else "wrong"


def counts() -> dict[tuple[str, str], Counter[str]]:
    """Return how often each outcome is, by language and half."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for message in messages():
        found.setdefault((message.language, message.half), Counter())[outcome(message)] += 1
    return found


def table() -> str:
    """Return the figures of both halves, a row for each language, one for all, and the aim."""
    found = counts()
    languages = sorted({language for language, _ in found})
    rows = [(language, [found[language, half] for half in HALVES]) for language in languages]
    rows.append((ALL, [sum((found[each, half] for each in languages), Counter()) for half in HALVES]))
    lines = (
        f"| {language} | {' | '.join(cell for half in halves for cell in _cells(half, language == ALL))} |\n"
        for language, halves in rows
    )
    return "".join((HEAD, *lines, AIM))


def _cells(half: Counter[str], with_share: bool) -> Iterator[str]:
    codes = half["found"] + half["missed"] + half["wrong"]
    share = f", {half['found'] / codes:.1%}".replace("%", " %") if with_share else ""
    yield f"{half['found']} of {codes}{share}"
    yield str(half["wrong"])
    yield f"{half['false']} of {half['false'] + half['right']}"


def page(text: str) -> str:
    """Return a page with the figures between its markers as they are now."""
    new, times = re.subn(
        r"(<!-- figures -->\n\n)[\s\S]*?(\n<!-- end -->)", lambda m: m[1] + table() + m[2], text
    )
    assert times == 1, "the page lacks the markers <!-- figures --> and <!-- end -->"
    return new
