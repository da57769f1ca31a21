"""Forms of an account: creation, a forgotten password, and changes. Field names are the original's."""

from __future__ import annotations

import unicodedata
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import Field
from wtforms.validators import ValidationError

from webapp.pages.fields import PasswordField, StringField
from webapp.pages.forms.base import CountryField, Form, filled
from webapp.rules.postal_address import PostalAddress, read_postal_code
from webapp.rules.typed import one_line, without_joiners
from webapp.shared.normal_forms import normalise

LONGEST_NAME = 50
LONGEST_ADDRESS_LINE = 100


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


def address_line(form: Form, field: Field) -> None:
    """Validate one line of an address. The field's data becomes what is seen of it."""
    text = normalise(field.data or "", "NFC")
    field.data = one_line(text, len(text))
    if len(field.data) > LONGEST_ADDRESS_LINE:
        raise ValidationError(str(_("Use %(count)s characters or fewer.", count=LONGEST_ADDRESS_LINE)))


class PostalAddressForm(Form):
    """A postal address. `address` holds it after validation; None if every field is empty."""

    postalCode = StringField()
    stateOrRegion = StringField(validators=[address_line])
    city = StringField(validators=[address_line])
    addressLine1 = StringField(validators=[address_line])
    addressLine2 = StringField(validators=[address_line])
    address: PostalAddress | None = None

    NAMES = ("postalCode", "stateOrRegion", "city", "addressLine1", "addressLine2")
    """The fields in the order of `PostalAddress`."""

    @classmethod
    def of(cls, stored: str | None) -> PostalAddressForm:
        """Return the form with the address that the account has, if any."""
        parts = stored.split("\n") if stored else []
        return cls(data=dict(zip(cls.NAMES, parts, strict=False)))

    def validate_postalCode(self, field: Field) -> None:
        """Validate a postal code of any country. The field's data becomes its usual form."""
        place = " ".join(self[name].data or "" for name in self.NAMES[1:])
        code = read_postal_code(field.data or "", place)
        if code is None:
            raise ValidationError(str(_("Enter the postal code in digits, Latin letters and hyphens.")))
        field.data = code

    def validate(self, extra_validators: None = None) -> bool:
        """Require a city and a street, unless all is empty."""
        good = super().validate(extra_validators)
        parts = [self[name].data or "" for name in self.NAMES]
        if not any(parts):
            return good
        if not self.city.data:
            self.refuse("city", gettext("Enter the city."))
        if not self.addressLine1.data:
            self.refuse("addressLine1", gettext("Enter the street address."))
        self.address = PostalAddress(*parts)
        return not self.errors


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
