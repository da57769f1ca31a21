"""Find the one-time code and the links in a message."""

import html as entities
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mocksms.core.codes.code_search import Found

_LINK = re.compile(r"https?://[^\s<>\"'）」』】、。]+", re.IGNORECASE)
_HREF = re.compile(r"""<a\b[^<>]*?\bhref\s*=\s*["']?(https?://[^\s"'>]+)""", re.IGNORECASE)


def find(text: str) -> "Found":
    """Return the one-time code in a text, and the reason."""
    from mocksms.core.codes import code_search  # late: a phone that shows its first page needs no words

    return code_search.find(text)


def find_links(text: str, html: str = "") -> tuple[str, ...]:
    """Return the http(s) addresses in a text and in the links of its HTML, in order, without duplicates."""
    found = [link.rstrip(".,;:!?)]") for link in _LINK.findall(text)] if "://" in text else []
    found += [entities.unescape(link) for link in _HREF.findall(html)]
    return tuple(dict.fromkeys(found))
