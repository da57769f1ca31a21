"""Twilio's own SDK, sending to a phone."""

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mocksms.shared.network import is_loopback

if TYPE_CHECKING:
    from twilio.rest import Client


def twilio_client(base_url: str, account_sid: str = "AC" + "0" * 32, token: str = "any") -> "Client":  # noqa: S107
    """Return Twilio's own SDK, sending to the phone at `base_url`: the provider's host is replaced in each request.

    For a phone on this machine it ignores the environment's proxy.
    """
    from twilio.http.http_client import TwilioHttpClient  # the SDK is optional
    from twilio.rest import Client

    class _ToThePhone(TwilioHttpClient):
        def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
            return super().request(
                method, re.sub(r"\Ahttps://[^/]+", base_url.rstrip("/"), url), *args, **kwargs
            )

    http_client = _ToThePhone()
    if is_loopback(urlsplit(base_url).hostname or "") and http_client.session is not None:
        http_client.session.trust_env = False
    return Client(account_sid, token, http_client=http_client)
