"""Editions keep what is the same for everybody, refuse what they cannot join, and are compiled once."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from jinja2 import DictLoader, TemplateAssertionError
from markupsafe import Markup

from webapp.pages.framework import template_cache
from webapp.pages.framework.page_environment import Edition, PageEnvironment

MACROS = "{% macro around(a) %}{{ a }}{{ caller() }}{% endmacro %}"
BASE = "<{% block a %}{% endblock %}|{% block b scoped %}{% endblock %}>"
LAYOUT = (
    "{% from 'm' import around %}<t>{% block title %}none{% endblock %}</t>{% block body %}{% endblock %}"
)
TITLED = "{% extends 'l' %}{% block title %}{{ text }}{% endblock %}{% block body %}"


@pytest.mark.parametrize(
    "page",
    [
        "{% extends name %}",
        "{% extends 'l' %}{% if text %}{% set a = 1 %}{% endif %}",
        "{% extends 'base' %}{% block a %}{% endblock %}",
        "{% extends 'l' %}{% block body %}{% set a = super() %}{% endblock %}",
        "{% extends 'l' %}{% block body %}{% set a = self.title %}{% endblock %}",
        "{% extends 'l' %}{% block body %}{{ self.nothing() }}{% endblock %}",
        "{% extends 'l' %}{% block body %}{% block title %}{% endblock %}{% endblock %}",
        TITLED + "{% set a = self.title() %}{{ a }}{% endblock %}",
        TITLED + "{% if self.title() %}a{% endif %}{% endblock %}",
        TITLED + "{% for a in self.title() %}{{ a }}{% endfor %}{% endblock %}",
        TITLED + "{% call around(self.title()) %}a{% endcall %}{% endblock %}",
        TITLED + "{% set text = 1 %}{{ self.title() }}{% endblock %}",
        TITLED + "{% for text in 'ab' %}{{ self.title() }}{% endfor %}{% endblock %}",
        TITLED + "{% with text = 'a' %}{{ self.title() }}{% endwith %}{% endblock %}",
        TITLED + "{% autoescape false %}{{ self.title() }}{% endautoescape %}{% endblock %}",
        TITLED + "{% for a in 'ab' %}{% block inner %}{{ a }}{% endblock %}{% endfor %}{% endblock %}",
        TITLED
        + "{% for a in 'ab' %}{% block inner %}{{ loop.index }}{% endblock %}{% endfor %}{% endblock %}",
        TITLED
        + "{% for a in 'ab' %}{% block inner %}{% include 'm' %}{% endblock %}{% endfor %}{% endblock %}",
        TITLED
        + "{% set a = 1 %}{% block inner %}{% import 'm' as m with context %}{% endblock %}{% endblock %}",
        TITLED + "{% set a = 1 %}{% block inner %}{{ a }}{% endblock %}{% endblock %}",
        TITLED + "{% autoescape false %}{% block inner %}a{% endblock %}{% endautoescape %}{% endblock %}",
    ],
    ids=[
        "name",
        "outside",
        "scoped",
        "super",
        "self",
        "unknown",
        "twice",
        "set to a block",
        "if a block",
        "for a block",
        "call with a block",
        "block sees a set",
        "block sees a loop",
        "block sees a with",
        "block not escaped",
        "inner sees a loop",
        "inner sees the loop",
        "inner includes",
        "inner imports",
        "inner sees a set",
        "inner not escaped",
    ],
)
def test_page_that_cannot_be_joined_with_its_layout_is_refused(page: str) -> None:
    loader = DictLoader({"page": page, "l": LAYOUT, "m": MACROS, "base": BASE})
    environment = PageEnvironment(Flask("any"), loader=loader, autoescape=True, auto_reload=False)
    environment.publish(lambda: "one", lambda key, _: Edition())
    with pytest.raises(TemplateAssertionError):
        environment.get_template("page")


def test_address_with_a_host_is_not_kept() -> None:
    host = {"name": "a.example"}

    def url_for(endpoint: str, _external: bool = False, _scheme: str = "", **values: str) -> str:
        return f"{_scheme or host['name'] if _external else ''}/{endpoint}{values}"

    environment = PageEnvironment(
        Flask("any"),
        loader=DictLoader(
            {
                "m": "{% macro m() %}{{ url_for('m', _external=True) }}{% endmacro %}"
                "{% macro alias() %}{% set u = url_for %}{{ u('u', _external=True) }}{% endmacro %}",
                "page": "{% from 'm' import m, alias %}{{ url_for('p', _external=True) }} {{ url_for('q') }} {{ m() }}"
                " {{ alias() }}",
            }
        ),
        autoescape=True,
        auto_reload=False,
    )
    environment.globals["url_for"] = url_for
    environment.publish(lambda: "one", lambda key, _: Edition({"url_for": url_for}))
    shown = [environment.get_template("page").render() for host["name"] in ("a.example", "b.example")]
    assert shown == [f"{name}/p{{}} /q{{}} {name}/m{{}} {name}/u{{}}" for name in ("a.example", "b.example")]


def test_part_that_sets_what_it_asks_for_is_not_kept() -> None:
    visitor = {"name": ""}

    def cached_part(name: str) -> Markup:
        return Markup(environment.get_template(name).render())

    part = "{% set asks_visitor = asks_visitor() %}{{ asks_visitor }}"
    loader = DictLoader({"part": part, "page": "{{ cached_part('part') }}"})
    environment = PageEnvironment(Flask("any"), loader=loader, autoescape=True, auto_reload=False)
    environment.globals["asks_visitor"] = lambda: visitor["name"]
    environment.publish(lambda: "one", lambda key, _: Edition({"cached_part": cached_part}))
    shown = [environment.get_template("page").render() for visitor["name"] in ("first", "second")]
    assert shown == ["first", "second"]


def _refuse(*_: object, **__: object) -> None:
    raise AssertionError("it was compiled")


def test_compiled_edition_is_used_again_until_something_in_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {
        "site/l.html": "<{% block a %}{% endblock %}>",
        "site/p.html": "{% macro m(a) %}{{ a }}{% endmacro %}",
    }
    texts["site/page.html"] = (
        '{% extends "site/l.html" %}{% from "site/p.html" import m %}{% block a %}{{ m("x") }}{{ m(y) }}{% endblock %}'
    )

    def shown(source: str, **changed: str) -> tuple[str, int]:
        environment = PageEnvironment(
            Flask("any"), loader=DictLoader({**texts, **changed}), autoescape=True, auto_reload=False
        )
        environment.publish(lambda: "one", lambda key, _: Edition(source=source))
        template_cache.install(environment, tmp_path)
        html = environment.get_template("site/page.html").render(y="y")
        return html, len(list((tmp_path / template_cache.FOLDER).iterdir()))

    assert shown("one") == ("<xy>", 2)  # the page and its macros
    with monkeypatch.context() as patch:
        patch.setattr(PageEnvironment, "compile", _refuse)
        assert shown("one") == ("<xy>", 2)
    assert shown("two") == ("<xy>", 4)
    assert shown("one", **{"site/l.html": "[{% block a %}{% endblock %}]"})[0] == "[xy]"
    assert shown("one", **{"site/p.html": "{% macro m(a, b=1) %}{{ b }}{{ a }}{% endmacro %}"})[0] == "<1x1y>"
    assert shown("one") == ("<xy>", 4)


PART = "{% macro m(a) %}1{{ a }}{% endmacro %}"


@pytest.mark.parametrize(
    ("page", "before", "after"),
    [
        ("{% from 'my-parts.html' import m %}{{ m('x') }}", "1x", "2x"),
        ("{% from 'between' import n %}{{ n('x') }}", "1x", "2x"),
        ("{{ cached_part('part') }}", "1", "2"),
        ("{# see 'gone.html' #}{% include 'gone.html' ignore missing %}x", "x", "x"),
        ("{% macro t(n) %}{% if n %}{% include 'page' %}{% endif %}{% endmacro %}x", "x", "x"),
    ],
    ids=["hyphen", "between", "cached part", "missing", "itself"],
)
def test_compiled_edition_knows_the_texts_of_all_that_it_names(
    tmp_path: Path, page: str, before: str, after: str
) -> None:
    def shown(**texts: str) -> str:
        environment = PageEnvironment(
            Flask("any"), loader=DictLoader(texts), autoescape=True, auto_reload=False
        )

        def cached_part(name: str) -> Markup:
            return Markup(environment.get_template(name).render())

        environment.publish(lambda: "one", lambda key, _: Edition({"cached_part": cached_part}))
        template_cache.install(environment, tmp_path)
        return environment.get_template("page").render()

    between = "{% from 'my-parts.html' import m %}{% macro n(a) %}{{ m(a) }}{% endmacro %}"
    for number, expected in (("1", before), ("2", after), ("1", before)):
        texts = {"my-parts.html": PART.replace("1", number), "between": between, "part": number, "page": page}
        assert shown(**texts) == expected
