"""Routes make the code that builds addresses at its first use, with the Werkzeug that is installed."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import BuildError, Map, Rule

import mocksms
import webapp
from mocksms.api.flask_app import LateRule as PhoneRule
from webapp.pages.framework.flask_overrides import LateRule as SiteRule

RULES = pytest.mark.parametrize("kind", [SiteRule, PhoneRule])


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the files that are compiled from now on."""
    names: list[str] = []
    plain = builtins.compile

    def noted(source: Any, filename: Any, *more: Any, **options: Any) -> Any:
        names.append(str(filename))
        return plain(source, filename, *more, **options)

    monkeypatch.setattr(builtins, "compile", noted)
    return names


def made(kind: type[Rule]) -> Map:
    return Map(
        [
            kind("/", endpoint="home"),
            kind("/a/<int:number>", endpoint="one"),
            kind("/a/", endpoint="some", defaults={"page": 1}),
            kind("/a/page/<int:page>", endpoint="some"),
            kind("/<path:whole>/end", endpoint="path"),
        ]
    )


@RULES
@pytest.mark.parametrize("more", [True, False])
@pytest.mark.parametrize(
    ("endpoint", "values"),
    [
        ("home", {}),
        ("home", {"lang": "en"}),
        ("one", {"number": 7}),
        ("one", {"number": 7, "lang": ["en", "日本"]}),
        ("some", {"page": 1}),
        ("some", {"page": 2, "q": "a b"}),
        ("path", {"whole": "日/本"}),
    ],
)
def test_addresses_are_those_of_a_plain_rule(
    kind: type[Rule], endpoint: str, values: dict[str, Any], more: bool
) -> None:
    ours, plain = made(kind).bind("mihon.example"), made(Rule).bind("mihon.example")
    for _ in range(2):  # made, then used again
        assert ours.build(endpoint, values, append_unknown=more) == plain.build(
            endpoint, values, append_unknown=more
        )


@RULES
def test_a_missing_or_wrong_value_is_an_error(kind: type[Rule]) -> None:
    address = made(kind).bind("mihon.example")
    with pytest.raises(BuildError):
        address.build("one", {})
    with pytest.raises(BuildError):
        address.build("nowhere", {})


@RULES
def test_code_is_made_once_and_for_what_is_asked(kind: type[Rule], compiled: list[str]) -> None:
    address = made(kind).bind("mihon.example")
    assert "<werkzeug routing>" not in compiled
    for number in range(3):
        address.build("one", {"number": number})
    assert compiled.count("<werkzeug routing>") == 1


def test_both_apps_start_with_such_routes(tmp_path: Path, compiled: list[str]) -> None:
    phone = mocksms.create_app({"INSTANCE": str(tmp_path / "phone"), "SMTP_PORT": -1})
    site = webapp.create_app({"instance": str(tmp_path / "site"), "sandbox": True})
    try:
        assert all(len(list(app.url_map.iter_rules())) > 80 for app in (phone, site))
        assert "<werkzeug routing>" not in compiled
        assert address(phone) == "/api/v1/openapi.json"
        assert "<werkzeug routing>" in compiled
    finally:
        phone.extensions["mocksms"].close()
        site.extensions["nidankai_engine"].close()


def address(phone: Flask) -> str:
    with phone.test_request_context():
        return phone.url_for("api_control.describe")
