"""Secrets in what the tools keep, replaced by their names (docs/promises.md#93)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import request
from werkzeug.exceptions import HTTPException

from webapp.pages.framework import language
from webapp.pages.framework.services import services
from webapp.sandbox import worlds

SHORTEST = 6
"""Characters of a secret. Anything shorter would be found in the middle of words."""
_SECRET_FIELD = re.compile(
    r"(?<!country)(?<!postal)code|credential|key|otp|passwd|password|secret|token", re.IGNORECASE
)
_PLAIN_COOKIES = (language.COOKIE, worlds.COOKIE)
_SHAPES = (
    ("key", re.compile(r"(?<![A-Za-z0-9])[A-Z2-7]{32}(?![A-Za-z0-9])")),
    ("token", re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{32,}(?:\.[A-Za-z0-9_-]+)*")),
    ("code", re.compile(r"(?<!\d)\d{6}(?!\d)|(?<!\d)\d{3} \d{3}(?!\d)")),
)


def of_request() -> dict[str, str]:
    """Return the secrets that this request brought, with their names: of its address, its form and its cookies."""
    config = services().config
    plain = {full(name) for full in (config.cookie, config.old_cookie) for name in _PLAIN_COOKIES}
    pairs = [
        *((name, value) for name, value in (request.view_args or {}).items() if name == "token"),
        *((name, value) for name, value in _form() if _SECRET_FIELD.search(name)),
        *((name, value) for name, value in request.cookies.items(multi=True) if name not in plain),
    ]
    return {value: name for name, value in pairs if isinstance(value, str) and len(value) >= SHORTEST}


def _form() -> list[tuple[str, str]]:
    try:
        return list(request.form.items(multi=True))
    except HTTPException:  # it was refused, such as one that is too large
        return []


def redacted(data: dict[str, Any], secrets: Mapping[str, str]) -> dict[str, Any]:
    """Return a step's data with each of these secrets replaced by its name."""
    longest_first = sorted(secrets, key=len, reverse=True)

    def without(text: str) -> str:
        for secret in longest_first:
            text = text.replace(secret, f"<{secrets[secret]}>")
        return text

    return {name: without(value) if isinstance(value, str) else value for name, value in data.items()}


def words(text: str) -> str:
    """Return free words without what has the shape of a key, a token or a code."""
    for name, shape in _SHAPES:
        text = shape.sub(f"<{name}>", text)
    return text
