"""Normalise a message: plain-width letters, ASCII digits, no invisible characters, no addresses."""

import re
import unicodedata

from mocksms.shared import normal_forms

LONGEST_TEXT = 20_000

_INVISIBLE = (  # category Cf, and what turns a digit into an emoji; U+3164 and U+2800 are blanks, not nothing
    "\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\u20e3\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000110bd\U000110cd"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
_WRITTEN_AS = {
    "\u3000": " ",
    **{chr(wide): chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)},
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58", "-"),
    "\u0130": "I",  # the only letter whose lower case is longer
    "\u066b": ".",
    "\u066c": ",",
    "\u2019": "'",
    "\uff0c": ", ",  # parts words; a thousand's comma is an ASCII one
    "\u060c": ", ",
    "\u05be": "-",
    **dict.fromkeys("أإآٱ", "ا"),  # letters that are written in several ways
    "ة": "ه",
    "ى": "ي",
    "ی": "ي",
    "ک": "ك",
    "\u0901": "\u0902",
}
# Marks that a writer may leave out: vowels of Arabic and Hebrew, the dot of Hindi.
_LEFT_OUT = "\u0591-\u05bd\u05bf-\u05c7\u0640\u064b-\u065f\u0670\u093c"
_ODD = re.compile(f"[{_INVISIBLE}{_LEFT_OUT}{re.escape(''.join(_WRITTEN_AS))}]|[^\\D0-9]")
_DOT = re.compile("[·•∙⋅]")
_DOTS = re.compile(r"(?<=\d) ?[·•∙⋅] ?(?=\d)")  # 482·913
_ADDRESS = re.compile(r"(?<![!-~])[!-.0-?A-~]*+[/@][!-~]*+")
_SCHEME = re.compile(r"https?://", re.IGNORECASE)


def normalise(text: str) -> str:
    """Return the first 20,000 characters, normalised."""
    text = text[:LONGEST_TEXT]
    if text.isascii():
        return text
    text = _DOTS.sub("-", _plain(text)) if _DOT.search(text) else _plain(text)
    text = normal_forms.without_long_marks(text)
    if unicodedata.is_normalized("NFKC", text):  # of most, and much faster
        return text
    return _plain(normal_forms.normalise(text))


def _plain(text: str) -> str:
    return _ODD.sub(_written, text) if _ODD.search(text) else text


def _written(odd: re.Match[str]) -> str:
    char = odd.group()
    return str(unicodedata.decimal(char)) if char.isdecimal() else _WRITTEN_AS.get(char, "")


def masked(text: str) -> str:
    """Return the text with each digit as 0: what its words and sentences are read from."""
    for digit in "123456789":
        text = text.replace(digit, "0")
    return text


def without_addresses(text: str) -> str:
    """Return the text with links and mailboxes replaced by blanks of the same length."""
    if "@" not in text and "/" not in text:
        return text
    return _ADDRESS.sub(_blank, text)


def _blank(run: re.Match[str]) -> str:
    found = run.group()
    if scheme := _SCHEME.search(found):
        return found[: scheme.start()] + "~" * (len(found) - scheme.start())
    host, slash, _ = found.partition("/")
    if slash and "." in host and not any(char.isdigit() for char in host.rpartition(".")[2]):
        return "~" * len(found)
    if "@" in found.strip("@"):
        return "~" * len(found)
    return found
