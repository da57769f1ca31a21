"""What is made when it is first needed is made once, by the Werkzeug that is installed."""

from __future__ import annotations

from werkzeug.routing import Map

from webapp.pages.lean import LeanRule


def test_lean_rule_makes_each_builder_of_addresses_once() -> None:
    rule = LeanRule("/a/<int:number>", endpoint="a")
    address = Map([rule]).bind("mihon.example")
    for name, more in (("_build_unknown", True), ("_build", False)):
        before = getattr(rule, name)
        assert address.build("a", {"number": 1, "lang": "en"}, append_unknown=more) == (
            "/a/1?lang=en" if more else "/a/1"
        )
        made = getattr(rule, name)
        assert made != before
        address.build("a", {"number": 2}, append_unknown=more)
        assert getattr(rule, name) == made
