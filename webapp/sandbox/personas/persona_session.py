"""A browser at which a persona sits down: what the steps of an arrival work on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, cast

from flask import url_for

from webapp.flows.state_machine import StateMachine
from webapp.pages import auth, guards
from webapp.rules.links import token_hash
from webapp.rules.visitor import Visitor
from webapp.services.context import Outbound, Services
from webapp.store import accounts
from webapp.store.accounts import Account
from webapp.store.flows import Flow


class Overheard:
    """The way out, listened to: everything leaves as ever, and the last code is known here."""

    def __init__(self, post: Outbound) -> None:
        self._post = post
        self.code = ""

    def send_code(self, *, channel: str, to: str, code: str, language: str) -> str | None:
        """Send a code on and keep it. Raises DeliveryFailed."""
        self.code = code
        return self._post.send_code(channel=channel, to=to, code=code, language=language)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._post, name)


@dataclass
class Seat:
    """A browser at which a persona sits down; ``trust`` is the trust cookie that it is to hold (own part of its name,
    value), ``session`` the hash of the session it is signed in by."""

    plain_services: Services
    visitor: Visitor
    key: str
    email: str
    password: str
    name: str
    phone: str
    trust: tuple[str, str] | None = None
    session: bytes = b""

    def __post_init__(self) -> None:
        self.heard = Overheard(self.plain_services.outbound)
        self.services = replace(self.plain_services, outbound=cast(Outbound, self.heard))

    @property
    def account(self) -> Account:
        """The account as it is now. Raises LookupError."""
        with self.services.store.reading() as db:
            return accounts.get(db, self.key)

    def hold(self, token: str) -> None:
        """Hand the browser a session, as a sign-in does."""
        auth.put_session(token, self.account)
        self.session = token_hash(token)

    def at(self, table: StateMachine, flow: Flow) -> str:
        """Let the browser be in a flow; the path of its page."""
        guards.keep_flow(flow)
        return url_for(table.pages[flow.state] or "account.services")


def nobody(_name: str) -> str | None:
    """A browser without cookies."""
    return None
