"""The calls of the tester API, defined once for all clients."""

import base64
from typing import Any, Generic, TypeVar

import httpx

from mocksms.api.paths import API
from mocksms.client.base import get, query
from mocksms.client.messages import ApiObject, Received
from mocksms.client.steps import Request, Steps, api_call
from mocksms.client.waits import C, Waits
from mocksms.core.world_names import DEFAULT

A = TypeVar("A")


class PhoneCalls(Waits[C], Generic[C, A]):
    """The calls of one world of a running phone. `C` is the class of a call, `A` of an authenticator."""

    def _authenticator(self, entry: ApiObject) -> A:
        raise NotImplementedError

    @api_call
    def requests(self, /, **filters: Any) -> Steps[list[ApiObject]]:
        """Return senders' requests to the providers, newest first, refused ones included.

        Filters are the API's: `wire`, `to`, `verdict` (accepted or refused), `since`, `limit`. Requests that name no
        world are in the default one.
        """
        found = (yield get(f"{API}/requests", filters)).json()["requests"]
        return [ApiObject(fields) for fields in found]

    # -- changing ----------------------------------------------------------------------------------------------------

    @api_call
    def delete(self, /, **filters: Any) -> Steps[int]:
        """Delete the messages that match, all without filters. Return how many were deleted."""
        answer = yield Request("DELETE", f"{API}/messages", {"params": query(filters)})
        return int(answer.json()["deleted"])

    @api_call
    def authenticator(
        self, key: str | bytes, handset: str = "", name: str = "", issuer: str = ""
    ) -> Steps[A]:
        """Add an account to the world's authenticator and return it.

        `key` is the key or the `otpauth:` address, or the bytes of a picture with its QR code. The account is shown on
        the `handset` of this number, if one is given.
        """
        how = (
            "picture"
            if isinstance(key, bytes)
            else "uri"
            if key.strip().lower().startswith("otpauth:")
            else "key"
        )
        text = base64.b64encode(key).decode() if isinstance(key, bytes) else key
        named = {"handset": handset, "name": name, "issuer": issuer}
        body = {how: text, **{part: value for part, value in named.items() if value}}
        answer = yield Request("POST", f"{API}/authenticators", {"json": body})
        return self._authenticator(ApiObject(answer.json()))

    @api_call
    def reset(self) -> Steps[None]:
        """Reset the world: messages, handsets, authenticators, faults, clock."""
        yield Request("POST", f"{API}/reset")
        self._given.clear()

    @api_call
    def reply(self, handset: str, to: str, body: str) -> Steps[Received]:
        """Send a text typed on a handset."""
        answer = yield Request("POST", f"{API}/replies", {"json": {"from": handset, "to": to, "body": body}})
        return Received(answer.json())

    @api_call
    def set_webhook(self, number: str, url: str) -> Steps[None]:
        """Set where texts typed to a number are posted."""
        yield Request("PUT", f"{API}/numbers/{number}", {"json": {"sms_url": url}})

    @api_call
    def worlds(self) -> Steps[list[dict[str, str]]]:
        """Return name and account_sid of each world."""
        found: list[dict[str, str]] = (yield Request("GET", f"{API}/worlds")).json()["worlds"]
        return found

    @api_call
    def make_world(self) -> Steps[bool]:
        """Create this world. Return False if it already exists."""
        is_new = (yield Request("PUT", f"{API}/worlds/{self.world}")).status_code == 201
        if is_new:
            self._given.clear()  # their ids were another world's
        return is_new

    @api_call
    def delete_world(self) -> Steps[None]:
        """Delete this world and all in it (the default one can only be reset)."""
        yield Request("DELETE", f"{API}/worlds/{self.world}")

    @api_call
    def lease_number(self, country: str = "") -> Steps[str]:
        """Reserve a mobile number: what is sent to it arrives in this world, whatever the AccountSid.

        `country` has two letters and defaults to the phone's own. The lease ends with the world.
        """
        wanted = {"kind": "number", **({"country": country} if country else {})}
        return str((yield Request("POST", f"{API}/leases", {"json": wanted})).json()["address"])

    @api_call
    def lease_mailbox(self) -> Steps[str]:
        """Reserve a mailbox: what is sent to it arrives in this world. The lease ends with the world."""
        return str((yield Request("POST", f"{API}/leases", {"json": {"kind": "mailbox"}})).json()["address"])

    @api_call
    def move_clock(self, offset: float) -> Steps[None]:
        """Set the phone's clock to real time plus this many seconds."""
        yield Request("PUT", f"{API}/clock", {"json": {"offset": offset}})

    @api_call
    def send(self, /, method: str, path: str, **content: Any) -> Steps[httpx.Response]:
        """Send one request to the phone in this world. Raise :class:`PhoneError` when the phone refuses it."""
        return (yield Request(method, path, content))

    def _enter(self) -> Steps[None]:
        self._made_world = self.world != DEFAULT and (yield from PhoneCalls.make_world.steps(self))

    def _leave(self) -> Steps[None]:
        if self._made_world:
            # 404 when the test deleted it
            yield Request("DELETE", f"{API}/worlds/{self.world}", may_fail=True)
