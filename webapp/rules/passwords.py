"""Password hashes: argon2id, one hash a request (OWASP Password Storage Cheat Sheet)."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from typing import Any, TypeVar

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from webapp.shared.normal_forms import normalise

OWASP_TIME_COST = 2
OWASP_MEMORY_KIB = 19 * 1024
OWASP_PARALLELISM = 1
_HASH_BYTES = 32
_SALT_BYTES = 16

Result = TypeVar("Result")


def in_this_thread(work: Callable[..., Result], *given: str) -> Result:
    """Call ``work`` with what is given."""
    return work(*given)


class Hasher:
    """Hashes and compares passwords. Safe to share between threads.

    ``run`` calls the function that hashes (see `webapp.services.hash_gate`).
    """

    def __init__(
        self,
        time_cost: int = OWASP_TIME_COST,
        memory_kib: int = OWASP_MEMORY_KIB,
        parallelism: int = OWASP_PARALLELISM,
        run: Callable[..., Any] = in_this_thread,
    ) -> None:
        self._argon2 = argon2.PasswordHasher(
            time_cost=time_cost,
            memory_cost=memory_kib,
            parallelism=parallelism,
            hash_len=_HASH_BYTES,
            salt_len=_SALT_BYTES,
        )
        self._run = run
        # Random, not computed: a comparison costs one hash like any other, and never matches.
        self._nobody = (
            f"$argon2id$v=19$m={memory_kib},t={time_cost},p={parallelism}"
            f"${_random_b64(_SALT_BYTES)}${_random_b64(_HASH_BYTES)}"
        )

    def hash(self, password: str) -> str:
        """Return the encoded hash, which carries its own parameters and salt."""
        return self._run(self._argon2.hash, _normal(password))

    def matches(self, hashed: str | None, password: str) -> bool:
        """Return whether ``password`` is the one behind ``hashed``.

        None (no such account) costs the same one hash and is False, so known and unknown accounts take the same time
        (docs/promises.md#32).
        """
        try:
            return self._run(self._argon2.verify, hashed or self._nobody, _normal(password))
        except (VerificationError, InvalidHashError):
            return False

    def needs_rehash(self, hashed: str) -> bool:
        """Return whether a hash was made with other parameters than this hasher's."""
        return self._argon2.check_needs_rehash(hashed)


def _normal(password: str) -> str:
    """Return NFKC: one password typed on two keyboards is one password (NIST SP 800-63B-4, password verifiers)."""
    return normalise(password)


def _random_b64(length: int) -> str:
    return base64.b64encode(secrets.token_bytes(length)).rstrip(b"=").decode()
