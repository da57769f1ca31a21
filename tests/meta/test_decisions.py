"""Each entry of docs/decisions.md has a date, context, decision and consequence."""

from __future__ import annotations

import re
from datetime import date

from tests.meta.sources import ROOT

PARTS = ("Context", "Decision", "Consequence")
ENTRY = re.compile(
    r"\A(?P<title>[^\n]+)\n\n(?P<date>\d{4}-\d{2}-\d{2})\n"
    + "".join(rf"\n\*\*{part}\.\*\* (?P<{part}>\S(?:(?!\n\*\*)[\s\S])+)\n" for part in PARTS)
    + r"\Z"
)


def entries() -> list[str]:
    """Return the text of each decision, from its title on."""
    text = (ROOT / "docs" / "decisions.md").read_text()
    return [entry.rstrip() + "\n" for entry in re.split(r"^## ", text, flags=re.M)[1:]]


def problem(entry: str) -> str:
    """Say what an entry lacks; "" when it is whole."""
    found = ENTRY.match(entry)
    if found is None:
        return "not in the form: title, date, **Context.**, **Decision.**, **Consequence.**"
    try:
        date.fromisoformat(found["date"])
    except ValueError:
        return f"no date: {found['date']}"
    short = [part for part in PARTS if len(found[part].split()) < 4]
    return f"says next to nothing: {short}" if short else ""


def test_decisions_are_whole() -> None:
    found = entries()
    wrong = {entry.splitlines()[0]: problem(entry) for entry in found if problem(entry)}
    assert len(found) > 40 and not wrong, f"docs/decisions.md: {wrong}"


def test_decisions_have_titles_of_their_own() -> None:
    titles = [entry.splitlines()[0] for entry in entries()]
    assert len(titles) == len(set(titles))


def test_decisions_that_lack_a_part_are_found() -> None:
    whole = (
        "Title\n\n2026-11-22\n\n**Context.** Why it came up.\n\n"
        "**Decision.** What we now do.\n\n**Consequence.** What follows from it.\n"
    )
    assert problem(whole) == ""
    for broken in (
        whole.replace("2026-11-22\n\n", ""),
        whole.replace("2026-11-22", "2026-13-22"),
        whole.replace("**Decision.** What we now do.\n\n", ""),
        whole.replace("What we now do.", "Done."),
        whole.replace("**Context.**", "**Contxt.**"),
    ):
        assert problem(broken), broken
