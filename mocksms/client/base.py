"""The base of all clients: the phone's address, the world, and reading messages."""

from collections.abc import Mapping
from typing import Any, Self

from mocksms.api.paths import API, HEALTH
from mocksms.client.login import login_of, without_login
from mocksms.client.messages import Received
from mocksms.client.steps import Request, Steps, api_call
from mocksms.core.world_names import DEFAULT, account_sid

HTTP_SECONDS = 70.0


class PhoneWorld:
    """One world of a running phone."""

    def __init__(self, base_url: str, world: str, smtp_port: int | None, transport: Any) -> None:
        self.address = base_url  # perhaps with a log-in: not to be shown
        self.url = without_login(base_url).rstrip("/")
        self.world = world
        self.smtp_port = smtp_port
        self.transport = transport
        self.awaited_addresses: list[str] = []
        self._given: dict[str, int] = {}
        self._made_world = False

    def _settings(self) -> dict[str, Any]:
        return {
            "base_url": self.url,
            "headers": {"X-World": self.world},
            "auth": login_of(self.address),
            "timeout": HTTP_SECONDS,
            "trust_env": False,
            "verify": self.url.startswith("https:"),  # to load the certificates takes 30 ms
        }

    @property
    def account_sid(self) -> str:
        """Return the AccountSid with which a sender's SDK sends into this world."""
        return account_sid(self.world)

    def mailbox(self, address: str) -> str:
        """Return a mailbox of this world: the address with the world as its plus-tag."""
        local, _, host = address.partition("@")
        return address if self.world == DEFAULT else f"{local}+{self.world}@{host}"

    def beside(self, world: str) -> Self:
        """Return a client of another world of the same phone; the caller closes it."""
        return type(self)(self.address, world, self.smtp_port, self.transport)

    def keep_world(self) -> None:
        """Keep the world that `with` created when the block ends."""
        self._made_world = False

    @api_call
    def check(self) -> Steps[None]:
        """Raise :class:`NotAPhone` if something else answers at the address."""
        yield Request("GET", HEALTH, may_fail=True)

    @api_call
    def messages(self, /, **filters: Any) -> Steps[list[Received]]:
        """Return messages, newest first; filters are the API's (`channel`, `to`, `sender`, `q`, `since`, `limit`)."""
        found = (yield get(f"{API}/messages", filters)).json()["messages"]
        return [Received(fields) for fields in found]

    @api_call
    def message(self, message_id: int) -> Steps[Received]:
        """Return one message with its checks and its raw source."""
        return Received((yield get(f"{API}/messages/{message_id}", {})).json())

    @api_call
    def attachments(self, message_id: int) -> Steps[list[dict[str, Any]]]:
        """Return `number`, `name`, `type`, `size` (bytes) and `url` of each attachment of a mail, in its order."""
        answer = yield get(f"{API}/messages/{message_id}/attachments", {})
        found: list[dict[str, Any]] = answer.json()["attachments"]
        return found

    @api_call
    def attachment(self, message_id: int, number: int = 0) -> Steps[bytes]:
        """Return the content of an attachment of a mail. They are numbered from 0."""
        return (yield get(f"{API}/messages/{message_id}/attachments/{number}", {})).content

    @api_call
    def eml(self, message_id: int) -> Steps[bytes]:
        """Return the source of a mail, byte for byte."""
        return (yield get(f"{API}/messages/{message_id}/mail.eml", {})).content

    @api_call
    def last_id(self) -> Steps[int]:
        """Return the id of the newest message, 0 without one: `since` for "from now on"."""
        found = yield from PhoneWorld.messages.steps(self, limit=1)
        return int(found[0].id) if found else 0


def get(path: str, filters: Mapping[str, Any], waits: bool = False) -> Request:
    """Return a request for what matches the filters."""
    return Request("GET", path, {"params": query(filters)}, waits=waits)


def query(filters: Mapping[str, Any]) -> dict[str, str]:
    """Return filters in the form of the API's query; `sender` becomes `from`, None is omitted."""
    return {
        ("from" if name == "sender" else name): str(value)
        for name, value in filters.items()
        if value is not None
    }
