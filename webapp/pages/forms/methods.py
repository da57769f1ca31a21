"""Forms about methods: what a phone or an app needs, a name, turning off. Fields are checked for shape only."""

from __future__ import annotations

from typing import Any

import flask
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import RadioField, TextAreaField
from wtforms.validators import Length

from webapp.challenges.enrolment import NAME_LENGTH
from webapp.flows import turn_off
from webapp.pages.fields import BooleanField, StringField
from webapp.pages.forms.base import NO, CodeForm, Form, PhoneForm, typed_before
from webapp.pages.render import is_post
from webapp.rules import phone_numbers

_TOO_LONG = _("A name has at most %(max)d characters.", max=NAME_LENGTH)


class NamedAppForm(CodeForm):
    """The first code of an app, with a name to tell it from other apps."""

    appName = StringField(validators=[Length(max=NAME_LENGTH, message=_TOO_LONG)])


class NameForm(Form):
    """A name of one's own for a method; nothing takes the name away."""

    methodName = StringField(validators=[Length(max=NAME_LENGTH, message=_TOO_LONG)])


class TurnOffForm(Form):
    """Turning off, with or without 2段階認証の設定もクリア."""

    clearSettings = BooleanField(false_values=NO)


class FeedbackForm(Form):
    """Why it was turned off; either field may be left empty."""

    reason = RadioField(
        choices=[
            ("new_phone", _("I changed or lost my phone")),
            ("codes_fail", _("Codes don't arrive, or arrive too late")),
            ("app_fails", _("The authenticator app doesn't work for me")),
            ("bother", _("Entering codes is too much trouble")),
            ("other", _("Another reason")),
        ],
        validate_choice=False,
    )
    words = TextAreaField(
        validators=[
            Length(max=turn_off.WORDS_LENGTH, message=_("That is too long: 1,000 characters at most."))
        ]
    )

    def validate(self, extra_validators: None = None) -> bool:
        """Something must be said, else スキップ is the button; a made-up reason is none."""
        if self.reason.data not in turn_off.REASONS:
            self.reason.data = None
        valid: bool = super().validate(extra_validators)
        if valid and not self.reason.data and not (self.words.data or "").strip():
            self.refuse("reason", gettext("Choose a reason or write a few words, or press Skip."))
            return False
        return valid


class MethodForms:
    """The two forms of a page that offers 電話番号 and 認証アプリ; the posted one is filled."""

    def __init__(self, app_form: type[CodeForm] = CodeForm, *, opens: str = "phone") -> None:
        self.sent = flask.request.form if is_post() else typed_before()
        self.wants_app = (self.sent.get("method") if self.sent else opens) == "app"
        self.phone = PhoneForm(formdata=None if self.wants_app else self.sent)
        self.app = app_form(formdata=self.sent if self.wants_app else None)

    @property
    def active(self) -> Form:
        """The form that was posted, or that stands open."""
        return self.app if self.wants_app else self.phone

    @property
    def opens(self) -> str:
        """Which of the two stands open: ``phone`` or ``app``."""
        return "app" if self.wants_app else "phone"

    @property
    def number(self) -> Any:
        """What the phone's form says, as the flows take it."""
        phone = self.phone
        return {
            "region": phone.countryCode.data,
            "typed": phone.phoneNumber.data or "",
            "channel": phone.channel.data,
        }

    def offer(self, number: str, channel: str) -> None:
        """Fill the phone's form with what was given before (E.164, ``sms`` or ``voice``), unless more was typed."""
        if self.sent:
            return
        self.phone.phoneNumber.data = phone_numbers.parse(number).international
        self.phone.channel.data = channel
