"""Paths, names, ids, labels, states and rules in docs/screens.md match the code."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.check.walks import walk_a, walk_b
from tests.meta.sources import ROOT, modules
from webapp.config import Config, environment_name, settings

TEXT = (ROOT / "docs" / "screens.md").read_text()
SPANS = re.findall(r"`([^`\n]+)`", TEXT)
COLUMNS = ("element", "name", "id", "日本語", "English")
UNITS = {"s": 1, "h": 3600, "days": 86400, "MiB": 1024 * 1024}


def table(*columns: str) -> list[list[str]]:
    """Return the cells of every row below this heading, wherever such tables are on the page."""
    found: list[list[str]] = []
    is_inside = False
    for line in TEXT.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if tuple(cells) == columns:
            is_inside = True
        elif not cells:
            is_inside = False
        elif is_inside and not set(cells[0]) <= set("-"):
            found.append(cells)
    return found


ELEMENTS = table(*COLUMNS)
MESSAGES = table("message", "日本語", "English")
RULES = table("rule", "what holds", "default", "setting")
STEPS = table("line", "step", "screen", "walked by")


@cache
def templates() -> str:
    return "\n".join(path.read_text() for path in sorted((ROOT / "templates" / "site").rglob("*.html")))


@cache
def catalogue(package: str = "webapp") -> dict[str, set[str]]:
    """Return every Japanese text of the site or the phone with the English texts it stands for."""
    from babel.messages.pofile import read_po

    path = ROOT / package / "translations" / "ja" / "LC_MESSAGES" / "messages.po"
    found: dict[str, set[str]] = {}
    with path.open("rb") as file:
        for message in read_po(file):
            if isinstance(message.id, str) and isinstance(message.string, str):
                found.setdefault(_with_defaults(message.string, "ja"), set()).add(
                    _with_defaults(message.id, "en")
                )
    return found


def _with_defaults(text: str, language: str) -> str:
    """Return a text as it reads with the default settings."""
    for name, words in {"send_cap_seconds": {"ja": "24時間", "en": "24 hours"}}.items():
        text = text.replace(f"%({name})s", words[language])
    return text


@cache
def field_names() -> frozenset[str]:
    """Return the names of all fields: attributes of form classes, and names that templates give."""
    of_forms = {
        target.id
        for module in modules("webapp/pages/forms")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return frozenset(of_forms | set(re.findall(r'\bname="(\w+)"', templates())))


def test_screens_are_all_there_in_order() -> None:
    assert re.findall(r'^### <a id="(\d+)"></a>\1\. ', TEXT, re.MULTILINE) == [str(n) for n in range(1, 22)]
    assert [re.sub(r"<.*?>", "", rule[0]) for rule in RULES] == [str(n + 1) for n in range(len(RULES))]
    assert len(RULES) > 20
    for walk in "AB":
        lines = [re.sub(r"<.*?>", "", step[0]) for step in STEPS if f">{walk}" in step[0] or walk in step[0]]
        assert len(lines) > 10
        assert lines == [f"{walk}{n + 1}" for n in range(len(lines))]


def test_walk_throughs_are_walked_line_by_line() -> None:
    walked = [
        [f'<a id="{line.number.lower()}"></a>{line.number}', line.step, f"`{line.does.__name__}`"]
        for line in (*walk_a.LINES, *walk_b.LINES)
    ]
    assert [[number, step, by] for number, step, _, by in STEPS] == walked
    assert len(STEPS) == 48


def test_screens_name_routes_of_the_site(tmp_path: Path) -> None:
    import webapp

    site = webapp.create_app({"instance": str(tmp_path), "sandbox": True})
    routes = {rule.rule for rule in site.url_map.iter_rules()}
    told = {span.partition("?")[0] for span in SPANS if span.startswith("/")}
    assert len(told) > 40
    assert told - routes == set(), "no such route"
    pages = {page for line in re.findall(r"^Path: .*? Page: (.*)\.$", TEXT, re.MULTILINE | re.DOTALL)
             for page in re.findall(r"`([a-z_]+\.[a-z_]+)`", line)}  # fmt: skip
    assert len(pages) > 20
    assert pages - set(site.view_functions) == set(), "no such page"


def test_screens_name_settings_that_exist() -> None:
    told = {span for span in SPANS if span.startswith("WEBAPP_")}
    assert len(told) > 20
    assert {name.partition("=")[0] for name in told} - {
        environment_name(each) for each in settings()
    } == set()


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule[3]], ids=lambda rule: rule[3].strip("`"))
def test_screens_give_the_defaults_of_rules(rule: list[str]) -> None:
    *_, default, setting = rule
    if default == "no":
        value = 0
    else:
        number, _, unit = default.partition(" ")
        value = int(number) * UNITS.get(unit, 1)
    assert getattr(Config(), setting.strip("`").removeprefix("WEBAPP_").lower()) == value


def test_screens_name_fields_and_forms_that_exist() -> None:
    told = {row[1].strip("`") for row in ELEMENTS if row[1]}
    assert len(told) > 15
    assert told - field_names() == set()


def test_screens_name_ids_that_exist() -> None:
    told = {row[2].strip("`#") for row in ELEMENTS if row[2]}
    told |= {span[1:] for span in SPANS if span.startswith("#")}
    assert len(told) > 50
    missing = {each for each in told if f'"{each}"' not in templates()}
    by_part = {each for each in missing if f'id="{each.rpartition("-")[0]}-{{{{' in templates()}
    assert missing - by_part == set()


def test_screens_name_states_that_exist() -> None:
    texts = {text for module in modules("webapp") for text, _ in module.strings()}
    told = {state for line in re.findall(r"^States: (.*)$", TEXT, re.MULTILINE)
            for state in re.findall(r"`(\w+)`", line)}  # fmt: skip
    assert len(told) > 15
    assert told - texts == set()


def test_screens_give_labels_as_the_catalogue_has_them() -> None:
    pairs = [(row[3].strip("「」"), row[4]) for row in ELEMENTS if row[3]] + [
        (row[1], row[2]) for row in MESSAGES
    ]
    assert len(pairs) > 100
    wrong = [
        (japanese, english) for japanese, english in pairs if english not in catalogue().get(japanese, ())
    ]
    assert not wrong, "the catalogue has other words"


def test_screens_quote_labels_that_exist() -> None:
    told = set(re.findall(r"「([^」]+)」", TEXT))
    assert len(told) > 20
    assert told - catalogue().keys() - catalogue("mocksms").keys() == set(), "no page has this label"
