"""Forms: they check shape. Whether it is true, a flow checks. Field names: docs/screens.md#pages."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from flask import flash, g, request
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import Field, RadioField, SelectField
from wtforms.fields.choices import SelectFieldBase
from wtforms.validators import ValidationError
from wtforms.widgets import Select, html_params

from webapp.errors import DeliveryFailed, Refusal
from webapp.pages.fields import BooleanField, PasswordField, StringField, attributes
from webapp.rules import phone_numbers
from webapp.rules.digits import clean_code
from webapp.rules.typed import one_line

LONGEST_PASSWORD = 1024
LONGEST_IDENTIFIER = 254  # of a mail address (RFC 5321 4.5.3.1); what is typed travels in a cookie of 4 KB
NO = (False, "false", "", "0")
"""An absent or empty checkbox field means no."""


class FormMessage(NamedTuple):
    """What a page shows besides its fields: a sentence above the form, and whole seconds to wait."""

    problem: str | None = None
    retry_after: int | None = None


NO_MESSAGE = FormMessage()


class Form(FlaskForm):
    """A form of the site. CSRF is checked before any form is read."""

    message = NO_MESSAGE

    class Meta(FlaskForm.Meta):
        csrf = False  # CSRFProtect has done it for the whole request

        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> Any:
            """Return what was sent, else what had been typed here before."""
            return None if formdata is None else super().wrap_formdata(form, formdata) or typed_before()

        def get_translations(self, form: FlaskForm) -> None:
            """Return None: all messages are our own."""

        def render_field(self, field: Field, render_kw: dict[str, Any]) -> Markup:
            """Return a field as HTML. WTForms looks for names that are written otherwise in Python."""
            if field.render_kw or "_" in "".join(render_kw):
                return super().render_field(field, render_kw)
            return field.widget(field, **render_kw)

    def is_sent(self) -> bool:
        """Return whether it was posted in good shape."""
        return request.method == "POST" and self.validate()

    def on_refusal(self, refusal: Refusal | DeliveryFailed) -> None:
        """Offer what helps against a refusal before it is shown; by default nothing."""

    def refuse(self, field: str, text: str) -> bool:
        """Put ``text`` beside the field, if the form has it."""
        if field not in self._fields:
            return False
        self._fields[field].errors = [*self._fields[field].errors, text]
        return True


def typed_before() -> Any:
    """Return what was typed on this page before a step-up (`guards.elevated`), once; None if nothing was.

    A flashed text says that it is not saved yet.
    """
    typed = g.pop("typed", None)
    if not typed:
        return None
    flash(gettext("Nothing was saved yet. Check what you entered, then send it again."), "warning")
    return typed


def filled(message: Any) -> Any:
    """Return a validator: the field must not be empty."""

    def check(form: Form, field: Field) -> None:
        if not (field.data or "").strip():
            raise ValidationError(str(message))

    return check


def seen(form: Form, field: Field) -> None:
    """Validate that a name, if there is one, is not of invisible characters alone."""
    if (field.data or "").strip() and not one_line(field.data, len(field.data)):
        raise ValidationError(str(_("Enter a name.")))


def offered(form: Form, field: SelectField | RadioField) -> None:
    """Validate that one of the field's choices was sent, with our error text."""
    if field.data not in {choice[0] for choice in field.choices or ()}:
        raise ValidationError(str(_("Choose one of the options.")))


class Countries(Select):
    """The select of countries: 245 options, made once for each language and choice instead of once a page."""

    def __call__(self, field: SelectFieldBase, **kwargs: Any) -> Markup:
        """Return the field as HTML."""
        kwargs.setdefault("id", field.id)
        language = get_locale().language
        chosen = field.data if field.data in dict(phone_numbers.regions(language)) else None
        opening = attributes(name=field.name, **kwargs)
        return Markup(f"<select {opening}>{_options(language, chosen)}</select>")  # noqa: S704 - escaped


@lru_cache(maxsize=512)  # of all countries in both languages
def _options(language: str, chosen: str | None) -> Markup:
    option = Markup("<option %s>%s</option>")
    return Markup().join(
        option % (html_params(value=region, selected=region == chosen), label)
        for region, label in phone_numbers.regions(language)
    )


class CountryField(SelectField):
    """The country (国番号) whose code a number has, by its ISO 3166 region. The default is the home country."""

    widget = Countries()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            validate_choice=False,
            default=phone_numbers.HOME_REGION,
            choices=lambda: phone_numbers.regions(get_locale().language),
            validators=[offered],
            **kwargs,
        )


def six_digits(form: Form, field: Field) -> None:
    """Validate a code as people type it. The field's data becomes the six digits (NFKC first)."""
    code = clean_code(field.data or "")
    if code is None:
        raise ValidationError(
            str(
                _("Enter the 6-digit code.")
                if not (field.data or "").strip()
                else _("The code has 6 digits. Check it and try again.")
            )
        )
    form.code = code


class CodeForm(Form):
    """A one-time code. `code` holds its six digits after validation, the field what was typed."""

    otpCode = StringField(validators=[six_digits])
    code: str = ""


class AddressForm(Form):
    """An address that receives codes. A factor's form has its fields."""

    def typed(self) -> dict[str, Any]:
        """Return ``region`` and ``typed`` as `SentFactor.read` takes them, and the factor's kind as ``channel``."""
        raise NotImplementedError

    def offer(self, address: str, kind: str) -> None:
        """Fill in what was given before."""


class SignInCodeForm(CodeForm):
    """The code at sign-in."""

    rememberDevice = BooleanField(false_values=NO)


class IdentifierForm(Form):
    """The first page of sign-in."""

    email = StringField(validators=[filled(_("Enter your email or mobile phone number."))])

    def validate_email(self, field: Field) -> None:
        """Refuse anything longer than an identifier can be."""
        if len(field.data or "") > LONGEST_IDENTIFIER:
            raise ValidationError(str(_("Enter your email or mobile phone number.")))


class PasswordForm(Form):
    """The second page of sign-in."""

    password = PasswordField(validators=[filled(_("Enter your password."))])

    def validate_password(self, field: Field) -> None:
        """Refuse anything longer than a password can be, without the cost of hashing it."""
        if len(field.data or "") > LONGEST_PASSWORD:
            raise ValidationError(str(_("Your password is incorrect")))


class ChoiceForm(Form):
    """Where to receive a code. The choices are signed for one flow."""

    otpDeviceContext = RadioField(validate_choice=False, choices=[])

    def validate_otpDeviceContext(self, field: Field) -> None:
        """Require a choice. Whether it was offered, the flow checks."""
        if not field.data:
            raise ValidationError(str(_("Choose how to receive the code.")))


class DecisionForm(Form):
    """Approve or deny."""

    decision = RadioField(
        choices=[("approve", ""), ("deny", "")], validate_choice=False, validators=[offered]
    )


class TurnOnForm(Form):
    """The last step of a set-up."""

    rememberDevice = BooleanField(false_values=NO)
