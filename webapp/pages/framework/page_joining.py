"""A page and its layouts become one template when it is compiled: its blocks are written where the layout has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import TemplateAssertionError, nodes
from jinja2.nodes import EvalContext, Impossible
from jinja2.parser import Parser
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from webapp.pages.framework.page_names import SCOPES, SPECIAL, asked, bound_in_scope

NAMING = (nodes.FromImport, nodes.Import, nodes.Assign, nodes.AssignBlock, nodes.Macro)
NAMED = {nodes.For: {"loop"}, nodes.Macro: SPECIAL, nodes.CallBlock: SPECIAL}
"""The names that are there without being set."""


def joined(template: nodes.Template, read: Callable[[str], nodes.Template]) -> nodes.Template:
    """Return a page with its layouts, as one template that still has its blocks. ``read`` parses a layout.

    Raises:
        TemplateAssertionError: the page extends a layout in a way that this module does not know.
    """
    extends = next((each for each in template.body if isinstance(each, nodes.Extends)), None)
    if extends is None:
        return template
    if not isinstance(extends.template, nodes.Const):
        raise _refused(extends, "a layout is extended by its name")
    layout = joined(read(extends.template.value), read)
    blocks: dict[str, nodes.Block] = {}
    before: list[nodes.Node] = []
    for each in template.body:
        if isinstance(each, nodes.Block):
            blocks[each.name] = each
        elif isinstance(each, NAMING):
            before.append(each)
        elif each is not extends and not isinstance(each, nodes.Output):
            raise _refused(each, "what stands outside of a page's blocks is never shown")
    _Overrider(blocks).visit(layout)
    layout.body[:0] = before
    names = [block.name for block in layout.find_all(nodes.Block)]
    if len(set(names)) < len(names):
        raise _refused(template, "a block of a page has the name of one of its layout")
    return layout


class _Overrider(NodeTransformer):
    """Puts a page's blocks into its layout."""

    def __init__(self, blocks: dict[str, nodes.Block]) -> None:
        self.blocks = blocks

    def visit_Block(self, node: nodes.Block) -> nodes.Node:
        if node.scoped or node.required:
            raise _refused(node, "a layout's blocks are neither scoped nor required")
        page = self.blocks.get(node.name)
        if page is None:
            return self.generic_visit(node)
        page.body = [new for each in page.body for new in _Super(node.body).visit_list(each)]
        return page


class _Super(NodeTransformer):
    """Puts the layout's block where the page's shows ``super()``."""

    def __init__(self, body: list[nodes.Node]) -> None:
        self.body = body

    def visit_Output(self, node: nodes.Output) -> list[nodes.Node]:
        found: list[nodes.Node] = []
        for child in node.nodes:
            if isinstance(child, nodes.Call) and _is_name(child.node, "super"):
                found += self.body
            else:
                found.append(nodes.Output([child], lineno=node.lineno))
        return found

    def visit_Block(self, node: nodes.Block) -> nodes.Node:
        return node  # its super() is another


def dissolved(template: nodes.Template, context: EvalContext) -> nodes.Template:
    """Return a joined page without blocks: their content is in their place.

    Raises:
        TemplateAssertionError: the page shows a block again in a way that this module does not know.
    """
    blocks = {block.name: block.body for block in template.find_all(nodes.Block)}
    dissolver = _Dissolver(blocks, context)
    dissolver.visit(template)
    lost = [
        each
        for each in template.find_all(nodes.Name)
        if each.name in ("super", "self") and each.ctx == "load"
    ]
    if lost:
        raise _refused(lost[0], "super() and self.block() are shown, and nothing else")
    for block in template.find_all(nodes.Block):
        raise _refused(block, "a block is escaped as its page is")
    if template.find(nodes.Include) is None:  # what is included sees all names
        _leave_out_unused_imports(template)
    return template


class _Dissolver(NodeTransformer):
    """Puts the blocks' content where the blocks are, and side by side what is shown one after the other."""

    def __init__(self, blocks: dict[str, list[nodes.Node]], context: EvalContext) -> None:
        self.blocks, self.context = blocks, context
        self.parser = Parser(context.environment, "")
        self.around: set[str] = set()
        self.again: list[nodes.Node] | None = None

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> nodes.Node:
        outside = self.around
        if isinstance(node, SCOPES):
            self.around = outside | bound_in_scope(node) | NAMED.get(type(node), set())
        super().generic_visit(node, *args, **kwargs)
        self.around = outside
        for part in ("body", "else_"):
            if isinstance(getattr(node, part, None), list):
                setattr(node, part, _side_by_side(getattr(node, part)))
        return node

    def visit_Block(self, node: nodes.Block) -> nodes.Node | list[nodes.Node]:
        self._check(node, node.body)
        self.generic_visit(node)
        if any(isinstance(each, NAMING) or any(each.find(kind) for kind in NAMING) for each in node.body):
            return nodes.Scope(node.body, lineno=node.lineno)
        return node.body

    def visit_ScopedEvalContextModifier(self, node: nodes.Node) -> nodes.Node:
        """Leave alone what is escaped otherwise: blocks in it are refused."""
        return node

    def visit_Output(self, node: nodes.Output) -> list[nodes.Node]:
        before: list[nodes.Node] = []
        self.again = before
        self.generic_visit(node)
        self.again = None
        return [*before, node]

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        """Replace ``self.title()`` by what the block shows. Only what is shown has a place before it for the block."""
        self.generic_visit(node)
        if not isinstance(node.node, nodes.Getattr) or not _is_name(node.node.node, "self"):
            return node
        body = self.blocks.get(node.node.attr)
        if body is None or self.again is None:
            return node
        try:
            return nodes.Const(_text(body, self.context), lineno=node.lineno)
        except Impossible:
            self._check(node, body)
            name = self.parser.free_identifier(node.lineno)
            self.again.append(nodes.AssignBlock(name, None, body, lineno=node.lineno))
            return name

    def _check(self, place: nodes.Node, body: list[nodes.Node]) -> None:
        """Refuse a block that would see more in this place than a block does."""
        if self.around & asked(body, self.context.environment):
            raise _refused(place, "a block takes no names from the parts around it")
        others = nodes.Template(body).find_all((nodes.Include, nodes.Import, nodes.FromImport))
        if self.around and any(each.with_context for each in others):  # type: ignore[attr-defined]
            raise _refused(place, "what a block includes or imports takes no names from the parts around it")


def _text(body: list[nodes.Node], context: EvalContext) -> Markup:
    shown = Markup()
    for each in body:
        if not isinstance(each, nodes.Output):
            raise Impossible
        for child in each.nodes:
            shown += escape(child.as_const(context))
    return shown


def _side_by_side(body: list[nodes.Node]) -> list[nodes.Node]:
    found: list[nodes.Node] = []
    for each in body:
        if isinstance(each, nodes.Output) and found and isinstance(found[-1], nodes.Output):
            found[-1] = nodes.Output([*found[-1].nodes, *each.nodes], lineno=found[-1].lineno)
        else:
            found.append(each)
    return found


def _leave_out_unused_imports(template: nodes.Template) -> None:
    used = {each.name for each in template.find_all(nodes.Name)}
    for each in template.body:
        if isinstance(each, nodes.FromImport):
            each.names = [name for name in each.names if (name if isinstance(name, str) else name[1]) in used]
    template.body = [each for each in template.body if not isinstance(each, nodes.FromImport) or each.names]


def _is_name(node: nodes.Node, name: str) -> bool:
    return isinstance(node, nodes.Name) and node.name == name


def _refused(node: nodes.Node, why: str) -> TemplateAssertionError:
    return TemplateAssertionError(why, node.lineno)
