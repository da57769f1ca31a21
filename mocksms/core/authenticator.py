"""The handset's authenticator app (RFC 6238): entries by key, otpauth: address or picture of the QR code."""

import base64
import binascii
import hashlib
import re
from typing import Literal, NamedTuple, cast
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp

from mocksms import store
from mocksms.core import qr_reader
from mocksms.core.worlds import World
from mocksms.shared.normal_forms import normalise

Algorithm = Literal["SHA1", "SHA256", "SHA512"]
_DIGESTS = {"SHA1": hashlib.sha1, "SHA256": hashlib.sha256, "SHA512": hashlib.sha512}


class BadKey(ValueError):
    """The key, address or picture is invalid.

    `reason` is one of: empty, not_base32, too_short, not_totp, bad_parameters, no_qr, not_a_picture.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _AnyLength(pyotp.TOTP):
    """TOTP that also takes keys under 112 bits: many sites still use 80 bits, and every real app accepts them."""

    def byte_secret(self) -> bytes:
        return base64.b32decode(self.secret + "=" * (-len(self.secret) % 8), casefold=True)


class Entry(NamedTuple):
    """One account in the app. `secret` is base32 without padding, `period` in seconds."""

    id: int
    handset: str
    issuer: str
    name: str
    secret: str
    digits: int = 6
    period: int = 30
    algorithm: Algorithm = "SHA1"

    def code(self, at: float) -> str:
        """Return the code at this time (Unix seconds)."""
        totp = _AnyLength(
            self.secret, digits=self.digits, interval=self.period, digest=_DIGESTS[self.algorithm]
        )
        return totp.at(int(at))

    def seconds_left(self, at: float) -> float:
        """Return how long the code at this time is still shown."""
        return self.period - at % self.period


def clean_key(key: str) -> str:
    """Return a typed key as base32 capitals without spaces, hyphens and padding. Raise :class:`BadKey`."""
    text = re.sub(r"[\s\-=]", "", normalise(key)).upper()
    if not text:
        raise BadKey("empty")
    try:
        raw = base64.b32decode(text + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError):
        raise BadKey("not_base32") from None
    if len(raw) < 10:
        raise BadKey("too_short")
    return text


def parse_uri(uri: str) -> Entry:
    """Parse an `otpauth://totp/…` address into an entry (id 0, no handset). Raise :class:`BadKey`."""
    try:
        parts = urlsplit(uri.strip())
    except ValueError:
        raise BadKey("not_totp") from None
    if parts.scheme != "otpauth" or parts.netloc.lower() != "totp":
        raise BadKey("not_totp")
    fields = {name: values[0] for name, values in parse_qs(parts.query).items()}
    issuer, name = _label(parts.path.lstrip("/"), fields.get("issuer", ""))
    try:
        digits, period = int(fields.get("digits", "6")), int(fields.get("period", "30"))
    except ValueError:
        raise BadKey("bad_parameters") from None
    algorithm = fields.get("algorithm", "SHA1").upper()
    if algorithm not in _DIGESTS or not 6 <= digits <= 8 or not 5 <= period <= 300:
        raise BadKey("bad_parameters")
    return Entry(
        id=0, handset="", issuer=issuer.strip()[:80], name=name.strip()[:120],
        secret=clean_key(fields.get("secret", "")), digits=digits, period=period, algorithm=cast(Algorithm, algorithm),
    )  # fmt: skip


def _label(written: str, issuer: str) -> tuple[str, str]:
    """Return issuer and account of a label. The issuer may contain a colon; then the issuer parameter shows where it
    ends.
    """
    label = unquote(written)
    if issuer and label.lower().startswith(f"{issuer.lower()}:"):
        return issuer, label[len(issuer) + 1 :]
    # an unquoted colon always separates issuer and account
    before, colon, after = (unquote(part) for part in written.partition(":"))
    if not colon:
        before, colon, after = label.partition(":")
    return (issuer or before, after) if colon else (issuer, label)


def add(world: World, handset: str, secret: str, name: str = "", issuer: str = "") -> Entry:
    """Add an entry to a handset's app by its key or `otpauth:` address. Raise :class:`BadKey`.

    `name` and `issuer` override the address. Adding the same key to a handset again changes nothing.
    """
    text = secret.strip()
    entry = parse_uri(text) if text.lower().startswith("otpauth:") else Entry(0, "", "", "", clean_key(text))
    for known in entries(world, handset):
        if (known.secret, known.digits, known.period) == (entry.secret, entry.digits, entry.period):
            return known
    issuer, name = issuer.strip()[:80] or entry.issuer, name.strip()[:120] or entry.name
    values = (handset, issuer, name, entry.secret, entry.digits, entry.period, entry.algorithm, world.now())
    with world.store.writing() as db:
        entry_id = store.authenticators.add(db, values)
    return Entry(entry_id, handset, issuer, name, entry.secret, entry.digits, entry.period, entry.algorithm)


def entries(world: World, handset: str) -> list[Entry]:
    """Return the entries of a handset's app, oldest first."""
    with world.store.reading() as db:
        return [Entry(*row) for row in store.authenticators.entries(db, handset)]


def remove(world: World, handset: str, entry_id: int) -> bool:
    """Delete an entry. Return True if it existed."""
    with world.store.writing() as db:
        return store.authenticators.remove(db, handset, entry_id)


def read_qr(picture: bytes) -> str:
    """Return the text of the QR code in a picture (PNG, JPEG, WebP, GIF, BMP). Raise :class:`BadKey`."""
    try:
        return qr_reader.decode_qr(picture)
    except qr_reader.Unreadable as error:
        raise BadKey(error.reason) from None
