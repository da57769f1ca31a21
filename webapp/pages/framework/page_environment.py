"""Jinja for the site's pages: they come out the same, with less work for each of them.

Templates are compiled once for each *edition*: what all pages of one language have in common. What an edition knows
before any visitor comes is text in its compiled templates (`page_folding`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from flask.templating import Environment
from jinja2 import Template, TemplateNotFound, nodes
from jinja2.nodes import EvalContext

from webapp.pages.framework import page_folding, page_joining
from webapp.pages.framework.page_code import QuickCode, QuickContext
from webapp.pages.framework.template_cache import TemplateCache

if TYPE_CHECKING:
    from jinja2.environment import TemplateModule
    from jinja2.runtime import Context, Macro

    from webapp.pages.framework.page_folding import Component, KnownMacro


@dataclass(frozen=True)
class Edition:
    """What all pages of an edition have in common.

    ``functions`` give templates the same for the same arguments, ``values`` are the same wherever they are named.
    ``source`` is what else decides the compiled code, for the cache of compiled templates.
    """

    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""


class SharedTemplate(Template):
    """A template that makes its macros once: all templates have the same globals, so none are compared."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        kept = self._module
        return kept if kept is not None else super()._get_default_module(ctx)


class PageEnvironment(Environment):
    """Flask's environment with quicker code, and with one more environment for each edition.

    Its globals are all templates' globals. While templates are reloaded there are no editions.
    """

    template_class = SharedTemplate
    context_class = QuickContext
    code_generator_class = QuickCode

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._which: Callable[[], Hashable] | None = None
        self._make: Callable[[Any, PageEnvironment], Edition] | None = None
        self._editions: dict[Any, PageEnvironment] = {}
        self.edition: Edition | None = None
        self._forget()

    def _forget(self) -> None:
        self._found: dict[str, Template] = {}
        self._components: dict[str, Component] = {}
        self._macros: dict[tuple[str, str], Macro] = {}

    def publish(self, which: Callable[[], Hashable], make: Callable[[Any, PageEnvironment], Edition]) -> None:
        """Render in editions: ``which`` names the edition of the page at hand, ``make`` makes it when needed."""
        self._which, self._make = which, make

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the environment's globals."""
        return {**self.globals, **d} if d else self.globals

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,
    ) -> Template:
        """Return a template, in the edition of the page at hand. What asks for a part of itself has its edition."""
        if self._which is None or self._make is None or parent or globals or self.auto_reload:
            return super().get_template(name, parent, globals)
        key = self._which()
        found = self._editions.get(key)
        if found is None or found.loader is not self.loader:
            found = self._editions[key] = self._new_edition(partial(self._make, key))
        return found.get_template(name)

    def _new_edition(self, make: Callable[[PageEnvironment], Edition]) -> PageEnvironment:
        environment = self.overlay(cache_size=0)
        environment._which = None
        environment._forget()
        environment.edition = edition = make(environment)
        environment.globals = {**self.globals, **edition.functions, **edition.values}
        if isinstance(self.bytecode_cache, TemplateCache):
            environment.bytecode_cache = EditionCache(self.bytecode_cache, environment, edition)
        return environment

    def _load_template(self, name: str, globals: MutableMapping[str, Any] | None) -> Template:
        if self.auto_reload or globals:
            return super()._load_template(name, globals)
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = super()._load_template(name, globals)
        return found

    def _generate(self, source: nodes.Template, name: str | None, *args: Any, **options: Any) -> str:
        if self.edition is not None:
            is_page = source.find(nodes.Extends) is not None
            source = page_folding.folded(page_joining.joined(source, self.parsed), self, self.edition, name)
            if is_page:
                source = page_joining.dissolved(source, EvalContext(self, name))
        return super()._generate(source, name, *args, **options)

    def component(self, name: str) -> Component:
        """Return what a template gives to others."""
        found = self._components.get(name)
        if found is None:
            edition = self.edition or Edition()
            found = self._components[name] = page_folding.component(self.parsed(name), self, edition, name)
        return found

    def known_macros(self, template: nodes.Template, name: str) -> Mapping[str, KnownMacro]:
        """Return the macros whose calls are compiled by what they are. Outside of editions none is known."""
        return {} if self.edition is None else page_folding.known_macros(template, self, name)

    def macro(self, template: str, name: str) -> Macro:
        """Return a macro of a component."""
        found = self._macros.get((template, name))
        if found is None:
            found = self._macros[template, name] = getattr(self.get_template(template).module, name)
        return found

    def parsed(self, name: str) -> nodes.Template:
        """Return a template as Jinja reads it."""
        return self._parse(self.text(name), name, None)

    def text(self, name: str) -> str:
        """Return a template's text.

        Raises:
            TemplateNotFound: there is none of this name.
        """
        if self.loader is None:
            raise TemplateNotFound(name)
        return self.loader.get_source(self, name)[0]


class EditionCache(TemplateCache):
    """Compiled templates of one edition. Each also depends on the texts of the templates that it names."""

    def __init__(self, cache: TemplateCache, environment: PageEnvironment, edition: Edition) -> None:
        super().__init__(
            cache.directory, f"{sha256(edition.source.encode()).hexdigest()[:12]}-{cache.pattern}"
        )
        self.environment = environment
        self._names = environment.list_templates()
        self._texts: dict[str, tuple[str, list[str]]] = {}

    def get_source_checksum(self, source: str) -> str:
        """Return a checksum of a template's text and those of all templates that it and they name."""
        seen: set[str] = set()
        waiting = self._named(source)
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += self._text(name)[1]
        texts = [(name, self._text(name)[0]) for name in sorted(seen)]
        return sha256(repr((source, texts)).encode()).hexdigest()

    def _text(self, name: str) -> tuple[str, list[str]]:
        """Return a template's checksum and the templates that it names."""
        found = self._texts.get(name)
        if found is None:
            text = self.environment.text(name)
            found = self._texts[name] = sha256(text.encode()).hexdigest(), self._named(text)
        return found

    def _named(self, source: str) -> list[str]:
        """Return the templates whose names stand in a text. Reading it as Jinja does would take a start too long."""
        return [name for name in self._names if name in source]
