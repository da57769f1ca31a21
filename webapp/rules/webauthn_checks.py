"""Checks of a browser's answer about a passkey (WebAuthn Level 2, 7.1 and 7.2).

The ceremony is the ``webauthn`` package's. The demands are here: this site, this challenge, discoverable, the person
verified by the device. The package is heavy and few requests need it, so it is imported at its first use.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from webapp.errors import PasskeyRefused

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

TIMEOUT_MILLISECONDS = 300_000
CHALLENGE_BYTES = 32
LARGEST_ANSWER = 20_000


class Site(NamedTuple):
    """The relying party. Its id is the host name, its origin the one that browsers must report."""

    id: str
    origin: str
    name: str = "Mihon"


class Credential(NamedTuple):
    """A new credential, checked to be fresh and ours."""

    id: bytes
    public_key: bytes
    sign_count: int
    is_synced: bool


def user_handle(account_id: str, pepper: bytes) -> bytes:
    """Return the account's stable name for authenticators, which discloses nothing (WebAuthn 14.6.1)."""
    return hmac.new(pepper, b"passkey:" + account_id.encode(), hashlib.sha256).digest()


def creation_options(
    site: Site, challenge: bytes, handle: bytes, login: str, name: str, known: list[bytes]
) -> dict[str, Any]:
    """Return options for ``navigator.credentials.create``, as JSON. ``known`` credentials are not made twice."""
    import webauthn
    from webauthn.helpers import structs

    options = webauthn.generate_registration_options(
        rp_id=site.id,
        rp_name=site.name,
        user_id=handle,
        user_name=login,
        user_display_name=name,
        challenge=challenge,
        timeout=TIMEOUT_MILLISECONDS,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(known),
    )
    return _as_json(webauthn.options_to_json(options))


def request_options(site: Site, challenge: bytes, allowed: list[bytes]) -> dict[str, Any]:
    """Return options for ``navigator.credentials.get``. Without ``allowed``, the device offers what it has."""
    import webauthn
    from webauthn.helpers import structs

    options = webauthn.generate_authentication_options(
        rp_id=site.id,
        challenge=challenge,
        timeout=TIMEOUT_MILLISECONDS,
        allow_credentials=_descriptors(allowed),
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return _as_json(webauthn.options_to_json(options))


def check_creation(site: Site, challenge: bytes, answer: str) -> Credential:
    """Check the browser's answer to `creation_options`.

    Raises:
        PasskeyRefused: a part of it is wrong.
    """
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        verified = webauthn.verify_registration_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=site.id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as refused:
        raise PasskeyRefused(str(refused)) from None
    return Credential(
        verified.credential_id,
        verified.credential_public_key,
        verified.sign_count,
        verified.credential_backed_up,
    )


def credential_id(answer: str) -> bytes:
    """Return the credential that a browser answers with. It proves nothing.

    Raises:
        PasskeyRefused: the answer can't be read.
    """
    from webauthn.helpers import base64url_to_bytes

    try:
        return base64url_to_bytes(str(_read(answer)["rawId"]))
    except (ValueError, KeyError) as unreadable:
        raise PasskeyRefused(str(unreadable)) from None


def answered_challenge(answer: str) -> bytes:
    """Return the challenge that a device answered, of either kind. It proves nothing.

    Raises:
        PasskeyRefused: the answer can't be read.
    """
    from webauthn.helpers import base64url_to_bytes, parse_client_data_json
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        client_data = base64url_to_bytes(_read(answer)["response"]["clientDataJSON"])
        return parse_client_data_json(client_data).challenge
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, RecursionError) as unreadable:
        raise PasskeyRefused(str(unreadable)) from None


def check_request(
    site: Site, challenge: bytes, answer: str, public_key: bytes, sign_count: int, handle: bytes
) -> int:
    """Check the browser's answer to `request_options` against the passkey with this key and counter.

    Return the authenticator's new counter.

    Raises:
        PasskeyRefused: wrong challenge, origin or signature, person not verified, counter not grown, or the handle
            of another account.
    """
    import webauthn
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.exceptions import WebAuthnException

    read = _read(answer)
    try:
        told = read["response"].get("userHandle")
        if told and not hmac.compare_digest(base64url_to_bytes(told), handle):
            raise PasskeyRefused("another account's handle")
        verified = webauthn.verify_authentication_response(
            credential=read,
            expected_challenge=challenge,
            expected_rp_id=site.id,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError) as refused:
        raise PasskeyRefused(str(refused)) from None
    return verified.new_sign_count


def _descriptors(known: list[bytes]) -> list[PublicKeyCredentialDescriptor]:
    from webauthn.helpers import structs

    return [structs.PublicKeyCredentialDescriptor(id=each) for each in known]


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > LARGEST_ANSWER:
        raise PasskeyRefused("too large")
    try:
        read = json.loads(answer)
    except (ValueError, RecursionError) as unreadable:
        raise PasskeyRefused(str(unreadable)) from None
    if not isinstance(read, dict):
        raise PasskeyRefused("no object")
    return read


def _as_json(text: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(text)
    return read
