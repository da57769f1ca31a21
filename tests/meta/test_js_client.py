"""The client for JavaScript has the calls and parameters of the Python client, in JavaScript's spelling."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest

from mocksms.client import Authenticator, Call, Faults, Phone
from mocksms.client.steps import api_call, api_property
from tests.assertions import not_empty
from tests.meta.sources import ROOT

SOURCES = ROOT / "clients" / "js" / "src"
METHOD = re.compile(r"^  (?:async )?(get )?([a-zA-Z]\w*)\((.*)\) \{$", re.MULTILINE)
CLASS = re.compile(r"^export class (\w+)(?: extends (\w+))? \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
ONLY_JAVASCRIPT = {"constructor", "enter", "leave", "with"}
"""Its spelling of `with Phone(…) as phone:`."""


def camel(name: str) -> str:
    """Return a Python name in JavaScript's spelling."""
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)


def python_calls(kind: type) -> Iterator[tuple[str, Any]]:
    for name in dir(kind):
        described = inspect.getattr_static(kind, name)
        if isinstance(described, (api_call, api_property)) and not name.startswith("_"):
            yield camel(name), described


def javascript_methods(kind: str) -> dict[str, str]:
    """Return the parameters of each public method of a class and its bases; a getter has "get"."""
    text = "\n".join(path.read_text() for path in sorted(SOURCES.glob("*.js")))
    classes = {name: (base, body) for name, base, body in CLASS.findall(text)}
    methods: dict[str, str] = {}
    while kind:
        kind, body = classes[kind]
        methods = {name: "get" if getter else given for getter, name, given in METHOD.findall(body)} | methods
    return methods


@pytest.mark.parametrize("kind", [Phone, Faults, Call, Authenticator], ids=lambda kind: kind.__name__)
def test_javascript_has_every_call_with_its_parameters(kind: type) -> None:
    methods = javascript_methods(kind.__name__)
    for name, described in not_empty(list(python_calls(kind))):
        assert name in methods, f"clients/js lacks {kind.__name__}.{name}"
        if isinstance(described, api_property):
            assert methods[name] == "get"
            continue
        _, *parameters = inspect.signature(described.steps).parameters.values()
        has_options = any(
            each.kind is each.VAR_KEYWORD or each.default is not each.empty for each in parameters
        )
        required = [
            camel(each.name)
            for each in parameters
            if each.default is each.empty and each.kind is not each.VAR_KEYWORD
        ]
        given = re.sub(r"\{.*?\}", "options", methods[name])
        names = [each.split(" = ")[0] for each in given.split(", ") if each]
        assert names[: len(required)] == required, f"{kind.__name__}.{name}({methods[name]})"
        assert len(names) - len(required) == has_options, f"{kind.__name__}.{name}({methods[name]})"
        if "{" in methods[name]:
            optional = [each.name for each in parameters if each.default is not each.empty]
            missing = [each for each in optional if not re.search(rf"\b{camel(each)}\b", methods[name])]
            assert not missing, f"{kind.__name__}.{name} lacks the options {missing}"


@pytest.mark.parametrize("kind", [Phone, Faults, Call, Authenticator], ids=lambda kind: kind.__name__)
def test_javascript_has_no_call_of_another_name(kind: type) -> None:
    known = {camel(name) for name in dir(kind)}
    unknown = {name for name in javascript_methods(kind.__name__) if name not in known | ONLY_JAVASCRIPT}
    assert not unknown, f"the Python client has no {unknown}"
