"""Each setting is declared once, and docs/settings.md says the same."""

from __future__ import annotations

import pytest

from tests.meta.sources import ROOT
from tools.settings import APPS, rows, tables

PAGE = (ROOT / "docs" / "settings.md").read_text()


@pytest.mark.parametrize("app", APPS)
def test_settings_are_in_the_docs_with_default_and_unit(app: str) -> None:
    missing = [row for row in rows(app) if row not in PAGE]
    assert not missing, "run `make docs`; docs/settings.md lacks:\n" + "\n".join(missing)


def test_settings_in_the_docs_still_exist() -> None:
    told = {line for line in PAGE.splitlines() if line.startswith(("| `WEBAPP_", "| `MOCKSMS_"))}
    stale = told - {row for app in APPS for row in rows(app)}
    assert not stale, f"run `make docs`; these settings are no more: {sorted(stale)}"


@pytest.mark.parametrize("app", APPS)
def test_settings_have_unit_and_help(app: str) -> None:
    thin = [row for row in rows(app) if "|  |" in row or "| |" in row]
    assert not thin, f"give it a unit and a line of help: {thin}"
    assert tables()[app].count("\n") > 2
