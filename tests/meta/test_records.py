"""Records that do not change are named tuples: a start makes a class of them in a quarter of a dataclass's time."""

from __future__ import annotations

import ast

from tests.assertions import not_empty
from tests.meta.sources import modules

NOT_AT_A_START = ("webapp.sandbox.", "mocksms.client.")
"""Modules that neither app loads at a start."""
OFFERED = {"mocksms.core.sender_app.AppAnswer", "mocksms.core.sender_app.Reply"}
"""Records that providers of other packages use, who may call `dataclasses.replace` or `asdict`."""
TAKEN = {"count", "index"}
"""Methods of a tuple: no field may have their names."""


def _is_frozen(decorator: ast.expr) -> bool:
    return ast.unparse(decorator).startswith("dataclass(") and all(
        f"{option}=True" in ast.unparse(decorator) for option in ("frozen", "slots")
    )


def _needs_a_dataclass(record: ast.ClassDef) -> bool:
    """Whether it has what a named tuple can't have: a base, fields by keyword or with options, or their names."""
    fields = [each for each in record.body if isinstance(each, ast.AnnAssign)]
    return (
        bool(record.bases)
        or any("kw_only=True" in ast.unparse(each) for each in record.decorator_list)
        or any(each.value is not None and "field(" in ast.unparse(each.value) for each in fields)
        or any(isinstance(each.target, ast.Name) and each.target.id in TAKEN for each in fields)
    )


def test_records_that_do_not_change_are_named_tuples() -> None:
    records = [
        (f"{module.name}.{node.name}", node)
        for module in modules()
        if not module.name.startswith(NOT_AT_A_START)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef) and any(map(_is_frozen, node.decorator_list))
    ]
    assert {name for name, _ in records} >= OFFERED
    bases = {ast.unparse(base) for _, node in records for base in node.bases}
    wrong = [
        name
        for name, node in not_empty(records)
        if name not in OFFERED and not _needs_a_dataclass(node) and node.name not in bases
    ]
    assert not wrong, f"make these a NamedTuple: {wrong}"
