"""What an app is told of its call: status callbacks, and the fields that go with each request for TwiML."""

from datetime import UTC, datetime
from email.utils import format_datetime

from mocksms.core.models import Message
from mocksms.core.worlds import World
from mocksms.delivery import webhooks

_EVENTS = {"queued": "initiated", "ringing": "ringing", "in-progress": "answered"}
EVENTS = ("initiated", "ringing", "answered", "completed")


def duration(call: Message) -> int:
    """The seconds from the answer to the end, 0 for a call that was not answered."""
    details = call.details
    return (
        max(0, round(details.get("ended_at", 0) - details["answered_at"])) if "answered_at" in details else 0
    )


def fields(world: World, call: Message, status: str) -> list[tuple[str, str]]:
    """The fields of every request about a call."""
    return [
        ("AccountSid", call.account),
        ("ApiVersion", "2010-04-01"),
        ("CallSid", call.sid),
        ("CallStatus", status),
        ("Called", call.recipient),
        ("Caller", call.sender),
        ("Direction", "outbound-api"),
        ("From", call.sender),
        ("To", call.recipient),
    ]


def signature_headers(world: World, call: Message, url: str, sent: list[tuple[str, str]]) -> dict[str, str]:
    """The header that proves to the app that the request is the phone's."""
    return {"X-Twilio-Signature": webhooks.signature(world.token_of(call.account), url, sent)}


def tell(world: World, call: Message, after: int) -> None:
    """Posts the steps of the call's history from this place on, those the app asked for (the end by default)."""
    url = call.details.get("status_callback", "")
    if not url:
        return
    wanted = call.details.get("status_events") or ["completed"]
    posts = []
    for number, (status, at) in enumerate(call.history[after:], start=after):
        event = _EVENTS.get(status, "completed")
        if event not in wanted:
            continue
        posted = fields(world, call, "initiated" if status == "queued" else status)
        posted += [
            ("CallbackSource", "call-progress-events"),
            ("SequenceNumber", str(number)),
            ("Timestamp", format_datetime(datetime.fromtimestamp(at, UTC))),
        ]
        if event == "completed":
            seconds = duration(call)
            posted += [("CallDuration", str(seconds)), ("Duration", str(-(-seconds // 60)))]
        method = call.details.get("status_method", "POST")
        posts.append(webhooks.Post(url, call.account, posted, method))
    webhooks.send(world, call.sid, posts)
