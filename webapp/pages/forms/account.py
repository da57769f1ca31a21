"""Forms of an account: creation, a forgotten password, and changes. Field names are the original's."""

from __future__ import annotations

import unicodedata
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import Field
from wtforms.validators import ValidationError

from webapp.pages.fields import PasswordField, StringField
from webapp.pages.forms.base import CountryField, Form, filled
from webapp.rules.typed import one_line, without_joiners
from webapp.shared.normal_forms import normalise

LONGEST_NAME = 50


def one_line_name(form: Form, field: Field) -> None:
    """Validate a name of one line. The field's data becomes the name without spaces at its ends."""
    name = " ".join(normalise(field.data or "", "NFC").split())
    if not one_line(name, len(name)):
        raise ValidationError(str(_("Enter your name.")))
    if len(name) > LONGEST_NAME:
        raise ValidationError(str(_("Enter a name of %(max)d characters or fewer.", max=LONGEST_NAME)))
    if any(unicodedata.category(char) in {"Cc", "Cf", "Cs"} for char in without_joiners(name)):
        raise ValidationError(str(_("Remove the invisible characters from the name.")))
    field.data = name


def _password(message: Any) -> PasswordField:
    return PasswordField(validators=[filled(message)])


class RegisterForm(Form):
    """Fields of a new account (docs/screens.md#21)."""

    customerName = StringField(validators=[one_line_name])
    email = StringField(validators=[filled(_("Enter your email or mobile phone number."))])
    password = _password(_("Enter a password."))


class ForgotPasswordForm(Form):
    """The account whose password was forgotten."""

    email = StringField(validators=[filled(_("Enter your email or mobile phone number."))])


class NewPasswordForm(Form):
    """The new password after a forgotten one."""

    password = _password(_("Enter a password."))


class NameForm(Form):
    """Another name."""

    customerName = StringField(validators=[one_line_name])


class EmailForm(Form):
    """Another email address."""

    email = StringField(validators=[filled(_("Enter an email address."))])


class NumberForm(Form):
    """Another mobile number."""

    countryCode = CountryField()
    phoneNumber = StringField(validators=[filled(_("Enter a phone number."))])


class ChangePasswordForm(Form):
    """The current password and another one."""

    password = _password(_("Enter your current password."))
    passwordNew = _password(_("Enter a new password."))
