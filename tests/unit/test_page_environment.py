"""The site's templates come out as Jinja's own environment renders them."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.templating import Environment
from jinja2 import DictLoader, pass_context, pass_environment, pass_eval_context
from markupsafe import Markup

from webapp.pages.framework.page_environment import PageEnvironment

MACROS = """
{% macro plain(a, b="<b>") %}[{{ a }}{{ b }}]{% endmacro %}
{% macro open() %}{{ kwargs|xmlattr }}{{ varargs }}{% endmacro %}
{% macro named(target) %}{{ target }}{% endmacro %}
{% macro around() %}<i>{{ caller("<c>") }}</i>{% endmacro %}
"""
BASE = "{% set kept = '<k>' %}<{% block a %}{{ kept }}{% endblock %}|{% block b scoped %}{% endblock %}>"
TEMPLATES = {
    "value": "{{ text }} {{ html }} {{ number }} {{ nothing }} {{ missing }} {{ late }}",
    "filters": "{{ text|upper }} {{ html|safe }} {{ text|safe }} {{ [text, html]|join('<') }} {{ text ~ html }}",
    "tests": "{{ text if number else html }}{{ html if number else text }}{{ number is defined }}",
    "macros": "{% from 'm' import plain, open, around %}{{ plain(text) }}{{ plain(html, b=text) }}{{ open(1, x=text) }}"
    "{% call(c) around() %}{{ c }}{{ text }}{% endcall %}",
    "names": "{% from 'm' import named %}{{ named(target=text) }}",
    "loop": "{% from 'm' import plain %}{% for x in [text, html] %}"
    "{{ plain(x) }}{{ loop.index }}{{ seen() }}{% endfor %}",
    "asks": "{{ seen() }}{{ escapes() }}{{ plain_env() }}{{ plain_function(text, b=html) }}{{ shout.call(text) }}",
    "extends": "{% extends 'base' %}{% block a %}{{ super() }}{{ text }}{% endblock %}"
    "{% block b %}{{ self.a() }}{{ seen() }}{% endblock %}",
    "include": "{% set mine = text %}{% include 'value' %}{% import 'm' as m with context %}{{ m.plain(mine) }}",
    "off": "{% autoescape false %}{{ text }}{% endautoescape %}"
    "{% autoescape number %}{{ text }}{{ html }}{% endautoescape %}",
    "buffer": "{% set made %}{{ text }}{{ html }}{% endset %}{{ made }}{% filter upper %}{{ text }}{% endfilter %}",
}


class Late:
    """Text that is made when it is shown, like a lazy translation."""

    def __str__(self) -> str:
        return "<late>"


class Shout:
    """An object with a method and a call of its own."""

    def __call__(self, word: str) -> str:
        return word + "!"

    def call(self, word: str) -> str:
        return word + "?"


@pass_context
def seen(context: Any) -> str:
    return f"{context.get('x', '-')}{context['text']}"


@pass_eval_context
def escapes(context: Any) -> str:
    return str(context.autoescape)


@pass_environment
def plain_env(environment: Any) -> Markup:
    return Markup("<em>") if environment.trim_blocks else Markup("<no>")


def plain_function(a: str, b: str) -> str:
    return a + b


def rendered(environment: Environment, name: str) -> str:
    environment.globals |= {
        "seen": seen,
        "escapes": escapes,
        "plain_env": plain_env,
        "plain_function": plain_function,
        "shout": Shout(),
    }
    values = {"text": "<a & 'b'>", "html": Markup("<u>"), "number": 3.5, "nothing": None, "late": Late()}
    return environment.get_template(name).render(values)


@pytest.mark.parametrize("name", sorted(TEMPLATES))
@pytest.mark.parametrize("reloads", [True, False], ids=["reloads", "keeps"])
def test_pages_are_as_jinja_renders_them(name: str, reloads: bool) -> None:
    options: dict[str, Any] = {
        "loader": DictLoader({**TEMPLATES, "m": MACROS, "base": BASE}),
        "autoescape": True,
        "trim_blocks": True,
        "auto_reload": reloads,
    }
    app = Flask("any")
    ours = PageEnvironment(app, **options)
    assert rendered(ours, name) == rendered(Environment(app, **options), name) == rendered(ours, name)


def test_globals_of_one_render_are_not_kept() -> None:
    environment = PageEnvironment(Flask("any"), loader=DictLoader({"g": "{{ mine }}"}))
    assert environment.from_string("{{ mine }}", globals={"mine": "1"}).render() == "1"
    assert environment.get_template("g").render() == ""
