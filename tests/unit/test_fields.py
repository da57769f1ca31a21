"""The site's fields write what WTForms' own write."""

from __future__ import annotations

from typing import Any

import pytest
import wtforms
from flask import Flask
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms.validators import Length

from tests.assertions import not_empty
from webapp.pages import fields
from webapp.pages.forms.base import Form

LONG = [Length(max=40)]
NO = (False, "false", "")
ATTRIBUTES: list[dict[str, Any]] = [
    {},
    {"id": "other", "class": "input", "autofocus": True, "hidden": False},
    {"aria-describedby": "a b", "data-x": "\"<&'", "maxlength": 24, "title": Markup('<"')},
    {"data_module_name": "m", "class_": "c", "aria_label": "é 見本", "type": "tel"},
    {"value": "<given>", "required": True},
]


class Ours(Form):
    line = fields.StringField()
    limited = fields.StringField(validators=LONG, render_kw={"class": "wide", "data_y": "1"})
    secret = fields.PasswordField()
    box = fields.BooleanField(false_values=NO)


class Theirs(wtforms.Form):
    line = wtforms.StringField()
    limited = wtforms.StringField(validators=LONG, render_kw={"class": "wide", "data_y": "1"})
    secret = wtforms.PasswordField()
    box = wtforms.BooleanField(false_values=NO)


@pytest.mark.parametrize("given", ATTRIBUTES, ids=str)
@pytest.mark.parametrize("typed", ["", "<b>\"quoted\" & 'single'", "plain text-1", "見本"])
def test_fields_are_written_as_wtforms_writes_them(given: dict[str, Any], typed: str) -> None:
    sent = MultiDict(dict.fromkeys(("line", "limited", "secret", "box"), typed))
    with Flask("any").test_request_context():
        for ours, theirs in not_empty(list(zip(Ours(sent), Theirs(sent), strict=True))):
            assert ours(**given) == theirs(**given)
            assert isinstance(ours(**given), Markup)
