"""Twilio's formats: RFC 2822 dates, counts as strings, lists with relative page addresses."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode

from flask import request

from mocksms.core.models import Message
from mocksms.providers.twilio.errors import LATER, Refusal

T = TypeVar("T")
API_VERSION = "2010-04-01"
ACCOUNTS = f"/{API_VERSION}/Accounts"
SERVICES = "/v2/Services"
WHATSAPP = "whatsapp:"
MOST_A_PAGE = 1000


def date(at: float | None) -> str | None:
    """Return a time as RFC 2822; the SDK turns any other form into None."""
    return None if at is None else _rfc2822(int(at))


@lru_cache(maxsize=256)
def _rfc2822(second: int) -> str:
    return format_datetime(datetime.fromtimestamp(second, UTC))


def message_json(message: Message, status: str | None = None) -> dict[str, Any]:
    """Return a message with all its keys; `status` overrides it in the answer to the creation."""
    told = status or message.status
    service, prefix = message.details.get("messaging_service_sid"), message.details.get("address_prefix", "")
    sent = told in ("sent", "delivered", "undelivered", "received")
    uri = f"{ACCOUNTS}/{message.account}/Messages/{message.sid}"
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
        "from": None
        if message.sender in ("", service) or told == "accepted"
        else f"{prefix}{message.sender}",
        "messaging_service_sid": service,
        "num_media": str(len(message.details.get("media", ()))),
        "num_segments": "0" if told == "accepted" else str(message.segments),
        "price": None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": told,
        "subresource_uris": {"media": f"{uri}/Media.json", "feedback": f"{uri}/Feedback.json"},
        "to": f"{prefix}{message.recipient}",
        "uri": f"{uri}.json",
    }


class Place(NamedTuple):
    """The requested page of a list: path, query string, page size, page number and page token."""

    path: str
    query: tuple[tuple[str, str], ...]
    size: int
    page: int
    token: str

    def address(self, page: int, token: str) -> str:
        """Return the relative address of another page of the list, with the same filters."""
        kept = [(name, value) for name, value in self.query if name not in ("Page", "PageToken", "PageSize")]
        kept += [("PageSize", str(self.size)), ("Page", str(page))]
        return f"{self.path}?{urlencode([*kept, ('PageToken', token)] if token else kept)}"


def asked_page() -> tuple[int, int, str]:
    """Return size, number and token of the requested page. Raise :class:`Refusal` 20001.

    Only a token leads past the first page, as at the provider.
    """
    size, number, token = (request.args.get(name, "") for name in ("PageSize", "Page", "PageToken"))
    for name, text in (("PageSize", size), ("Page", number)):
        if text and not re.fullmatch(r"[0-9]{1,9}", text):
            raise Refusal(20001, name)
    if int(number or 0) > 0 and not token:
        raise Refusal(20001, "PageToken")
    return min(max(int(size or 50), 1), MOST_A_PAGE), int(number or 0), token


def page_json(
    key: str,
    place: Place,
    found: list[T],
    as_json: Callable[[T], dict[str, Any]],
    token_of: Callable[[T], str],
) -> dict[str, Any]:
    """Return one page of a list. `found` holds up to one item more than the page if there is a next page."""
    shown = found[: place.size]
    more = len(found) > place.size
    return {
        key: [as_json(item) for item in shown],
        "page": place.page,
        "page_size": place.size,
        "start": place.page * place.size,
        "end": place.page * place.size + max(len(shown) - 1, 0),
        "uri": place.address(place.page, place.token),
        "first_page_uri": place.address(0, ""),
        "next_page_uri": place.address(place.page + 1, token_of(shown[-1])) if more else None,
        "previous_page_uri": place.address(0, "") if place.page else None,
    }


def token_of(last: Message) -> str:
    """Return the PageToken of the page that begins after this message or call."""
    return f"PA{last.created_at!r}_{last.id}"


def after_token(token: str) -> tuple[float, int] | None:
    """Return the time and id of a PageToken, None for the first page. Raise :class:`Refusal` 20001."""
    if not token:
        return None
    if (found := re.fullmatch(r"PA([0-9]{1,12}(?:\.[0-9]{1,9})?)_(-?[0-9]{1,18})", token)) is None:
        raise Refusal(20001, "PageToken")
    return float(found[1]), int(found[2])
