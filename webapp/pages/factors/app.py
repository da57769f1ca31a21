"""The authenticator app."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from flask_login import current_user
from wtforms.validators import Length

from webapp.challenges.enrolment import NAME_LENGTH
from webapp.factors.app import key_of
from webapp.pages.factors.view import FactorView, Step
from webapp.pages.fields import StringField
from webapp.pages.forms.base import CodeForm, seen
from webapp.pages.framework.services import services
from webapp.pages.qr import qr_svg
from webapp.rules import totp
from webapp.store.flows import Flow

TOO_LONG = _("Enter a name of %(max)d characters or fewer.", max=NAME_LENGTH)


class AppForm(CodeForm):
    """The first code of an app, with a name to tell it from other apps."""

    appName = StringField(validators=[Length(max=NAME_LENGTH, message=TOO_LONG), seen])


def _key(flow: Flow) -> dict[str, Any]:
    """Return the QR code and the key of this flow's secret."""
    key = key_of(services(), current_user.account, flow)
    return {"qr_svg": qr_svg(key.uri), "key_groups": totp.key_groups(key.secret)}


APP = FactorView(
    kind="app",
    icon="app",
    label=_("Authenticator app"),
    choice=_("Use your authenticator app"),
    named_choice=_("Use your authenticator app (%(name)s)"),
    note=_("Safer: the code isn't sent by SMS or phone."),
    asked=_("Enter the 6-digit code that your authenticator app shows now."),
    asked_name=_("App: %(name)s"),
    asked_owner=_("Enter the 6-digit code that your authenticator app shows now."),
    asked_older=_(
        "Two-Step Verification is on. Enter your password again, followed directly by "
        "the 6-digit code from your authenticator app, then sign in."
    ),
)
STEP = Step(
    name="app",
    kinds=("app",),
    icon="app",
    title=_("Authenticator app"),
    hint=_("The app makes the codes, even without a signal. This is the safer way."),
    form=AppForm,
    template="site/factors/app.html",
    ids={"otpCode": "ch-auth-app-code-input", "appName": "ch-auth-app-name"},
    context=_key,
)
