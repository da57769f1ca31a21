"""What every request of the Twilio wire begins with: credentials and world; and how one is refused."""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping

from flask import Response, jsonify, request

from mocksms.core import inbox
from mocksms.core.models import Message
from mocksms.core.worlds import World
from mocksms.providers.twilio.errors import Refusal


def refused(refusal: Refusal) -> Response:
    """Return an error as the provider words it."""
    response = jsonify(refusal.as_json())
    response.status_code = refusal.status
    if refusal.status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
    return response


def credentials() -> tuple[str, str]:
    """Return user and password of HTTP Basic. Raises :class:`Refusal` 20003."""
    kind, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        raise Refusal(20003)
    try:
        user, _, password = b64decode(encoded, validate=True).decode().partition(":")
    except (Base64Error, UnicodeDecodeError):
        raise Refusal(20003) from None
    if not user:
        raise Refusal(20003)
    return user, password


def account() -> str:
    """Return the account in the request's path, "" where there is none."""
    return str((request.view_args or {}).get("account", ""))


def check(accepted: Mapping[str, str]) -> None:
    """Refuse credentials that are not among the accepted ones (401 20003); any pass when none are listed."""
    user, password = credentials()
    if accepted:
        named = account()
        if accepted.get(user) != password or (user.startswith("AC") and named and user != named):
            raise Refusal(20003)


def keep_token(world: World) -> None:
    """Keep the account's token: callbacks are signed with it, also where an API key (SK…) was shown."""
    user, password = credentials()
    named = account()
    if not named or world.tokens.shown.get(named) == password:
        return
    if user == named or not world.tokens.of(named):
        world.tokens.note(named, password)


def only_of(world: World, account: str) -> str:
    """Return the account whose messages alone are shown: this one where MOCKSMS_ACCOUNTS makes accounts strict, else
    "" for all of the world.
    """
    return account if world.settings.accounts else ""


def found(world: World, account: str, sid: str, channel: str) -> Message:
    """Return the account's message or call with this id. Raises :class:`Refusal` 20404."""
    message = inbox.by_sid(world, sid)
    if message is None or message.channel != channel or only_of(world, account) not in ("", message.account):
        raise Refusal(20404, request.path)
    return message
