"""Page objects: the ids and names of what the site's pages offer. No other module of the tools writes them."""

from __future__ import annotations

from typing import Self

from webapp import paths


class Element(str):
    """A field, a button or a link: the CSS selector that finds it in a browser.

    ``id`` is its own, ``name`` what a form sends a field by, ``path`` where a link leads or where a button's form is
    sent. An element without an id is known by its path or by its name.
    """

    __slots__ = ("id", "name", "path")

    id: str
    name: str
    path: str

    def __new__(cls, id: str = "", name: str = "", path: str = "", css: str = "") -> Self:
        """Make the selector, unless ``css`` is it."""
        if css:
            selector = css
        elif id:
            selector = f"#{id}" + (f'[href^="{path}"]' if path else "")
        elif path:
            selector = f'main :is(a[href="{path}"], form[action="{path}"] button)'
        else:
            selector = f'[name="{name}"]'
        element = super().__new__(cls, selector)
        element.id, element.name, element.path = id, name, path
        return element


# -- header, signing in and out ---------------------------------------------------------------------------------

NAV = Element("nav-link-accountList")
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
METHOD_CHOICE = Element(name="otpDeviceContext")
SEND_CODE = Element("auth-send-code")
RESEND = Element("resend")
CREDENTIAL = Element(name="credential")
OLDER_EMAIL = Element("older-email", "email")
OLDER_PASSWORD = Element("older-password", "password")
OLDER_SIGN_IN = Element("older-submit")

# -- the step-up before the settings ----------------------------------------------------------------------------

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
SKIP_BACKUP = Element("skip-backup")
METHOD_APP = Element("method-app")
APP_KEY = Element("totp-key")
APP_CODE = Element("ch-auth-app-code-input", "otpCode")
VERIFY_APP = Element("ch-auth-app-submit")
TURN_ON = Element("enable-mfa-form-submit")
TURN_ON_REMEMBER = Element("enable-mfa-remember", "rememberDevice")
ADD_METHOD = Element("add-method")
TURN_OFF = Element("disable-mfa-submit")
METHOD = Element(name="method")

# -- a reset with ID documents, and the desk -------------------------------------------------------------------------

RECOVERY_CONTINUE = Element("recovery-continue")
DOCUMENTS = Element("documents", "documents")
SEND_DOCUMENTS = Element("recovery-send")
CANCEL_RECOVERY = Element("recovery-cancel")
TAKE_CASE = Element("desk-take")
VERDICT = Element(name="verdict")
REASON = Element("reason", "reason")
DECIDE = Element("desk-decide")
NEWEST_CASE = Element(css='[aria-labelledby="waiting"] a.row:last-child')
APPROVE_CASE = Element("verdict-approve", "verdict")
RESET_TWO_STEP = Element(path=paths.RECOVERY)

# -- other pages ------------------------------------------------------------------------------------------------

FORGOT_PASSWORD = Element("auth-fpp-link-bottom")
MUSIC_SIGN_IN = Element("music-sign-in")
MUSIC_SIGN_OUT = Element("music-sign-out")
OLDER_DEVICE = Element("older-device")
OLDER_SIGN_OUT = Element("older-sign-out")
CREATE_ACCOUNT = Element("createAccountSubmit")
SIGN_IN_BY_PASSKEY = Element("signin-passkey")
PASSKEYS = Element(path=paths.PASSKEYS)
PASSKEY_NAME = Element("passkey-name")
CREATE_PASSKEY = Element("create-passkey")
DISABLE = Element("disable-mfa")
CLEAR_SETTINGS = Element("clear-settings")
SKIP_FEEDBACK = Element("skip-feedback")
SEND_FEEDBACK = Element("feedback-submit")
FEEDBACK = Element("feedback-words")
RENAME = Element("rename-submit")
REMOVE = Element("remove-submit")
METHOD_NAME = Element("method-name")
