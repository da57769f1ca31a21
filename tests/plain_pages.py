"""What tests get is what Jinja's own environment makes of the same template: for the first pages of each."""

from __future__ import annotations

import difflib
from collections import Counter
from typing import Any

from flask import Flask, template_rendered
from flask.templating import Environment
from flask_babel import get_locale
from jinja2 import Template

COMPARED = 5
"""How often a template is compared in each language: it is in other states each time."""


class PlainPages:
    """Renders again what the site has rendered, without editions and quicker code."""

    def __init__(self, site: Flask) -> None:
        self.site = site
        self.compared: Counter[tuple[str, str]] = Counter()
        self.differences: list[str] = []
        self._environment = plain_environment(site)
        template_rendered.connect(self._compare, site)

    def _compare(self, _site: Flask, template: Template, context: dict[str, Any], **_: Any) -> None:
        key = str(template.name), str(get_locale())
        if self.compared[key] >= COMPARED:
            return
        self.compared[key] += 1
        self._environment.loader = self.site.jinja_env.loader
        plain = self._environment.get_template(key[0]).render(context).splitlines()
        self.differences += difflib.unified_diff(
            plain, template.render(context).splitlines(), *key, lineterm=""
        )

    def check(self) -> None:
        """Check that everything was alike since the last check."""
        found, self.differences = self.differences, []
        assert not found, "\n".join(found)


def plain_environment(site: Flask) -> Environment:
    """Return Flask's environment with the site's functions and filters."""
    ours = site.jinja_env
    plain = Environment(
        site,
        autoescape=site.select_jinja_autoescape,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=ours.trim_blocks,
        lstrip_blocks=ours.lstrip_blocks,
        loader=ours.loader,
    )
    plain.globals, plain.filters, plain.tests = ours.globals, ours.filters, ours.tests
    return plain
