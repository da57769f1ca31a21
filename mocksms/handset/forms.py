"""Handset forms. They validate format only; the engine validates content."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, Length


class KeyForm(FlaskForm):
    """An authenticator entry by its set-up key and a name."""

    name = StringField(
        _l("Account"), [DataRequired(_l("Enter a name for the account.")), Length(max=80)], id="otp-name"
    )
    secret = StringField(
        _l("Key"),
        [DataRequired(_l("Enter the setup key that the site shows you.")), Length(max=300)],
        id="otp-secret",
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )


class LinkForm(FlaskForm):
    """An authenticator entry by its otpauth: address."""

    uri = StringField(
        _l("Link"),
        [DataRequired(_l("Paste the link that begins with otpauth://.")), Length(max=2000)],
        id="otp-uri",
        render_kw={"autocomplete": "off", "spellcheck": "false", "placeholder": "otpauth://totp/…"},
    )


class PictureForm(FlaskForm):
    """An authenticator entry by a picture of its QR code."""

    picture = FileField(_l("Image of the QR code"), id="otp-picture", render_kw={"accept": "image/*"})


class PairForm(FlaskForm):
    """A mail account to put on a phone."""

    mailbox = StringField(
        _l("Email address"),
        [DataRequired(_l("Enter an email address.")), Length(max=254)],
        id="pair-mailbox",
        render_kw={"autocomplete": "off", "placeholder": "hanako@example.com", "inputmode": "email"},
    )


class LogInForm(FlaskForm):
    """The password of a phone on the network, and the path to go to after it."""

    password = PasswordField(
        _l("Password"),
        [DataRequired(_l("Enter the phone's password.")), Length(max=1000)],
        id="log-in-password",
        render_kw={"autocomplete": "current-password", "autofocus": True},
    )
    next = HiddenField(id="log-in-next")
