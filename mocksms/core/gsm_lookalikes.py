"""Replace characters outside the GSM alphabet with lookalikes, if that makes a text GSM-7."""

import unicodedata

from mocksms.core import segments

_LOOK_ALIKES = {
    "'": "\u2018\u2019\u201a\u201b\u2032\u2035\u02b9\u02bb\u02bc\u02c8\u02ca\u02cb\u00b4`",
    '"': "\u00ab\u00bb\u201c\u201d\u201e\u201f\u2033\u2036\u02ba\u02ee\u301d\u301e",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u02d7",
    "!": "\u01c3",
    "<": "\u2039\u2329\u3008",
    ">": "\u203a\u232a\u3009",
    "/": "\u2044\u2215",
    "\\": "\u2216",
    "|": "\u01c0\u2223",
    "*": "\u2217\u204e\u2022",
    "~": "\u02dc\u223c",
    "^": "\u02c4\u02c6",
    ":": "\u2236\u02d0",
    "_": "\u02cd",
    ",": "\u3001",
    ".": "\u3002",
    " ": "\u00a0\u2028\u2029",
    "": "\u00ad\u200b\u200c\u200d\u2060\ufeff\ufe0e\ufe0f",
}
_TABLE = {ord(one): plain for plain, likes in _LOOK_ALIKES.items() for one in likes}


def replaced(text: str) -> str:
    """Return a text in GSM-7 that reads the same, else the text unchanged."""
    if segments.encoding(text) == "GSM-7":
        return text
    plain = "".join(_plain(character) for character in text.translate(_TABLE))
    return plain if segments.encoding(plain) == "GSM-7" else text


def _plain(character: str) -> str:
    """Return the plain form of a character (ﬁ, Ａ, …) by Unicode's own tables, if it is in the GSM alphabet."""
    made = character if segments.encoding(character) == "GSM-7" else unicodedata.normalize("NFKC", character)
    return made if segments.encoding(made) == "GSM-7" else character
