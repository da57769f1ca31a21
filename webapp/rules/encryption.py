"""Encryption of stored secrets, with a key that is not in the database (docs/promises.md#8)."""

from __future__ import annotations

import base64
import binascii
import secrets
from functools import cached_property
from typing import TYPE_CHECKING

from webapp.errors import SealBroken

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

KEY_BYTES = 32
_VERSION = b"\x01"
_NONCE_BYTES = 12


class Seal:
    """ChaCha20-Poly1305 (RFC 8439) over ``version ‖ nonce ‖ ciphertext``.

    It seals with ``key`` and opens with it and all ``older`` ones, so that a key can be changed while rows sealed
    with the last one remain.
    """

    def __init__(self, key: bytes, *older: bytes) -> None:
        for each in (key, *older):
            if len(each) != KEY_BYTES:
                raise ValueError(f"a sealing key has {KEY_BYTES} bytes, this one {len(each)}")
        self._keys = (key, *older)

    @cached_property
    def _ciphers(self) -> list[ChaCha20Poly1305]:
        # Seven MiB, needed only in a process that reads a secret or a document.
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        return [ChaCha20Poly1305(each) for each in self._keys]

    def seal(self, plain: bytes, context: str) -> bytes:
        """Return ``plain`` sealed for ``context`` (such as "factor:12"): in another row it can't be opened."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _VERSION + nonce + self._ciphers[0].encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Return what was sealed for ``context``. Raises SealBroken."""
        if sealed[:1] != _VERSION or len(sealed) <= 1 + _NONCE_BYTES:
            raise SealBroken("not sealed by this site")
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        from cryptography.exceptions import InvalidTag  # see `_ciphers`

        for cipher in self._ciphers:
            try:
                return cipher.decrypt(nonce, body, context.encode())
            except InvalidTag:
                continue
        raise SealBroken("tampered with, moved, or sealed with a key that is gone")


def read_key(text: str) -> bytes:
    """Return the key written in ``text``: 32 bytes as URL-safe or plain base64, or as 64 hex digits.

    Raises ValueError without repeating the text.
    """
    written = text.strip()
    try:
        if len(written) == 2 * KEY_BYTES:
            return bytes.fromhex(written)
        padded = written.rstrip("=") + "=" * (-len(written.rstrip("=")) % 4)
        key = base64.b64decode(padded.replace("-", "+").replace("_", "/"), validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError(f"a sealing key is {KEY_BYTES} bytes in base64 or hex")
    return key


def new_key_text() -> str:
    """Return a fresh key in the form ``read_key`` takes."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()
