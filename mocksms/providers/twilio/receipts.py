"""Requests from Twilio to an app: status callbacks, typed texts, and their signatures."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import urlencode

from mocksms.core.models import Message
from mocksms.core.sender_app import AppRequest, Fields
from mocksms.providers.twilio.serialization import API_VERSION, WHATSAPP

_EVENTS = {"queued": "initiated", "ringing": "ringing", "in-progress": "answered"}


def signature(token: str, url: str, fields: Fields) -> str:
    """Return X-Twilio-Signature: base64 of HMAC-SHA1 over the address and the sorted fields."""
    text = url + "".join(f"{name}{value}" for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def signed(request: AppRequest, token: str) -> dict[str, str]:
    """Return the headers of a request; the signature covers the query of a GET, the fields of a POST."""
    url, fields = request.url, request.fields
    if request.method == "GET":
        url, fields = f"{url}{('&' if '?' in url else '?') * bool(fields)}{urlencode(fields)}", []
    return {"User-Agent": "TwilioProxy/1.1", "X-Twilio-Signature": signature(token, url, fields)}


def of_message(message: Message, after: int) -> list[AppRequest]:
    """Return the status callbacks for the steps of an SMS's history from index `after` on."""
    url = message.details.get("status_callback")
    if not url:
        return []
    posts, prefix = [], message.details.get("address_prefix", "")
    for status, _ in message.history[after:]:
        fields = [
            ("AccountSid", message.account),
            ("ApiVersion", API_VERSION),
            ("From", f"{prefix}{message.sender}"),
            ("To", f"{prefix}{message.recipient}"),
            ("MessageSid", message.sid),
            ("SmsSid", message.sid),
            ("MessageStatus", status),
            ("SmsStatus", status),
        ]
        if service := message.details.get("messaging_service_sid"):
            fields.append(("MessagingServiceSid", service))
        if message.error_code and status in ("undelivered", "failed"):
            fields.append(("ErrorCode", str(message.error_code)))
        posts.append(AppRequest(url, fields, account=message.account))
    return posts


def duration(call: Message) -> int:
    """Return the seconds from the answer to the end, 0 for an unanswered call."""
    details = call.details
    return (
        max(0, round(details.get("ended_at", 0) - details["answered_at"])) if "answered_at" in details else 0
    )


def call_fields(call: Message, status: str) -> Fields:
    """Return the fields of every request about a call."""
    return [
        ("AccountSid", call.account),
        ("ApiVersion", API_VERSION),
        ("CallSid", call.sid),
        ("CallStatus", status),
        ("Called", call.recipient),
        ("Caller", call.sender),
        ("Direction", "outbound-api"),
        ("From", call.sender),
        ("To", call.recipient),
    ]


def of_call(call: Message, after: int) -> list[AppRequest]:
    """Return the status callbacks for the steps of a call's history from index `after` on.

    The app chooses them; by default only the end.
    """
    url = call.details.get("status_callback", "")
    if not url:
        return []
    wanted = call.details.get("status_events") or ["completed"]
    posts = []
    for number, (status, at) in enumerate(call.history[after:], start=after):
        event = _EVENTS.get(status, "completed")
        if event not in wanted:
            continue
        fields = call_fields(call, "initiated" if status == "queued" else status)
        fields += [
            ("CallbackSource", "call-progress-events"),
            ("SequenceNumber", str(number)),
            ("Timestamp", format_datetime(datetime.fromtimestamp(at, UTC))),
        ]
        if event == "completed":
            seconds = duration(call)
            fields += [("CallDuration", str(seconds)), ("Duration", str(-(-seconds // 60)))]
        posts.append(AppRequest(url, fields, call.details.get("status_method", "POST"), call.account))
    return posts


def inbound(message: Message, url: str) -> AppRequest:
    """Return the request that posts a text typed on a handset to the app's webhook at `url`."""
    prefix = message.details.get("address_prefix", "")
    fields = [
        ("MessageSid", message.sid),
        ("SmsSid", message.sid),
        ("SmsMessageSid", message.sid),
        ("AccountSid", message.account),
        ("From", f"{prefix}{message.sender}"),
        ("To", f"{prefix}{message.recipient}"),
        ("Body", message.body),
        ("NumMedia", "0"),
        ("NumSegments", str(message.segments)),
        ("SmsStatus", "received"),
        ("ApiVersion", API_VERSION),
    ]
    if prefix == WHATSAPP:
        fields += [("WaId", message.sender.removeprefix("+")), ("ProfileName", message.sender)]
    return AppRequest(url, fields, account=message.account)
