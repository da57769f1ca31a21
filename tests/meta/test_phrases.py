"""Both apps have the same module for phrases."""

from __future__ import annotations

import pytest

from tests.meta.sources import ROOT


@pytest.mark.parametrize("name", ["phrases.js", "phrases_model.js"])
def test_both_apps_have_the_same_phrases(name: str) -> None:
    ours, phones = ((ROOT / app / "static" / "js" / name).read_text() for app in ("webapp", "mocksms"))
    assert ours == phones
