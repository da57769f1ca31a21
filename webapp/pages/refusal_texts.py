"""The error text of each refusal, by its name, and of each delivery failure, by its reason."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

TEXTS = {
    "WrongPassword": _("Your password is incorrect"),
    "UnknownAccount": _("We can't find an account with that email address or number."),
    "MethodSwitchedOff": _(
        "Too many incorrect codes. This method is locked. Use another method. If you have none, reset "
        "Two-Step Verification with ID documents."
    ),
    "PasswordResetLocked": _(
        "Too many incorrect codes, so the password can't be reset by code here. Use a browser where you've signed in "
        "before, or sign in with your password."
    ),
    "Throttled": _("Too many attempts. Wait for the countdown to end, then try again."),
    "SentRecently": _(
        "We sent a code to this number or address a moment ago. Wait a moment, then request another one."
    ),
    "SenderThrottled": _(
        "Too many incorrect passwords were entered from your network. Wait before you try again."
    ),
    "BudgetSpent": _(
        "Too many codes were requested from your network. Try again later, or use an email address."
    ),
    "BudgetSpent.texts_per_number": _("Too many codes were requested for this number. Try again later."),
    "CountryNotServed": _("We can't send codes to numbers of this country."),
    "SendCapReached": _("You've requested too many codes today. Try again in %(send_cap_seconds)s."),
    "SendCapReached.approval": _(
        "We've sent too many approval notifications today. Try again in %(send_cap_seconds)s."
    ),
    "SendCapReached.reset": _("You've requested too many resets. Try again in %(send_cap_seconds)s."),
    "MethodTaken": _("This number is already one of your methods. Enter a different one."),
    "LandlineNeedsCall": _(
        "This is a landline, which can't receive text messages. Choose a voice call instead."
    ),
    "LastMethod": _("You can't delete your only method. Turn off Two-Step Verification instead."),
    "UnknownMethod": _("We couldn't find this method. It may have been deleted in another window."),
    "UnknownChoice": _("Choose how to receive the code."),
    "PasskeyRefused": _("We couldn't confirm it's you with the passkey. Try again, or use another method."),
    "NothingToReset": _("Two-Step Verification is off. You sign in with just your password."),
    "PasskeyTaken": _("This device already has a passkey for your account."),
    "OwnCase": _("This is your own case. Another reviewer must decide it."),
    "WrongCode.wrong": _(
        "The One Time Password (OTP) you entered is not valid. Check the code and try again."
    ),
    "WrongCode.expired": _("This code has expired. Request a new one."),
    "WrongCode.used": _(
        "This code has already been used. Wait for your app to show the next one, or request a new one."
    ),
    "WrongCode.replaced": _("We've sent you a newer code. Enter the one from the latest message."),
    "WrongCode.exhausted": _("Too many incorrect attempts. This code no longer works. Request a new one."),
    "WrongCode.dead": _("Too many incorrect attempts. This code no longer works. Request a new one."),
    "WrongCode.missing": _("You don't have an active code. Request a new one."),
    "WrongCode.clock": _("Also check that your device sets its date and time automatically."),
    "NotAPhoneNumber.empty": _("Enter a phone number."),
    "NotAPhoneNumber.not_a_number": _(
        "This isn't a phone number. Enter digits only, for example 090-1234-5678."
    ),
    "NotAPhoneNumber.too_short": _("This phone number has too few digits. Check it and try again."),
    "NotAPhoneNumber.too_long": _("This phone number has too many digits. Check it and try again."),
    "NotAPhoneNumber.unknown_country": _(
        "We don't recognise this country code. Check the number, or choose a country."
    ),
    "NotAMailAddress": _("This isn't an email address. Enter one such as name@example.com."),
    "MailDomainRefused": _("Use a test address. This demo accepts addresses that end in: %(domains)s"),
    "MobileNeeded": _("This is a landline. Enter a mobile number, which can receive text messages."),
    "ContactTaken": _("Another account now uses this address or number. Enter a different one."),
    "ContactUnchanged": _("This is already your email address or mobile number. Enter a different one."),
    "WeakPassword.too_short": _("Use at least 8 characters."),
    "WeakPassword.too_long": _("Use at most 128 characters."),
    "WeakPassword.personal": _(
        "This password contains your name, email address, phone number or the shop's "
        "name, which others know. Choose one without them."
    ),
    "WeakPassword.date": _(
        "This password contains a birthday or another date, which is easy to guess. "
        "Leave out the date, or add several words."
    ),
    "WeakPassword.common": _(
        "This password is too common. Choose one that's harder to guess, such as several unrelated words."
    ),
    "WeakPassword.pattern": _(
        "This password uses a repeated pattern or sequence, such as abcd or 1234. Choose a different one."
    ),
    "WeakPassword.guessable": _(
        "This password is easy to guess. Make it longer, such as several unrelated words."
    ),
    "WeakPassword.unchanged": _("This is your current password. Choose a different one."),
    "TooManyDocuments": _("You can send up to %(count)d files at once."),
    "DocumentTooLarge": _("A file is too large. Each file can be up to %(size)d MB."),
    "DocumentRefused.missing": _("Choose the documents to send."),
    "DocumentRefused.empty": _("A file is empty. Choose it again."),
    "DocumentRefused.extension": _("This file type isn't supported. Send DOC, DOCX, JPG, JPEG, PDF or PNG."),
    "DocumentRefused.active": _(
        "A file contains macros, scripts or other files. Send a plain document or a photo instead."
    ),
    "DocumentRefused.linked": _(
        "A file loads pictures or other parts from elsewhere. Save a copy without links to other files, or send "
        "photos of the pages."
    ),
    "DocumentRefused.bomb": _(
        "This file is too large or complex when opened. Send photos of the pages instead."
    ),
    "DocumentRefused.password": _("A file is locked with a password. Send a copy without one, or a photo."),
    "DocumentRefused.pixels": _("This image is too large. Send a smaller one."),
    "DocumentRefused.content": _(
        "A file is damaged, or its type doesn't match its name. Save it again or send a photo."
    ),
    "GatewayFailed.down": _(
        "We couldn't send the message because the phone network isn't responding. Try "
        "again in a moment, or choose another method."
    ),
    "GatewayFailed.slow": _(
        "Sending the message took too long. Try again in a moment, or choose another method."
    ),
    "GatewayFailed.garbage": _(
        "We couldn't send the message because the phone network returned an error. Try "
        "again in a moment, or choose another method."
    ),
    "GatewayFailed.refused": _(
        "We couldn't send the message to this number. Check the number, or choose another method."
    ),
    "GatewayFailed.landline": _("This number can't receive text messages. Choose a voice call instead."),
    "GatewayFailed.stopped": _(
        "This number has opted out of our text messages. Reply START to one of them, or "
        "choose another method."
    ),
    "GatewayFailed.unreachable": _("We couldn't reach this number. Check it, or choose another method."),
    "MailFailed": _("We couldn't send the email. Nothing was changed. Please try again in a moment."),
}
"""By `errors.refusal_name`, or by the class alone. ``%(domains)s``, ``%(count)d`` and ``%(size)d`` (in MB) are the
refusal's own; any setting can be named (`durations.SettingTexts`)."""
