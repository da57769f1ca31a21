"""There is no unused code: functions, classes, constants, style classes and style variables."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from tests.assertions import not_empty
from tests.meta.sources import ROOT, Module, modules

FOR_TESTERS = (
    "mocksms/client/__init__.py",
    "client.py",
    "testing.py",
    "pytest_plugin.py",
    "journeys/pages.py",
)
"""Modules whose names are for testers outside this repository."""
CALLED_BY_NAME = re.compile(
    r"__\w+__|_?m\d{3}_\w+"  # Python's own names, migrations
    r"|handle_\w+|_timeout_cb|do_[A-Z]+|log_\w+|validate_\w+"  # html.parser, aiosmtpd, http.server, WTForms
    r"|header_\w+_parse|fold_binary|startElement|endElement"  # email.policy, xml.sax
    r"|visit_[A-Z]\w+|get_source_checksum"  # Jinja
    r"|[gs]et_last_counter"  # Flask-Security
    r"|byte_secret|ensure_sync|get_id|get_timestamp|_get_socket|initialize|CompileCatalogues|make_globals"
    r"|get_signing_serializer"  # others
)


@cache
def words() -> Counter[str]:
    """How often each word stands in the code and the templates; tests do not count."""
    files = [ROOT / module.path for module in modules("webapp", "mocksms", "bench", "tools")]
    files += [path for path in (ROOT / "templates").rglob("*") if path.is_file()]
    return Counter(word for path in files for word in re.findall(r"\w+", path.read_text()))


def defined(module: Module) -> Iterator[tuple[str, int]]:
    """Yield the functions, methods, classes and constants of a module that no decorator hands on: (name, line)."""
    classes = [node for node in module.tree.body if isinstance(node, ast.ClassDef)]
    for body in (module.tree.body, *(each.body for each in classes)):
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.decorator_list:
                yield node.name, node.lineno
    for node in module.tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.lineno


def test_names_are_used() -> None:
    unused = [
        f"{module.path}:{line} {name}"
        for module in modules("webapp", "mocksms", "bench", "tools")
        if not module.path.endswith(FOR_TESTERS)
        for name, line in defined(module)
        if words()[name] < 2 and not CALLED_BY_NAME.fullmatch(name)
    ]
    assert not unused, f"delete it; if a library calls it, add it to CALLED_BY_NAME: {unused}"


def test_styles_are_used() -> None:
    sheets = [path for app in ("webapp", "mocksms") for path in (ROOT / app / "static").rglob("*.css")]
    css = re.sub(
        r"/\*.*?\*/|url\([^)]*\)|\"[^\"]*\"",
        "",
        "\n".join(p.read_text() for p in not_empty(sheets)),
        flags=re.S,
    )
    sources = [ROOT / module.path for module in modules("webapp", "mocksms")]
    sources += list((ROOT / "templates").rglob("*.html"))
    sources += [path for app in ("webapp", "mocksms") for path in (ROOT / app / "static").rglob("*.js")]
    text = "\n".join(path.read_text() for path in sources)
    standing = _standing(text)
    classes = set(re.findall(r"\.([a-zA-Z][\w-]+)", css))
    unused = {f".{name}" for name in classes if standing.isdisjoint((name, f"{_base(name)}--"))}
    variables = set(re.findall(r"(?<![\w-])--([\w-]+)\s*:", css))
    unused |= {f"--{name}" for name in variables - set(re.findall(r"var\(--([\w-]+)", css + text))}
    assert not unused, f"nobody uses it: {sorted(unused)}"


def _base(name: str) -> str:
    """The part of a class name that stays when a template fills in the rest (`avatar--{{ number }}`)."""
    return name.rpartition("--")[0] or name


def _standing(text: str) -> set[str]:
    """Return every word with hyphens in it, also without those at its end."""
    found = set(re.findall(r"[\w-]+", text))
    return (
        found
        | {word.rstrip("-") for word in found}
        | {f"{word.rstrip('-')}--" for word in found if word.endswith("--")}
    )
