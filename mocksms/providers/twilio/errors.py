"""Twilio's errors: code, HTTP status and text, and the magic numbers of its test mode."""

from typing import Any

# code: (HTTP status, text with a placeholder, title)
_REFUSALS: dict[int, tuple[int, str]] = {
    20001: (400, "Invalid parameter: {value}"),
    20003: (401, "Authenticate"),
    20004: (405, "Method not allowed"),
    20009: (400, "Message is not in a state in which it can be changed"),
    20404: (404, "The requested resource {value} was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    20503: (503, "Service unavailable. Please try again."),
    21201: (400, "No 'To' number is specified"),
    21205: (400, "Url is not a valid URL: {value}"),
    21210: (400, "Phone number {value} is not yet verified for your account"),
    21211: (400, "Invalid 'To' Phone Number: {value}"),
    21212: (400, "Invalid From Number (caller ID): {value}"),
    21213: (400, "No 'From' number is specified"),
    21217: (400, "Phone number {value} does not appear to be valid"),
    21220: (400, "Call is not in-progress. Cannot redirect."),
    21266: (400, "'To' and 'From' number cannot be the same: {value}"),
    21408: (
        400,
        "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {value}",
    ),
    21502: (400, "SmsUrl is not a valid URL: {value}"),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21606: (
        400,
        "The 'From' phone number provided ({value}) is not a valid message-capable number for this account.",
    ),
    21609: (400, "The 'StatusCallback' URL {value} is not a valid URL."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21611: (400, "This 'From' number has exceeded the maximum number of queued messages"),
    21612: (
        400,
        "Message cannot be sent with the current combination of 'To' ({value}) and/or 'From' parameters",
    ),
    21614: (400, "To number: {value}, is not a mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21620: (400, "Invalid media URL(s): {value}"),
    21635: (400, "'To' number cannot be a landline: {value}"),
    21655: (400, "The ContentSid is Invalid: {value}"),
    21656: (400, "The ContentVariables Parameter is invalid: {value}"),
    21701: (404, "The Messaging Service {value} does not exist"),
    21704: (400, "The Messaging Service contains no phone numbers"),
    21705: (400, "The Messaging Service is invalid"),
    21709: (400, "Alpha Sender ID is Invalid or Not Authorized for this Messaging Service"),
    21710: (409, "Phone Number Already Exists in Messaging Service"),
    21712: (409, "Phone Number or Short Code is associated with another Messaging Service."),
    21910: (400, "Invalid 'From' and 'To' pair. 'From' and 'To' should be of the same channel"),
    35111: (400, "SendAt timestamp must be at least 300 seconds and at most 35 days ahead: {value}"),
    35118: (400, "MessagingServiceSid is required to schedule a message"),
    60200: (400, "Invalid parameter `{value}`"),
    60202: (429, "Max check attempts reached"),
    60203: (429, "Max send attempts reached"),
    60205: (403, "SMS is not supported by landline phone number"),
    60318: (403, "Factor is unverified"),
    60323: (403, "Challenge expired"),
}

# Titles of errors without a code, by HTTP status.
OF_STATUS = {401: 20003, 404: 20404, 405: 20004, 429: 20429, 500: 20500, 503: 20503}

# Texts of the codes that come later, with a message's status.
LATER = {
    30001: "Queue overflow",
    30002: "Account suspended",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
}

ALWAYS_FINE = "+15005550006"
MAGIC_TO = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
MAGIC_FROM = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}
MAGIC_CALL_TO = {"+15005550001": 21217, "+15005550002": 21214, "+15005550003": 21215, "+15005550004": 21216}
MAGIC_CALL_FROM = {"+15005550001": 21212}
_REFUSALS |= {
    21214: (400, "'To' phone number cannot be reached: {value}"),
    21215: (400, "Account not authorized to call {value}"),
    21216: (400, "Account not allowed to call {value}"),
}


class Refusal(Exception):
    """An error with one of the provider's codes; `status` overrides the code's usual HTTP status."""

    def __init__(self, code: int, value: str = "", status: int | None = None) -> None:
        usual, words = _REFUSALS.get(code, (400, "Request refused"))
        self.code = code
        self.status = status or usual
        self.message = words.format(value=value)
        super().__init__(self.message)

    def as_json(self) -> dict[str, Any]:
        """Return the answer's body; with any other key the SDK takes it for the newer form."""
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }
