"""Twilio's own SDK, pointed at a phone."""

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twilio.rest import Client


def twilio_client(base_url: str, account_sid: str = "AC" + "0" * 32, token: str = "any") -> "Client":  # noqa: S107
    """Return Twilio's own SDK, sending to the phone at `base_url`: the provider's host is swapped in each request."""
    from twilio.http.http_client import TwilioHttpClient  # the SDK is no requirement of the phone
    from twilio.rest import Client

    class _ToThePhone(TwilioHttpClient):
        def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
            return super().request(
                method, re.sub(r"\Ahttps://[^/]+", base_url.rstrip("/"), url), *args, **kwargs
            )

    return Client(account_sid, token, http_client=_ToThePhone())
