"""Credentials, world and errors of every Twilio request."""

from flask import Response, g, jsonify, request

from mocksms.core import inbox
from mocksms.core.models import Message
from mocksms.core.worlds import World, Worlds
from mocksms.providers.interface import Provider
from mocksms.providers.twilio.errors import Refusal
from mocksms.shared import basic_log_in


def refused(refusal: Refusal) -> Response:
    """Return an error in the provider's form."""
    response = jsonify(refusal.as_json())
    response.status_code = refusal.status
    if refusal.status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
    return response


def credentials() -> tuple[str, str]:
    """Return user and password of HTTP Basic. Raise :class:`Refusal` 20003."""
    given = basic_log_in.read(request.headers.get("Authorization", ""))
    if given is None or not given[0]:
        raise Refusal(20003)
    return given


def account() -> str:
    """Return the account in the request's path, or ""."""
    return str((request.view_args or {}).get("account", ""))


class Accounts(Provider):
    """A provider whose requests contain an account and its token."""

    def authenticate(self) -> None:
        """Check HTTP Basic (401 20003): any credentials pass unless MOCKSMS_ACCOUNTS names the accepted ones."""
        g.credentials = user, password = credentials()
        if accepted := self.settings.accounts:
            named = account()
            if accepted.get(user) != password or (user.startswith("AC") and named and user != named):
                raise Refusal(20003)

    def chosen_world(self, worlds: Worlds) -> World | None:
        """Return the world whose AccountSid is in the path, else in the credentials."""
        return worlds.of_account(account() or g.credentials[0])

    def entered(self, world: World) -> None:
        """Remember the account's token: callbacks are signed with it, also after a log-in by API key (SK…)."""
        user, password = g.credentials
        named = account()
        if not named or world.tokens.shown.get(named) == password:
            return
        if user == named or not world.tokens.of(named):
            world.tokens.note(named, password)


def only_of(world: World, account: str) -> str:
    """Return the account whose messages alone are shown: this one if MOCKSMS_ACCOUNTS is set, else "" for the whole
    world.
    """
    return account if world.settings.accounts else ""


def found(world: World, account: str, sid: str, channel: str) -> Message:
    """Return the account's message or call with this id. Raise :class:`Refusal` 20404."""
    message = inbox.by_sid(world, sid)
    if message is None or message.channel != channel or only_of(world, account) not in ("", message.account):
        raise Refusal(20404, request.path)
    return message
