"""Jinja for the site's pages: they come out the same, with less work for each template, call and shown value."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any

from flask.templating import Environment
from jinja2 import Template
from jinja2.compiler import CodeGenerator
from jinja2.runtime import Context, Macro

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

    from jinja2 import nodes
    from jinja2.compiler import Frame
    from jinja2.environment import TemplateModule


class QuickContext(Context):
    """Call macros and plain functions without looking for what else they might be."""

    def call(self, target: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call ``target`` as Jinja does."""
        kind = type(target)
        if kind is Macro:
            args = (self.eval_ctx, *args)
        elif kind is not FunctionType or hasattr(target, "jinja_pass_arg"):
            return super().call(target, *args, **kwargs)
        if kwargs:  # variables of loops and blocks, for functions that ask for the context
            kwargs.pop("_loop_vars", None)
            kwargs.pop("_block_vars", None)
        return target(*args, **kwargs)


class QuickCode(CodeGenerator):
    """Escape only what is not HTML yet: of three shown values two are."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if _is_escaped(frame, finalize):
            self.write("(shown if type(shown := ")
        else:
            super()._output_child_pre(node, frame, finalize)

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if _is_escaped(frame, finalize):
            self.write(") is Markup else escape(shown))")
        else:
            super()._output_child_post(node, frame, finalize)


def _is_escaped(frame: Frame, finalize: Any) -> bool:
    return frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None


class SharedTemplate(Template):
    """A template that makes its macros once: all templates have the same globals, so none are compared."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        kept = self._module
        return kept if kept is not None else super()._get_default_module(ctx)


class PageEnvironment(Environment):
    """Flask's environment with the classes above. Its globals are all templates' globals."""

    template_class = SharedTemplate
    context_class = QuickContext
    code_generator_class = QuickCode

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._found: dict[str, Template] = {}

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the environment's globals."""
        return {**self.globals, **d} if d else self.globals

    def _load_template(self, name: str, globals: MutableMapping[str, Any] | None) -> Template:
        if self.auto_reload or globals:
            return super()._load_template(name, globals)
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = super()._load_template(name, globals)
        return found
