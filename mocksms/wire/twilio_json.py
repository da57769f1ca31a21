"""Twilio's way of writing things: RFC 2822 dates, counts as strings, lists with relative page addresses."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from mocksms.models import Message
from mocksms.wire.twilio_errors import LATER

API_VERSION = "2010-04-01"


def date(at: float | None) -> str | None:
    """A time as RFC 2822; the SDK turns any other form into None."""
    return None if at is None else format_datetime(datetime.fromtimestamp(int(at), UTC))


def message_json(message: Message, status: str | None = None) -> dict[str, Any]:
    """A message with all its keys; `status` where it is still told as it was at its creation."""
    told = status or message.status
    sent = told in ("sent", "delivered", "undelivered", "received")
    uri = f"/{API_VERSION}/Accounts/{message.account}/Messages/{message.sid}"
    return {
        "account_sid": message.account,
        "api_version": API_VERSION,
        "body": message.body,
        "date_created": date(message.created_at),
        "date_sent": date(message.received_at) if sent else None,
        "date_updated": date(message.updated_at),
        "direction": "outbound-api" if message.direction == "in" else "inbound",
        "error_code": message.error_code,
        "error_message": LATER.get(message.error_code) if message.error_code else None,
        "from": message.sender or None,
        "messaging_service_sid": message.details.get("messaging_service_sid"),
        "num_media": str(len(message.details.get("media", ()))),
        "num_segments": "0" if told == "accepted" else str(message.segments),
        "price": None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": told,
        "subresource_uris": {"media": f"{uri}/Media.json", "feedback": f"{uri}/Feedback.json"},
        "to": message.recipient,
        "uri": f"{uri}.json",
    }


def page_json(
    key: str,
    path: str,
    filters: Iterable[tuple[str, str]],
    size: int,
    page: int,
    token: str,
    found: list[Any],
    as_json: Callable[[Any], dict[str, Any]],
    token_of: Callable[[Any], str],
) -> dict[str, Any]:
    """One page of a list. `found` holds up to one item more than the page: then there is a next page."""
    kept = [(name, value) for name, value in filters if name not in ("Page", "PageToken", "PageSize")]

    def address(number: int, page_token: str) -> str:
        extra = [("PageSize", str(size)), ("Page", str(number))]
        return f"{path}?{urlencode([*kept, *extra, *([('PageToken', page_token)] if page_token else [])])}"

    shown = found[:size]
    return {
        key: [as_json(item) for item in shown],
        "page": page,
        "page_size": size,
        "start": page * size,
        "end": page * size + max(len(shown) - 1, 0),
        "uri": address(page, token),
        "first_page_uri": address(0, ""),
        "next_page_uri": address(page + 1, token_of(shown[-1])) if len(found) > size else None,
        "previous_page_uri": None if page == 0 else address(0, ""),
    }
