"""The site's templates come out as Jinja's own environment renders them."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.templating import Environment
from jinja2 import (
    DictLoader,
    UndefinedError,
    pass_context,
    pass_environment,
    pass_eval_context,
)
from markupsafe import Markup

from webapp.pages.framework.page_environment import Edition, PageEnvironment

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
    "asks": "{{ seen() }}{{ escapes() }}{{ plain_env() }}{{ plain_function(text, b=html) }}{{ shout.call(text) }}"
    "{{ shout(html) }}{{ told(text) }}{{ dict(a=text) }}{{ text.upper() }}",
    "extends": "{% extends 'base' %}{% block a %}{{ super() }}{{ text }}{% endblock %}"
    "{% block b %}{{ self.a() }}{{ seen() }}{% endblock %}",
    "include": "{% set mine = text %}{% include 'value' %}{% import 'm' as m with context %}{{ m.plain(mine) }}",
    "off": "{% autoescape false %}{{ text }}{% endautoescape %}"
    "{% autoescape number %}{{ text }}{{ html }}{% endautoescape %}",
    "buffer": "{% set made %}{{ text }}{{ html }}{% endset %}{{ made }}{% filter upper %}{{ text }}{% endfilter %}",
}


visitor = {"name": "<first>"}


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


class Told:
    """An object whose call asks for how values are escaped."""

    @pass_eval_context
    def __call__(self, context: Any, word: str) -> str:
        return f"{word}{context.autoescape}"


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


LAYOUT = """
{% from 'm' import plain, around %}
{% set mark = asks_visitor() %}
<t>{% block title %}none{% endblock %}</t>{{ mark }}
{% block head %}<h>{{ self.title() }}</h>{% endblock %}
{% block body %}{% endblock %}{% block foot %}{% set kept = text %}{{ kept }}{% endblock %}{{ kept }}
"""
PARTS = """
{% from 'm' import plain %}
{% macro stamp(size=1) %}<img{{ size }}>{{ known('<s>') }}{% endmacro %}
{% macro asking(a) %}{{ asks_visitor() }}{{ a }}{% endmacro %}
{% macro nested(a, b=2) %}{{ stamp(a) }}{{ plain(b) }}{% endmacro %}
{% macro each(a) %}{% for x in a %}{{ loop.index }}{{ x }}{% endfor %}{% if missing %}!{% endif %}{% endmacro %}
{% macro open(a) %}{{ kwargs|xmlattr }}{{ varargs }}{{ a }}{{ caller() if caller else "" }}{% endmacro %}
"""
ASKING = """
{% macro set_first() %}{% set asks_visitor = asks_visitor() %}{{ asks_visitor }}{% endmacro %}
{% macro looped() %}{% for asks_visitor in [asks_visitor()] %}{{ asks_visitor }}{% endfor %}{% endmacro %}
{% macro with_first() %}{% with asks_visitor = asks_visitor() %}{{ asks_visitor }}{% endwith %}{% endmacro %}
{% macro set_sometimes(a) %}{% if a %}{% set asks_visitor = a %}{% endif %}{{ asks_visitor is string }}{% endmacro %}
{% macro rest(a) %}{{ asks_visitor() }}{{ a }}{% if not_fixed %}{{ kwargs|xmlattr }}{{ varargs }}{% endif %}
{% endmacro %}
{% macro block(a) %}{{ asks_visitor() }}{{ a if fixed else caller() }}{% endmacro %}
{% macro late(a) %}{{ twice() }}{% endmacro %}
{% macro twice() %}first{% endmacro %}{% macro twice() %}{{ asks_visitor() }}{% endmacro %}
{% macro known() %}{{ asks_visitor() }}{% endmacro %}
{% macro calls_own(a) %}{{ known() }}{{ a }}{% endmacro %}
"""
IMPORT = "{% from 'p' import stamp, asking, nested, each, open %}"
EDITED = {
    "texts": "{{ known('<a>') }}{{ known(text) }}{{ known('a', b='c') }}{{ known('a') ~ text }}{{ known('x')|upper }}",
    "wrong": "{% if nothing %}{{ known() }}{{ known('a', c=1) }}{% endif %}{{ known('a') }}",
    "values": "{% if fixed %}a{% else %}b{% endif %}{{ 'a' if fixed else 'b' }}{{ fixed }}"
    "{% if not_fixed %}c{% endif %}{{ 'c' if not_fixed }}",
    "own names": "{% set known = asks_visitor %}{% set fixed = text %}{{ known() }}{{ fixed }}",
    "loops": "{% for known in [text, html] %}{{ known }}{% endfor %}{% for fixed in 'ab' %}{{ fixed }}{% endfor %}",
    "macros": IMPORT
    + "{{ stamp() }}{{ stamp(text) }}{{ asking('<q>') }}{{ nested('<n>', b=text) }}{{ nested(1) }}"
    "{{ each([text, '<e>']) }}{{ each([1, 2]) }}{{ stamp(size=html) }}{{ stamp()|upper }}",
    "kwargs": IMPORT
    + "{{ open('<o>', x=text) }}{{ open('o', x='<x>') }}{{ open(1, 2, 3) }}{{ open(**{'x': text}) }}"
    "{% call open(text, y='<y>') %}{{ known('<in>') }}{{ text }}{% endcall %}{{ known(open('o', x=text)) }}",
    "inside": IMPORT
    + "{% macro own(a) %}{{ stamp(a) }}{{ known('k') }}{% endmacro %}{{ own(text) }}{{ own(1) }}"
    "{% include 'value' %}",
    "own macros": "{% macro a(x, y='<y>') %}{{ x }}{{ y }}{{ b(x, v=y) if x is string }}{% endmacro %}"
    "{% macro b(x) %}{{ kwargs|xmlattr }}{{ x }}{{ caller() if caller }}{% endmacro %}"
    "{{ a(text) }}{{ a(1, y=html) }}{{ b(text, z='<z>') }}{% call b(1) %}<in>{% endcall %}{{ a(x=a('q')) }}",
    "unescaped": IMPORT
    + "{% autoescape false %}{{ known('<a>') }}{{ stamp('<s>') }}{{ text }}{% endautoescape %}",
    "page": "{% extends 'l' %}{% from 'p' import stamp %}{% block title %}{{ known('<T>') }}{% endblock %}"
    "{% block body %}{{ stamp(2) }}{{ plain(text) }}{{ mark }}{{ super() }}{% endblock %}",
    "asking": "{% from 'q' import set_first, looped, with_first, set_sometimes %}"
    "{{ set_first() }}{{ looped() }}{{ with_first() }}{{ set_sometimes('') }}{{ set_sometimes('a') }}",
    "folded kwargs": "{% from 'q' import rest, block %}{{ rest(text) }}{{ rest('a', b=text) }}{{ rest('a', 'b') }}"
    "{{ block(text) }}{{ block('a') }}{% call block(1) %}{{ text }}{% endcall %}",
    "named twice": "{% from 'q' import late, twice, calls_own %}{{ late(1) }}{{ twice() }}{{ calls_own('<o>') }}",
    "own functions": "{% macro known(a) %}({{ a }}){% endmacro %}{{ known('a') }}{{ known(text) }}",
    "again": "{% extends 'l' %}{% block title %}{{ text }}{% if number %}!{% endif %}{% endblock %}"
    "{% block body %}{{ self.title() }}{{ self.title()|upper ~ self.title() }}{{ block_title }}"
    "{% if number %}{{ self.title() }}{% endif %}{% for x in 'ab' %}{{ x }}{{ self.title() }}{% endfor %}"
    "{% endblock %}",
    "nested": "{% extends 'l' %}{% block body %}{% for x in 'ab' %}{{ x }}{% endfor %}{% set a = text %}{{ a }}"
    "{% block inner %}{% set b = text %}{% for x in 'c' %}{{ x }}{{ b }}{% endfor %}{% endblock %}{% endblock %}",
    "asked title": "{% extends 'l' %}{% block title %}{{ text }}{% if number %}{{ known('<n>') }}{% endif %}"
    "{% endblock %}",
    "sheet": "{% extends 'l' %}{% block body %}<b>{% block inner %}in{% endblock %}</b>{% endblock %}",
    "of sheet": "{% extends 'sheet' %}{% block inner %}{{ super() }}{{ text }}"
    "{% endblock %}{% block foot %}{{ super() }}{% endblock %} not shown {% block lost %}{{ text }}{% endblock %}",
    "sets": "{% extends 'l' %}{% set mine = text %}{% macro m(a) %}{{ mine }}{{ a }}{{ mark }}{% endmacro %}"
    "{% block body %}{% set mine = mine ~ html %}{{ mine }}{{ m(mine) }}{% endblock %}"
    "{% block foot %}{{ mine }}{% endblock %}",
}


@pass_eval_context
def known(context: Any, a: str, b: str = "") -> str:
    return Markup("<i>{}{}</i>").format(a, b) if context.autoescape else f"[{a}{b}]"


def rendered(environment: Environment, name: str) -> str:
    environment.globals |= {
        "seen": seen,
        "escapes": escapes,
        "plain_env": plain_env,
        "plain_function": plain_function,
        "shout": Shout(),
        "told": Told(),
        "known": known,
        "fixed": True,
        "not_fixed": False,
        "asks_visitor": lambda: visitor["name"],
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


@pytest.mark.parametrize(
    ("call", "refusal"),
    [
        ("nothing()", TypeError),
        ("number()", TypeError),
        ("missing()", UndefinedError),
        ("text.lost()", UndefinedError),
    ],
)
@pytest.mark.parametrize("kind", [PageEnvironment, Environment])
def test_what_cannot_be_called_is_refused_as_jinja_refuses_it(
    kind: type[Environment], call: str, refusal: type[Exception]
) -> None:
    template = kind(Flask("any")).from_string(f"{{{{ {call} }}}}")
    with pytest.raises(refusal, match=r"is not callable|is undefined|has no attribute 'lost'"):
        template.render(nothing=None, number=3, text="text")


def test_globals_of_one_render_are_not_kept() -> None:
    environment = PageEnvironment(Flask("any"), loader=DictLoader({"g": "{{ mine }}"}))
    assert environment.from_string("{{ mine }}", globals={"mine": "1"}).render() == "1"
    assert environment.get_template("g").render() == ""


def edited(**options: Any) -> PageEnvironment:
    """Return an environment with one edition, which knows a function and two values."""
    environment = PageEnvironment(Flask("any"), **options)
    edition = Edition({"known": known}, {"fixed": True, "not_fixed": False}, "one")
    environment.publish(lambda: "one", lambda key, _: edition)
    return environment


EDITED_OPTIONS: dict[str, Any] = {
    "loader": DictLoader({**TEMPLATES, **EDITED, "m": MACROS, "p": PARTS, "q": ASKING, "l": LAYOUT}),
    "autoescape": True,
    "trim_blocks": True,
    "auto_reload": False,
}


@pytest.mark.parametrize("name", sorted({*TEMPLATES, *EDITED} - {"extends", "asks"}))
def test_editions_are_as_jinja_renders_them(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, ours = Environment(Flask("any"), **EDITED_OPTIONS), edited(**EDITED_OPTIONS)
    for visit in ("<first>", "second"):
        monkeypatch.setitem(visitor, "name", visit)
        assert rendered(ours, name) == rendered(plain, name)
    assert ours.get_template(name).environment is not ours


def test_edition_asks_no_more_for_what_it_knows() -> None:
    def only_once(text: str) -> Markup:
        asked.append(text)
        return Markup(text)

    asked: list[str] = []
    environment = PageEnvironment(
        Flask("any"),
        loader=DictLoader(
            {
                "p": "{% macro stamp(a) %}{{ known(a) }}{% endmacro %}{% macro asking() %}{{ late() }}{% endmacro %}",
                "page": "{% from 'p' import stamp, asking %}{{ known('a') }}{{ stamp('b') }}"
                "{{ asking() }}{{ stamp(c) }}",
            }
        ),
        autoescape=True,
        auto_reload=False,
    )
    environment.publish(lambda: "one", lambda key, _: Edition({"known": only_once}))
    environment.globals["late"] = lambda: only_once("late")
    page = environment.get_template("page")
    assert asked == ["a", "b"]
    assert (page.render(c="c"), page.render(c="d")) == ("ablatec", "ablated")
    assert asked == ["a", "b", "late", "c", "late", "d"]


def test_editions_are_kept_apart_and_left_out_while_templates_reload() -> None:
    now = {"key": "one"}

    def make(key: str, _: PageEnvironment) -> Edition:
        return Edition({"known": lambda: key})

    options: dict[str, Any] = {"loader": DictLoader({"p": "{{ known() }}"}), "autoescape": True}
    for reloads, shown in ((False, ["one", "two", "one"]), (True, ["none"] * 3)):
        environment = PageEnvironment(Flask("any"), auto_reload=reloads, **options)
        environment.globals["known"] = lambda: "none"
        environment.publish(lambda: now["key"], make)
        found = []
        for now["key"] in ("one", "two", "one"):
            found.append(environment.get_template("p").render())
        assert found == shown
