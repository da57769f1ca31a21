"""Codes of an authenticator app (RFC 6238 over SHA-1, six digits, steps of 30 seconds)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

import pyotp

STEP_SECONDS = 30
SECRET_BYTES = 20  # the length RFC 4226 R6 recommends
ISSUER = "Mihon"


def new_secret() -> str:
    """Return a fresh secret in base32: 20 bytes from the system's generator (docs/promises.md#6)."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def step_at(now: float) -> int:
    """Return the number of the step of ``now``, in Unix seconds (RFC 6238 4.2)."""
    return int(now // STEP_SECONDS)


def code_at(secret: str, step: int) -> str:
    """Return the six digits that an app shows during ``step``."""
    return pyotp.TOTP(secret).generate_otp(step)


def matching_steps(secret: str, typed: str, now: float, window: int) -> list[int]:
    """Return the steps within ``window`` of now whose code is ``typed``, oldest first; usually none or one.

    pyotp's ``verify`` returns only yes or no. Replay protection must store the step (RFC 6238 5.2).
    """
    here = step_at(now)
    codes = pyotp.TOTP(secret)
    return [
        step
        for step in range(here - window, here + window + 1)
        if hmac.compare_digest(codes.generate_otp(step), typed)
    ]


def provisioning_uri(secret: str, account_name: str) -> str:
    """Return the ``otpauth:`` address inside the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account_name, issuer_name=ISSUER)


def key_groups(secret: str) -> list[str]:
    """Return the key for copying by hand: groups of four characters."""
    return [secret[at : at + 4] for at in range(0, len(secret), 4)]


def mark(secret: str, pepper: bytes) -> bytes:
    """Return a mark that is equal for equal secrets, without opening them (one secret is never two methods)."""
    return hmac.new(pepper, b"totp:" + secret.encode(), hashlib.sha256).digest()
