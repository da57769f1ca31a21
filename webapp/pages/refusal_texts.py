"""What each refusal says, by its name, and each delivery failure, by its reason."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

TEXTS = {
    "WrongPassword": _("Your password is incorrect"),
    "UnknownAccount": _("We cannot find an account with that email address or number."),
    "MethodSwitchedOff": _(
        "Too many wrong codes were entered. This method takes no codes any more: use another way."
    ),
    "Throttled": _("That was too soon or too often. Please wait before you try again."),
    "SendCapReached": _(
        "You have reached the limit of OTP requests for today. You can request again after 24 hours."
    ),
    "MethodTaken": _("This number is already one of your methods. Enter a different one."),
    "LandlineNeedsCall": _(
        "This is a landline, which cannot receive text messages. Choose a voice call instead."
    ),
    "LastMethod": _("This is your last method. To use none, turn Two-Step Verification off instead."),
    "UnknownMethod": _("This method is no longer there. It may have been removed in another window."),
    "UnknownChoice": _("Choose where to receive the code."),
    "PasskeyRefused": _("The passkey was not accepted. Try again, or use another way."),
    "NothingToReset": _("Two-Step Verification is off for this account: your password alone signs you in."),
    "PasskeyTaken": _("This device already has a passkey for your account."),
    "OwnCase": _("This is your own case: somebody else must decide it."),
    "WrongCode.wrong": _(
        "The One Time Password (OTP) you entered is not valid. Check the code and try again."
    ),
    "WrongCode.expired": _("This code has expired. Ask for a new one."),
    "WrongCode.used": _("This code was used before. Wait for the next one, or ask for a new one."),
    "WrongCode.replaced": _("A newer code was sent. Enter the code of the latest message."),
    "WrongCode.exhausted": _("Too many wrong tries: this code is no longer good. Ask for a new one."),
    "WrongCode.dead": _("Too many wrong tries: this code is no longer good. Ask for a new one."),
    "WrongCode.missing": _("No code is under way. Ask for a new one."),
    "NotAPhoneNumber.empty": _("Enter a phone number."),
    "NotAPhoneNumber.not_a_number": _(
        "This is not a phone number. Enter digits only, for example 090-1234-5678."
    ),
    "NotAPhoneNumber.too_short": _("This phone number is too short."),
    "NotAPhoneNumber.too_long": _("This phone number is too long."),
    "NotAPhoneNumber.unknown_country": _("The country code of this number is unknown."),
    "NotAMailAddress": _("This is not an email address. Check it, for example: name@example.com"),
    "MailDomainRefused": _(
        "This demo only takes email addresses that belong to nobody, ending in: %(domains)s"
    ),
    "MobileNeeded": _("This is a landline. Enter a mobile number, which can receive text messages."),
    "ContactTaken": _("There is an account with this address or number by now."),
    "ContactUnchanged": _("This is what is registered already. Enter a different one."),
    "WeakPassword.too_short": _("Use at least 8 characters."),
    "WeakPassword.too_long": _("Use at most 128 characters."),
    "WeakPassword.personal": _(
        "This password is made of your name, email address, phone number or the shop's name, which others "
        "know. Choose one that has nothing to do with them."
    ),
    "WeakPassword.date": _(
        "This password looks like a birthday or another date, which is quickly guessed. Choose one without a "
        "date, or add several words."
    ),
    "WeakPassword.common": _(
        "This password is one of those that are tried first. Choose a rarer one, such as several words that "
        "have nothing to do with each other."
    ),
    "WeakPassword.pattern": _(
        "This password repeats itself or follows a row, such as abcd or 1234, which is quickly guessed. "
        "Choose one without such a pattern."
    ),
    "WeakPassword.guessable": _(
        "This password is easily guessed. Make it longer, such as several words that have nothing to do with "
        "each other."
    ),
    "WeakPassword.unchanged": _("This is your present password. Choose a different one."),
    "TooManyDocuments": _("You can send up to %(count)d files at once."),
    "DocumentTooLarge": _("A file is too large. Each may have up to %(size)d MB."),
    "DocumentRefused.missing": _("Choose the documents to send."),
    "DocumentRefused.empty": _("A file is empty. Please choose it again."),
    "DocumentRefused.extension": _(
        "A file is of a type that we cannot take. Send DOC, DOCX, JPG, JPEG, PDF or PNG."
    ),
    "DocumentRefused.active": _(
        "A file contains macros, scripts or other files. Please send a plain document or a photo."
    ),
    "DocumentRefused.bomb": _(
        "A file unpacks to more than we can take. Please send a photo or a PDF instead."
    ),
    "DocumentRefused.pixels": _("A picture has too many pixels. Please send a smaller one."),
    "DocumentRefused.content": _(
        "A file is damaged, or is not what its name says. Please save it again or send a photo."
    ),
    "GatewayFailed.down": _(
        "The message could not be sent: the telephone network does not answer. Please try again in "
        "a moment, or choose another way."
    ),
    "GatewayFailed.slow": _(
        "The message could not be sent in time. Please try again in a moment, or choose another way."
    ),
    "GatewayFailed.garbage": _(
        "The message could not be sent: the telephone network gave a strange answer. Please try "
        "again in a moment, or choose another way."
    ),
    "GatewayFailed.refused": _(
        "The telephone network refused the message. Please check the number, or choose another way."
    ),
    "GatewayFailed.landline": _("This number cannot receive text messages. Choose a voice call instead."),
    "GatewayFailed.stopped": _(
        "This number has opted out of text messages. Send START from the phone, or choose another way."
    ),
    "GatewayFailed.unreachable": _("This number cannot be reached. Please check it, or choose another way."),
    "MailFailed": _("The mail could not be sent. Nothing was changed; please try again in a moment."),
}
"""By `errors.refusal_name`, or by the class alone. ``%(domains)s``, ``%(count)d`` and ``%(size)d`` (in MB) are the
refusal's own."""
