"""Which names a part of a template takes from outside, and to which it gives a meaning itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from typing import TYPE_CHECKING

from jinja2 import nodes
from jinja2.meta import TrackingCodeGenerator

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.compiler import Frame

SPECIAL = {"caller", "kwargs", "varargs"}
SCOPES = (
    nodes.Block,
    nodes.For,
    nodes.With,
    nodes.Macro,
    nodes.CallBlock,
    nodes.FilterBlock,
    nodes.AssignBlock,
    nodes.Scope,
)
"""Parts whose names mean nothing outside of them."""
NAMING = (nodes.Name, nodes.Macro, nodes.Import, nodes.FromImport)


def asked(body: Iterable[nodes.Node], environment: Environment) -> set[str]:
    """Return the names that are looked up outside, by Jinja's own rules of scope and order."""
    tracker = _Tracker(environment)
    tracker.visit(nodes.Template(list(body), lineno=1).set_environment(environment))
    return tracker.found


class _Tracker(TrackingCodeGenerator):
    """Jinja's finds no globals, and could fold constants of a page as if they were not HTML."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.optimizer = None
        self.found: set[str] = set()

    def enter_frame(self, frame: Frame) -> None:
        super().enter_frame(frame)
        self.found |= {name for action, name in frame.symbols.loads.values() if action == "resolve"}


def bound(node: nodes.Node) -> set[str]:
    """Return the names that mean something of the part's own anywhere in it."""
    return {name for name, _ in _bindings(node.find_all(NAMING))}


def bound_in_scope(scope: nodes.Node) -> set[str]:
    """Return the names that mean something in a scope, without those of the scopes in it."""
    return {name for name, _ in _bindings(_without_scopes(scope))}


def _without_scopes(part: nodes.Node) -> Iterator[nodes.Node]:
    for each in part.iter_child_nodes():
        yield each
        if isinstance(each, nodes.AssignBlock):
            yield each.target
        elif not isinstance(each, SCOPES):
            yield from _without_scopes(each)


def bound_once(node: nodes.Node) -> set[str]:
    """Return those of them that mean the same wherever the part gives them a meaning."""
    found = Counter(name for name, _ in set(_bindings(node.find_all(NAMING))))
    return {name for name, count in found.items() if count == 1}


def _bindings(found: Iterable[nodes.Node]) -> Iterator[tuple[str, Hashable]]:
    """Yield each name with what it means: an import from the same template means the same."""
    for each in found:
        if isinstance(each, nodes.Name):
            if each.ctx != "load":
                yield each.name, id(each)
        elif isinstance(each, nodes.Macro):
            yield each.name, id(each)
        elif isinstance(each, nodes.Import):
            yield each.target, id(each)
        elif isinstance(each, nodes.FromImport):
            for name in each.names:
                theirs, ours = name if isinstance(name, tuple) else (name, name)
                is_known = isinstance(each.template, nodes.Const) and not each.with_context
                yield ours, (each.template.value, theirs) if is_known else id(each)  # type: ignore[attr-defined]
