"""Where a visitor may be sent back to: a path of this site (docs/promises.md#31)."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

LONGEST = 512


def safe_path(text: str | None, default: str = "/") -> str:
    """Return ``text`` if it is a plain path (with query) on this site, else ``default``.

    Browsers read a backslash as a slash and drop tabs and line breaks, so ``/\\evil`` and ``/%0d%0a`` are refused like
    ``//evil`` and ``https:evil``.
    """
    if not text or len(text) > LONGEST:
        return default
    plain = unquote(text)
    if not plain.startswith("/") or plain.startswith("//") or "\\" in plain:
        return default
    if any(ord(char) < 0x20 or ord(char) == 0x7F for char in plain):
        return default
    try:
        parts = urlsplit(text)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc else text
