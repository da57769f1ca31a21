"""Signed links: the salt is the purpose, the age is checked. Single use is up to the row they point at."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from itsdangerous import BadSignature, SignatureExpired, TimestampSigner

from webapp.errors import LinkExpired, LinkTampered
from webapp.rules.signing import TokenSerializer

TOKEN_BYTES = 24


class Signer:
    """Signs short payloads (ids) for one purpose each. The purpose is the salt."""

    def __init__(self, secret: str | bytes) -> None:
        self._secret = secret

    def sign(self, purpose: str, payload: str, now: float) -> str:
        """Return a URL-safe token for ``payload``, made at ``now`` (unix seconds, the site's clock)."""
        return str(self._serializer(purpose, now).dumps(payload))

    def read(self, purpose: str, token: str, max_age_seconds: float, now: float) -> str:
        """Return the payload of ``token``. Raises LinkExpired or LinkTampered."""
        try:
            payload = self._serializer(purpose, now).loads(token, max_age=int(max_age_seconds))
        except SignatureExpired:
            raise LinkExpired("this link has expired") from None
        except BadSignature:
            raise LinkTampered("this link is not one of ours") from None
        if not isinstance(payload, str):
            raise LinkTampered("this link is not one of ours")
        return payload

    def _serializer(self, purpose: str, now: float) -> TokenSerializer:
        return TokenSerializer(
            self._secret, salt=f"nidankai.{purpose}", signer=_SignerAt, signer_kwargs={"now": now}
        )


class _SignerAt(TimestampSigner):
    """A signer with a given time. The library's reads the system's clock and ignores a moved one."""

    def __init__(self, secret_key: str | bytes, *, now: float, **kwargs: Any) -> None:
        super().__init__(secret_key, key_derivation="hmac", digest_method=hashlib.sha256, **kwargs)
        self._now = now

    def get_timestamp(self) -> int:
        return int(self._now)


def new_token() -> str:
    """Return an unguessable URL-safe token of 192 bits (docs/promises.md#33, #44 ask for 128)."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """Return what is stored of a token: enough to find it, not to use it (docs/promises.md#33)."""
    return hashlib.sha256(token.encode()).digest()
