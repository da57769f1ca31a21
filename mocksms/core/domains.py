"""Domain names as they are shown: in ASCII where their letters may look like others (docs/promises.md#92)."""

import re

_LATIN_LIKE = frozenset(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u051b\u051d\u04cf\u03bf\u03bd\u03c1\u03c5\u03b9\u03ba\u03b1"
)
"""Cyrillic and Greek letters that look like Latin ones."""
_LONGEST = 255
_DOMAIN = re.compile(r"(?:(?<=@)|(?<=://))[^\s<>\"'()/?#@,;:]+")


def ascii_name(host: str) -> str:
    """Return a host with non-ASCII labels as xn--: so lookalikes differ."""
    if host.isascii() or len(host) > _LONGEST:
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def may_look_like_another(host: str) -> bool:
    """Return True for a name in ASCII that mixes Latin with Greek or Cyrillic letters, or uses only such that look
    Latin.
    """
    if "xn--" not in host or len(host) > _LONGEST:
        return False
    try:
        labels = host.encode("ascii").decode("idna").split(".")
    except UnicodeError:
        return False
    for label in labels:
        letters = {char for char in label if char.isalpha()}
        if any("\u0370" <= char <= "\u058f" for char in letters) and (
            letters <= _LATIN_LIKE or any("a" <= char <= "z" for char in letters)
        ):
            return True
    return False


def shown(text: str) -> str:
    """Return a text in which the domain of an address or a link that may look like another is written as xn--."""
    return text if text.isascii() else _DOMAIN.sub(lambda found: _shown(found[0]), text)


def _shown(host: str) -> str:
    written = ascii_name(host.lower())
    return written if may_look_like_another(written) else host
