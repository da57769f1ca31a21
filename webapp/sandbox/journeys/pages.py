"""Page objects: the ids and names of what the site's pages offer. No other module of the tools writes them."""

from __future__ import annotations

from dataclasses import dataclass

from webapp import paths


@dataclass(frozen=True, slots=True)
class Element:
    """A field, a button or a link.

    ``id`` is its own, ``name`` what a form sends a field by, ``path`` where a link leads or where a button's form is
    sent. An element without an id is known by its path.
    """

    id: str = ""
    name: str = ""
    path: str = ""

    @property
    def selector(self) -> str:
        """Return the CSS selector that finds it in a browser."""
        if not self.id:
            return f'main :is(a[href="{self.path}"], form[action="{self.path}"] button)'
        return f"#{self.id}" + (f'[href^="{self.path}"]' if self.path else "")


# -- header, signing in and out ---------------------------------------------------------------------------------

NAV_SIGN_IN = Element("nav-link-accountList", path=paths.SIGN_IN)
NAV_ACCOUNT = Element("nav-link-accountList", path=paths.ACCOUNT)
SIGN_OUT = Element("nav-item-signout")
EMAIL = Element("ap_email", "email")
PASSWORD = Element("ap_password", "password")
CONTINUE = Element("continue")
SIGN_IN = Element("signInSubmit")
CODE = Element("auth-mfa-otpcode", "otpCode")
REMEMBER = Element("auth-mfa-remember-device", "rememberDevice")
SIGN_IN_WITH_CODE = Element("auth-signin-button")
ANOTHER_WAY = Element("auth-get-new-otp-link")
METHOD_CHOICE = Element("otp-device-1", "otpDeviceContext")
SEND_CODE = Element("auth-send-code")
RESEND = Element("resend")
CREDENTIAL = Element(name="credential")
OLDER_EMAIL = Element("older-email", "email")
OLDER_PASSWORD = Element("older-password", "password")
OLDER_SIGN_IN = Element("older-submit")

# -- a fresh proof before the settings --------------------------------------------------------------------------

PROVE = Element("confirm-continue")
APPROVE = Element("approve")
DENY = Element("deny")
APPROVAL_CONTINUE = Element("approval-continue")

# -- account ------------------------------------------------------------------------------------------------------

SECURITY = Element(path=paths.SECURITY)
EDIT_TWO_STEP = Element("edit-two-step")
CUSTOMER_NAME = Element("ap_customer_name", "customerName")
NEW_PASSWORD = Element("ap_password_new", "passwordNew")
RESET_PASSWORD = Element("ap_fpp_password", "password")
SAVE = Element("save")

# -- two-step verification ----------------------------------------------------------------------------------------

GET_STARTED = Element("get-started")
NUMBER = Element("cvf_phone_num", "phoneNumber")
SEND_TO_NUMBER = Element("cvf-submit-phone")
CONTACT_CODE = Element("cvf-input-code", "otpCode")
VERIFY_CONTACT = Element("cvf-submit-code")
ADD_BACKUP = Element("add-backup")
TURN_ON = Element("enable-mfa-form-submit")
ADD_METHOD = Element("add-method")
TURN_OFF = Element("disable-mfa-submit")
METHOD = Element(name="method")

# -- a reset by documents, and the desk -----------------------------------------------------------------------------

RECOVERY_CONTINUE = Element("recovery-continue")
DOCUMENTS = Element("documents", "documents")
SEND_DOCUMENTS = Element("recovery-send")
CANCEL_RECOVERY = Element("recovery-cancel")
TAKE_CASE = Element("desk-take")
VERDICT = Element(name="verdict")
REASON = Element("reason", "reason")
DECIDE = Element("desk-decide")
