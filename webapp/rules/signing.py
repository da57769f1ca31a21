"""What cookies, forms and links are signed with: itsdangerous' own tokens, made with less work for each."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from itsdangerous.encoding import base64_encode, want_bytes

COMPRESSED_FROM = 512
"""Payloads of so many bytes are compressed, if that makes them shorter. Our shorter ones are random ids: it doesn't."""
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class CompactJson:
    """The library's JSON, with one encoder for all tokens."""

    loads = staticmethod(json.loads)
    dumps = staticmethod(_COMPACT.encode)


class KeptKeySigner(TimestampSigner):
    """The library's signer, which derives each key once."""

    default_digest_method = staticmethod(hashlib.sha1)  # the library's default asks for it at each use

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._keys: dict[bytes, bytes] = {}

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        """Return the key for ``secret_key``, by default the newest."""
        secret = self.secret_keys[-1] if secret_key is None else want_bytes(secret_key)
        key = self._keys.get(secret)
        if key is None:
            key = self._keys[secret] = super().derive_key(secret)
        return key


class TokenSerializer(URLSafeTimedSerializer):
    """The library's serializer, which keeps its signer. Each reads what the other wrote."""

    default_signer = KeptKeySigner
    default_serializer = CompactJson

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._signer = super().make_signer(self.salt)

    def make_signer(self, salt: str | bytes | None = None) -> Any:
        """Return the signer for ``salt``, by default the serializer's own."""
        return self._signer if salt is None or salt == self.salt else super().make_signer(salt)

    def dump_payload(self, obj: Any) -> bytes:
        """Return the payload as it is sent."""
        payload = want_bytes(self.serializer.dumps(obj, **self.serializer_kwargs))
        return super().dump_payload(obj) if len(payload) >= COMPRESSED_FROM else base64_encode(payload)
