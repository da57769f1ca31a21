"""Forms of methods: what a phone or an app needs, a name, turning off. They check shape only."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import RadioField, TextAreaField
from wtforms.validators import Length

from webapp.challenges.enrolment import NAME_LENGTH
from webapp.flows import turn_off
from webapp.pages.factors.app import TOO_LONG
from webapp.pages.fields import BooleanField, StringField
from webapp.pages.forms.base import NO, Form, seen


class NameForm(Form):
    """The owner's name for a method. An empty one removes the name."""

    methodName = StringField(validators=[Length(max=NAME_LENGTH, message=TOO_LONG), seen])


class TurnOffForm(Form):
    """Turn off, with or without 2段階認証の設定もクリア."""

    clearSettings = BooleanField(false_values=NO)


class FeedbackForm(Form):
    """Why it was turned off. Either field may be empty."""

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
            Length(
                max=turn_off.WORDS_LENGTH,
                message=_("Use %(count)s characters or fewer.", count=f"{turn_off.WORDS_LENGTH:,}"),
            )
        ]
    )

    def validate(self, extra_validators: None = None) -> bool:
        """Require one of the two fields; スキップ is the button for neither. Refuse an unknown reason."""
        if self.reason.data not in turn_off.REASONS:
            self.reason.data = None
        valid: bool = super().validate(extra_validators)
        if valid and not self.reason.data and not (self.words.data or "").strip():
            self.refuse("reason", gettext("Choose a reason, write a comment, or choose Skip."))
            return False
        return valid
