"""Bring a message into one form: plain-width letters, ASCII digits, no invisible characters, no addresses."""

import re
import sys
import unicodedata

LONGEST_TEXT = 20_000

_INVISIBLE = {code: None for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Cf"}
_PLAIN = {
    **_INVISIBLE,
    **dict.fromkeys([0x2010, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212, 0x30FC, 0xFE58], "-"),
    0x0130: "I",  # the only letter whose lower case is longer
    0x066B: ".",
    0x066C: ",",
    0x2019: "'",
    0xFF0C: ", ",  # parts words; a thousand's comma is an ASCII one
    0x060C: ", ",
}
del _PLAIN[0x30FC]  # ー is a vowel's length in Japanese words
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
_ASCII_RUN = re.compile(r"[!-~]+")
_SCHEME = re.compile(r"https?://", re.IGNORECASE)


def normalise(text: str) -> str:
    """Return the first 20,000 characters in one form."""
    text = text[:LONGEST_TEXT]
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text.translate(_PLAIN)).translate(_PLAIN)
    return _OTHER_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit.group())), text)


def without_addresses(text: str) -> str:
    """Return the text with links and mailboxes blanked out, as long as before."""
    if "@" not in text and "/" not in text:
        return text
    return _ASCII_RUN.sub(_blank, text)


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
