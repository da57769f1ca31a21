"""Where a visitor may be sent back to (docs/promises.md#31), by the rule itself."""

from __future__ import annotations

import pytest

from webapp.rules.return_to import LONGEST, safe_path


@pytest.mark.parametrize(
    "path", ["/", "/account?lang=en&x=1", "/a/%E8%A6%8B%E6%9C%AC", "/見本", "/a?next=//b"]
)
def test_path_of_the_site_is_kept_s31(path: str) -> None:
    assert safe_path(path, "/home") == path


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "account",
        "//evil.example",
        "/%2fevil.example",
        "/\\evil.example",
        "/%5cevil.example",
        "/\t/evil.example",
        "/%0d%0aLocation:%20https://evil.example",
        "https:evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/" + "a" * LONGEST,
        "/\x7f",
    ],
)
def test_anything_else_leads_to_the_default_s31(text: str | None) -> None:
    assert safe_path(text, "/home") == "/home"
