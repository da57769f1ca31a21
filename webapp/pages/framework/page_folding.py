"""What is alike on every page of an edition is worked out when its template is compiled.

Jinja writes constant output as one text. So a call whose result is known becomes that result: texts of the edition's
language, addresses, parts of the layout, and macros that ask for nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jinja2 import nodes
from jinja2.compiler import find_undeclared, has_safe_repr
from jinja2.filters import FILTERS as JINJAS
from jinja2.nodes import Const, EvalContext, Impossible
from jinja2.tests import TESTS
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from webapp.pages.framework.page_names import SPECIAL, asked, bound, bound_once

if TYPE_CHECKING:
    from webapp.pages.framework.page_environment import Edition, PageEnvironment

BUILT_IN = {"dict", "namespace", "range"}
FILTERS = JINJAS.keys() - {"random"} | {"nowrap"}
TELLING = {"url_for", "cached_part"}
"""The functions whose results can depend on more than their arguments."""
OTHER_TEMPLATES = (nodes.Include, nodes.Import, nodes.Extends)


@dataclass(frozen=True)
class KnownMacro:
    """How a macro of a component is called. A constant one depends on its arguments alone."""

    template: str
    name: str
    arguments: tuple[str, ...]
    special: frozenset[str]
    is_constant: bool


@dataclass
class Component:
    """A template's macros by their names, those that it imports, and the names that it asks its environment for."""

    macros: dict[str, KnownMacro]
    imported: dict[str, KnownMacro]
    asked: set[str]


def folded(
    template: nodes.Template, environment: PageEnvironment, edition: Edition, name: str | None
) -> nodes.Template:
    """Return the template with all known calls replaced by their results."""
    context = EvalContext(environment, name)
    if context.autoescape:
        _Folder(template, environment, edition, context).visit(template)
    return template


def component(
    template: nodes.Template, environment: PageEnvironment, edition: Edition, name: str
) -> Component:
    """Return what a template defines for others."""
    imported = imported_macros(template, environment)
    known = BUILT_IN | SPECIAL | edition.functions.keys() | edition.values.keys()
    known -= bound(template)
    known |= {key for key, each in imported.items() if each.is_constant}
    unique = bound_once(template)
    found: dict[str, KnownMacro] = {}
    for macro in template.find_all(nodes.Macro):
        is_constant = _names(macro, environment) <= known
        found[macro.name] = _macro(macro, name, is_constant)
        known |= {macro.name} if is_constant and macro.name in unique else set()
    macros = {key: each for key, each in found.items() if key in unique}
    return Component(macros, imported, _names(template, environment) - known)


def _macro(macro: nodes.Macro, template: str, is_constant: bool) -> KnownMacro:
    arguments = tuple(each.name for each in macro.args)
    special = frozenset(find_undeclared(macro.body, SPECIAL)) - set(arguments)
    return KnownMacro(template, macro.name, arguments, special, is_constant)


def known_macros(template: nodes.Template, environment: PageEnvironment, name: str) -> dict[str, KnownMacro]:
    """Return the macros that a template imports or defines, by the names that always mean the same there."""
    imported = imported_macros(template, environment)
    unique = bound_once(template)
    own = [each for each in template.body if isinstance(each, nodes.Macro) and each.name in unique]
    return imported | {each.name: _macro(each, name, is_constant=False) for each in own}


def imported_macros(template: nodes.Template, environment: PageEnvironment) -> dict[str, KnownMacro]:
    """Return the macros that a template and its layouts import, by the names that always mean the same there."""
    found: dict[str, KnownMacro] = {}
    for each in template.body:
        if isinstance(each, nodes.FromImport) and isinstance(each.template, Const) and not each.with_context:
            macros = environment.component(each.template.value).macros
            for name in each.names:
                theirs, ours = name if isinstance(name, tuple) else (name, name)
                if theirs in macros:
                    found[ours] = macros[theirs]
    for extended in template.find_all(nodes.Extends):
        if isinstance(extended.template, Const):
            above = environment.component(extended.template.value).imported
            found = {name: each for name, each in found.items() if above.get(name, each) == each}
    unique = bound_once(template)
    return {name: each for name, each in found.items() if name in unique}


def _names(part: nodes.Template | nodes.Macro, environment: PageEnvironment) -> set[str]:
    """Return the names that a part takes from outside; "?" if it asks for what names don't tell."""
    found = asked(part.body if isinstance(part, nodes.Template) else [part], environment)
    calls = list(part.find_all(nodes.Call))
    called = {id(call.node) for call in calls}
    if (
        next(part.find_all(OTHER_TEMPLATES), None) is not None
        or any(each.name not in FILTERS for each in part.find_all(nodes.Filter))
        or any(each.name not in TESTS for each in part.find_all(nodes.Test))
        or any(each.name in TELLING and id(each) not in called for each in part.find_all(nodes.Name))
        or any(_depends(call, environment) for call in calls)
    ):
        found.add("?")
    return found


def _depends(call: nodes.Call, environment: PageEnvironment) -> bool:
    """Return whether an edition's function gives more than its arguments tell.

    That is a relative address, one with a host, and a part that asks.
    """
    name = call.node.name if isinstance(call.node, nodes.Name) else None
    if name not in TELLING:
        return False
    first = call.args[0].value if call.args and isinstance(call.args[0], Const) else None
    if not isinstance(first, str) or call.dyn_kwargs:
        return True
    if name == "url_for":
        return first.startswith(".") or any(each.key.startswith("_") for each in call.kwargs)
    others = environment.component(first).asked - {each.key for each in call.kwargs}
    return "?" in others or bool(others & environment.globals.keys())


class _Folder(NodeTransformer):
    def __init__(
        self, template: nodes.Template, environment: PageEnvironment, edition: Edition, context: EvalContext
    ) -> None:
        self.environment, self.context = environment, context
        self.macros = imported_macros(template, environment)
        own = bound(template)
        self.functions = {name: each for name, each in edition.functions.items() if name not in own}
        self.values = {name: each for name, each in edition.values.items() if name not in own}

    def visit_Call(self, node: nodes.Call) -> nodes.Expr:
        """Replace a call whose result is known."""
        self.generic_visit(node)
        if not isinstance(node.node, nodes.Name) or node.dyn_args or node.dyn_kwargs:
            return node
        if _depends(node, self.environment):
            return node
        try:
            args = [each.as_const(self.context) for each in node.args]
            kwargs = {each.key: each.value.as_const(self.context) for each in node.kwargs}
            return Const(self._result(node.node.name, args, kwargs), lineno=node.lineno)
        except Impossible:
            return node

    def _result(self, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        macro, function = self.macros.get(name), self.functions.get(name)
        try:
            if macro is not None and macro.is_constant:
                shown = self.environment.macro(macro.template, macro.name)
                return Markup(shown(*args, **kwargs))  # noqa: S704 - a template's
            if function is None:
                raise Impossible
            if getattr(function, "jinja_pass_arg", None) is not None:
                args = [self.context, *args]
            result = function(*args, **kwargs)
        except Impossible:
            raise
        except Exception as problem:  # it is raised again where the page asks for it, if it ever does
            raise Impossible from problem
        if not has_safe_repr(result):
            raise Impossible
        return result

    def visit_Name(self, node: nodes.Name) -> nodes.Expr:
        """Replace a value that is the same on all pages."""
        if node.ctx != "load" or node.name not in self.values:
            return node
        return Const(self.values[node.name], lineno=node.lineno)

    def visit_CallBlock(self, node: nodes.CallBlock) -> nodes.Node:
        """Leave the macro's call in place: it needs its block."""
        self.generic_visit(node.call)
        node.body = list(self._parts(node.body))
        return node

    def visit_If(self, node: nodes.If) -> nodes.Node | list[nodes.Node]:
        """Leave out what is never shown."""
        self.generic_visit(node)
        if node.elif_ or not isinstance(node.test, Const):
            return node
        shown, lost = (node.body, node.else_) if node.test.value else (node.else_, node.body)
        return node if any(_is_special(each) for each in lost) else shown

    def visit_CondExpr(self, node: nodes.CondExpr) -> nodes.Expr:
        """Choose where the test is known."""
        self.generic_visit(node)
        if not isinstance(node.test, Const):
            return node
        shown, lost = (node.expr1, node.expr2) if node.test.value else (node.expr2, node.expr1)
        return node if shown is None or (lost is not None and _is_special(lost)) else shown

    def visit_ScopedEvalContextModifier(self, node: nodes.Node) -> nodes.Node:
        """Leave alone what is escaped otherwise."""
        return node

    def _parts(self, body: Iterable[nodes.Node]) -> Iterator[nodes.Node]:
        for each in body:
            yield from self.visit_list(each)


def _is_special(part: nodes.Node) -> bool:
    """Return whether a part names what decides how a macro is called: then it stays, even if it is never shown."""
    names = [part, *part.find_all(nodes.Name)]
    return any(isinstance(each, nodes.Name) and each.name in SPECIAL for each in names)
