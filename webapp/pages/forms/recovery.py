"""The forms of a reset and of the desk. Field names: docs/screens.md#pages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf.file import MultipleFileField
from wtforms import Field, RadioField, TextAreaField
from wtforms.validators import ValidationError

from webapp.errors import DeliveryFailed, DocumentTooLarge, Refusal
from webapp.pages.fields import PasswordField, StringField
from webapp.pages.forms.base import LONGEST_PASSWORD, Form, filled

LONGEST_REASON = 500


class NameAndPasswordForm(Form):
    """Identifier and password, for a reset and for older devices."""

    email = StringField(validators=[filled(_("Enter your email or mobile phone number."))])
    password = PasswordField(validators=[filled(_("Enter your password."))])

    def validate_password(self, field: Field) -> None:
        """Refuse anything longer than a password can be, without the cost of hashing it."""
        if len(field.data or "") > LONGEST_PASSWORD:
            raise ValidationError(str(_("Your password is incorrect")))


class OlderDeviceForm(NameAndPasswordForm):
    """The one field of an older device takes password and code."""

    def refuse(self, field: str, text: str) -> bool:
        """Put errors of the code beside the password."""
        return super().refuse("password" if field == "otpCode" else field, text)


class DocumentsForm(Form):
    """Documents. The flow checks what they are."""

    documents = MultipleFileField()
    http_status: int | None = None

    def on_refusal(self, refusal: Refusal | DeliveryFailed) -> None:
        """Answer 413 if a document is too large."""
        if isinstance(refusal, DocumentTooLarge):
            self.http_status = 413


class DecisionForm(Form):
    """A reviewer's decision. It has no field for a password (docs/promises.md#61)."""

    verdict = RadioField(choices=[("approve", ""), ("ask_more", ""), ("reject", "")], validate_choice=False)
    reason = TextAreaField(validators=[filled(_("Enter a reason."))])

    def validate_verdict(self, field: Field) -> None:
        """Require one of the three verdicts."""
        if field.data not in ("approve", "ask_more", "reject"):
            raise ValidationError(str(_("Choose a decision.")))

    def validate_reason(self, field: Field) -> None:
        """Require a short reason on one line: it goes into an email and a log."""
        field.data = " ".join((field.data or "").split())
        if len(field.data) > LONGEST_REASON:
            raise ValidationError(str(_("Use %(count)s characters or fewer.", count=f"{LONGEST_REASON:,}")))
