"""Finding the one-time code and the links in a message."""

import re
import unicodedata

_DIGITS = re.compile(r"(?<![\d.,/:+-])(?:\d{4,8}|\d{3}[ -]\d{3})(?![\d/:-]|[.,]\d)")
_LINK = re.compile(r"https?://[^\s<>\"'）」』】、。]+", re.IGNORECASE)
_HREF = re.compile(r"""<a\b[^>]*?\bhref\s*=\s*["']?(https?://[^\s"'>]+)""", re.IGNORECASE)


def find_code(text: str) -> str | None:
    """The one-time code in a text, or None."""
    found = _DIGITS.search(_LINK.sub(" ", unicodedata.normalize("NFKC", text)))
    return re.sub(r"[ -]", "", found.group()) if found else None


def find_links(text: str, html: str = "") -> tuple[str, ...]:
    """The http(s) addresses in a text and in the links of its HTML, in order, each once."""
    found = [link.rstrip(".,;:!?)]") for link in _LINK.findall(text)]
    found += [link.replace("&amp;", "&") for link in _HREF.findall(html)]
    return tuple(dict.fromkeys(found))
