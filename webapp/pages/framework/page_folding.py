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
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

if TYPE_CHECKING:
    from webapp.pages.framework.page_environment import Edition, PageEnvironment

BUILT_IN = {"dict", "namespace", "range"}
SPECIAL = {"caller", "kwargs", "varargs"}
FILTERS = JINJAS.keys() - {"random"} | {"nowrap"}
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
    known |= {key for key, each in imported.items() if each.is_constant}
    found: dict[str, KnownMacro] = {}
    for macro in template.find_all(nodes.Macro):
        arguments = tuple(each.name for each in macro.args)
        special = frozenset(find_undeclared(macro.body, SPECIAL)) - set(arguments)
        is_constant = _names(macro, environment) <= known
        found[macro.name] = KnownMacro(name, macro.name, arguments, special, is_constant)
        known |= {macro.name} if is_constant else set()
    return Component(found, imported, _names(template, environment) - known)


def known_macros(
    template: nodes.Template, environment: PageEnvironment, edition: Edition, name: str
) -> dict[str, KnownMacro]:
    """Return the macros that a template imports or defines, by the names that always mean the same there."""
    imported = imported_macros(template, environment)
    own = {each.name for each in template.body if isinstance(each, nodes.Macro)} - _stored(template)
    macros = component(template, environment, edition, name).macros
    return imported | {each: macros[each] for each in own - imported.keys()}


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
    return {name: each for name, each in found.items() if name not in _stored(template)}


def _names(node: nodes.Node, environment: PageEnvironment) -> set[str]:
    """Return the names that a part takes from outside; "?" if it asks for what names don't tell."""
    asked = {name.name for name in node.find_all(nodes.Name) if name.ctx == "load"} - _stored(node)
    if (
        next(node.find_all(OTHER_TEMPLATES), None) is not None
        or any(each.name not in FILTERS for each in node.find_all(nodes.Filter))
        or any(_depends(call, environment) for call in node.find_all(nodes.Call))
    ):
        asked.add("?")
    return asked


def _stored(node: nodes.Node) -> set[str]:
    return {name.name for name in node.find_all(nodes.Name) if name.ctx in ("store", "param")}


def _depends(call: nodes.Call, environment: PageEnvironment) -> bool:
    """Return whether an edition's function gives more than its arguments tell: a relative address, a part that asks."""
    name = call.node.name if isinstance(call.node, nodes.Name) else None
    if name not in ("url_for", "cached_part"):
        return False
    first = call.args[0].value if call.args and isinstance(call.args[0], Const) else None
    if not isinstance(first, str) or call.dyn_kwargs:
        return True
    if name == "url_for":
        return first.startswith(".")
    asked = environment.component(first).asked - {each.key for each in call.kwargs}
    return "?" in asked or bool(asked & environment.globals.keys())


class _Folder(NodeTransformer):
    def __init__(
        self, template: nodes.Template, environment: PageEnvironment, edition: Edition, context: EvalContext
    ) -> None:
        self.environment, self.context = environment, context
        self.macros = imported_macros(template, environment)
        stored = _stored(template)
        self.functions = {name: each for name, each in edition.functions.items() if name not in stored}
        self.values = {name: each for name, each in edition.values.items() if name not in stored}

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
        return node.body if node.test.value else node.else_

    def visit_CondExpr(self, node: nodes.CondExpr) -> nodes.Expr:
        """Choose where the test is known."""
        self.generic_visit(node)
        if not isinstance(node.test, Const) or (not node.test.value and node.expr2 is None):
            return node
        return node.expr1 if node.test.value else node.expr2  # type: ignore[return-value]

    def visit_ScopedEvalContextModifier(self, node: nodes.Node) -> nodes.Node:
        """Leave alone what is escaped otherwise."""
        return node

    def _parts(self, body: Iterable[nodes.Node]) -> Iterator[nodes.Node]:
        for each in body:
            yield from self.visit_list(each)
