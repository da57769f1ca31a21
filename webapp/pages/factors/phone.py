"""A phone, by text message or call."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import RadioField

from webapp.challenges.engine import failure_reason
from webapp.errors import DeliveryFailed, LandlineNeedsCall, Refusal
from webapp.pages.factors.view import FactorView, Step
from webapp.pages.fields import StringField
from webapp.pages.forms.base import AddressForm, CountryField, filled, offered
from webapp.rules import identifiers


class PhoneForm(AddressForm):
    """A number to receive codes, and how."""

    countryCode = CountryField()
    phoneNumber = StringField(validators=[filled(_("Enter a phone number."))])
    channel = RadioField(
        choices=[("sms", _("Text message (SMS)")), ("voice", _("Voice call"))],
        default="sms",
        validate_choice=False,
        validators=[offered],
    )

    def typed(self) -> dict[str, Any]:
        """Return the number and its region, and the channel of the code."""
        return {
            "region": self.countryCode.data,
            "typed": self.phoneNumber.data or "",
            "channel": self.channel.data,
        }

    def offer(self, address: str, kind: str) -> None:
        """Fill in what was given before."""
        self.phoneNumber.data = identifiers.shown(address)
        self.channel.data = kind

    def on_refusal(self, refusal: Refusal | DeliveryFailed) -> None:
        """Choose a call for the next attempt if only a call reaches the number."""
        is_landline = isinstance(refusal, DeliveryFailed) and failure_reason(refusal) == "landline"
        if is_landline or isinstance(refusal, LandlineNeedsCall):
            self.channel.data = "voice"


_PHONE: dict[str, Any] = {
    "written": identifiers.shown,
    "verify_title": _("Verify the phone number"),
    "change": _("Change the number"),
    "asked_older": _(
        "Two-Step Verification is on. We sent a code to the number ending in %(last3)s. "
        "Enter your password again, followed directly by the code, then sign in."
    ),
}

SMS = FactorView(
    kind="sms",
    icon="message",
    label=_("Text message (SMS): %(number)s"),
    choice=_("Text message (SMS) to the number ending in %(last3)s"),
    asked=_("We sent a One Time Password (OTP) to the phone number that ends in %(last3)s. Enter it here."),
    asked_owner=_("We sent a One Time Password (OTP) to this number by text message (SMS). Enter it here."),
    resend=_("Resend the code"),
    **_PHONE,
)
VOICE = FactorView(
    kind="voice",
    icon="call",
    label=_("Voice call: %(number)s"),
    choice=_("Voice call to the number ending in %(last3)s"),
    asked=_(
        "We're calling the phone number that ends in %(last3)s. Enter the One Time "
        "Password (OTP) that you hear."
    ),
    asked_owner=_("We're calling this number. Enter the One Time Password (OTP) that you hear."),
    resend=_("Call me again"),
    is_call=True,
    **_PHONE,
)
STEP = Step(
    name="phone",
    kinds=("sms", "voice"),
    icon="phone",
    title=_("Phone number"),
    backup_title=_("Another phone number"),
    hint=_("Get codes by SMS or voice call."),
    form=PhoneForm,
    template="site/factors/phone.html",
    ids={"countryCode": "cvf_phone_cc", "phoneNumber": "cvf_phone_num", "channel": "channel-sms"},
)
