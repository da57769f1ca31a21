"""Codes of an authenticator app (RFC 6238 over SHA-1, six digits, steps of 30 seconds)."""

from __future__ import annotations

import hashlib
import hmac

import pyotp

STEP_SECONDS = 30
SECRET_CHARACTERS = 32  # of base32: 160 bits, the length RFC 4226 R6 recommends
ISSUER = "Mihon"


def new_secret() -> str:
    """A fresh secret in base32: 20 bytes from the system's generator (docs/promises.md#6)."""
    return pyotp.random_base32(SECRET_CHARACTERS)


def step_at(now: float) -> int:
    """The number of the step that ``now`` (Unix seconds) lies in (RFC 6238 4.2)."""
    return int(now // STEP_SECONDS)


def code_at(secret: str, step: int) -> str:
    """The six digits that an app shows during ``step``."""
    return pyotp.TOTP(secret).generate_otp(step)


def matching_steps(secret: str, typed: str, now: float, window: int) -> list[int]:
    """The steps within ``window`` of now whose code is ``typed``, oldest first; usually none or one.

    pyotp's ``verify`` tells only yes or no; the step is what replay protection remembers (RFC 6238 5.2).
    """
    here = step_at(now)
    return [
        step
        for step in range(here - window, here + window + 1)
        if hmac.compare_digest(code_at(secret, step), typed)
    ]


def provisioning_uri(secret: str, account_name: str) -> str:
    """The ``otpauth:`` address inside the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account_name, issuer_name=ISSUER)


def key_groups(secret: str) -> list[str]:
    """The key as people copy it by hand: groups of four characters."""
    return [secret[at : at + 4] for at in range(0, len(secret), 4)]


def mark(secret: str, pepper: bytes) -> bytes:
    """What tells two equal secrets without opening either (one secret is never two methods)."""
    return hmac.new(pepper, b"totp:" + secret.encode(), hashlib.sha256).digest()
