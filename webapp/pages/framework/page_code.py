"""The code that the site's templates become: it does what Jinja's does, with less work for each call and value."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator
from jinja2.runtime import Context, Macro

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jinja2.compiler import Frame

    from webapp.pages.framework.page_environment import PageEnvironment
    from webapp.pages.framework.page_folding import KnownMacro


class QuickContext(Context):
    """Call macros and plain objects without looking for what else they might be."""

    def call(self, target: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call ``target`` as Jinja does."""
        kind: Any = type(target)
        if kind is Macro:
            args = (self.eval_ctx, *args)
        elif not _is_plain(kind) or hasattr(target, "jinja_pass_arg"):
            return super().call(target, *args, **kwargs)
        if kwargs:  # variables of loops and blocks, for functions that ask for the context
            kwargs.pop("_loop_vars", None)
            kwargs.pop("_block_vars", None)
        return target(*args, **kwargs)


@lru_cache(maxsize=256)
def _is_plain(kind: type) -> bool:
    """Return whether objects of this kind don't ask for Jinja's context by their method ``__call__``."""
    return not hasattr(getattr(kind, "__call__", None), "jinja_pass_arg")  # noqa: B004 - what it is matters


class QuickCode(CodeGenerator):
    """Escape only what is not HTML yet: of three shown values two are. Call a known macro's function itself."""

    environment: PageEnvironment

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._macros: Mapping[str, KnownMacro] = {}
        self._shown: nodes.Expr | None = None
        self._is_whole = False

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        """Write the template's module."""
        self._macros = self.environment.known_macros(node, self.name or "")
        self._is_whole = node.find(nodes.Block) is None and node.find(nodes.Include) is None
        super().visit_Template(node, frame)

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if not _is_escaped(frame, finalize):
            super()._output_child_pre(node, frame, finalize)
        elif self._known(node, frame) is not None:
            self._shown = node  # a macro's text is HTML
        else:
            self.write("(shown if type(shown := ")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if not _is_escaped(frame, finalize):
            super()._output_child_post(node, frame, finalize)
        elif node is not self._shown:
            self.write(") is Markup else escape(shown))")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        """Write a call. What `Macro` would find out about its arguments at each call is known here."""
        macro = None if forward_caller else self._known(node, frame)
        if macro is None or not isinstance(node.node, nodes.Name):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        given = dict(zip(macro.arguments, node.args, strict=False))
        others = []
        for each in node.kwargs:
            if each.key in macro.arguments:
                given[each.key] = each.value
            else:
                others.append(nodes.Pair(nodes.Const(each.key), each.value))
        self.write(f"{'' if node is self._shown else 'Markup'}({frame.symbols.ref(node.node.name)}._func(")
        for name in macro.arguments:
            if name in given:
                self.visit(given[name], frame)
            else:
                self.write("missing")
            self.write(", ")
        if "caller" in macro.special:
            self.write("undefined('No caller defined', name='caller'), ")
        if "kwargs" in macro.special:
            self.visit(nodes.Dict(others), frame)
            self.write(", ")
        if "varargs" in macro.special:
            self.write("(), ")
        self.write("))")

    def visit_FromImport(self, node: nodes.FromImport, frame: Frame) -> None:
        """Write an import. Only included templates and blocks look imported names up."""
        names = [each if isinstance(each, tuple) else (each, each) for each in node.names]
        if any(ours not in self._macros for _, ours in names) or not self._is_whole:
            super().visit_FromImport(node, frame)
            return
        for theirs, ours in names:
            found = f"environment.macro({node.template.as_const()!r}, {theirs!r})"
            self.writeline(f"{frame.symbols.ref(ours)} = {found}", node)

    def _known(self, node: nodes.Expr, frame: Frame) -> KnownMacro | None:
        """Return the macro that is called here, if Jinja would find nothing wrong with the call."""
        if not isinstance(node, nodes.Call) or not isinstance(node.node, nodes.Name):
            return None
        macro = self._macros.get(node.node.name)
        if macro is None or node.dyn_args or node.dyn_kwargs or frame.eval_ctx.volatile:
            return None
        names = [*macro.arguments[: len(node.args)], *(each.key for each in node.kwargs)]
        others = set(names) - set(macro.arguments)
        is_good = (
            frame.eval_ctx.autoescape
            and len(node.args) <= len(macro.arguments)
            and len(set(names)) == len(names)
            and "caller" not in names
            and (not others or "kwargs" in macro.special)
        )
        return macro if is_good else None


def _is_escaped(frame: Frame, finalize: Any) -> bool:
    return frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None
