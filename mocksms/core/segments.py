"""How many SMS a text takes (3GPP TS 23.038): GSM-7 160 or 153 per part, else UTF-16 70 or 67."""

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")
_ALL = _BASIC | _EXTENDED


def encoding(text: str) -> str:
    """Return GSM-7 when every character is in the alphabet or its extension, else UCS-2."""
    return "GSM-7" if _ALL.issuperset(text) else "UCS-2"


def count(text: str) -> int:
    """Return the number of parts; an empty text takes one. No two-unit character is split between parts."""
    if encoding(text) == "GSM-7":
        if _EXTENDED.isdisjoint(text):
            return _equal_parts(len(text), 160, 153)
        return _parts(_units(text), 160, 153)
    if max(text) <= "\uffff":
        return _equal_parts(len(text), 70, 67)
    return _parts(_units(text), 70, 67)


def outside(text: str) -> list[int]:
    """Return the positions (from 0) of the characters outside GSM-7."""
    return [place for place, character in enumerate(text) if character not in _ALL]


def fill(text: str) -> tuple[int, int]:
    """Return how many units (GSM-7 septets or UTF-16 code units) a text takes, and how many its parts can hold."""
    alone, joined = (160, 153) if encoding(text) == "GSM-7" else (70, 67)
    parts = count(text)
    return sum(_units(text)), alone if parts == 1 else parts * joined


def _units(text: str) -> list[int]:
    if encoding(text) == "GSM-7":
        return [2 if character in _EXTENDED else 1 for character in text]
    return [2 if character > "\uffff" else 1 for character in text]


def _equal_parts(units: int, alone: int, joined: int) -> int:
    return 1 if units <= alone else -(-units // joined)


def _parts(units: list[int], alone: int, joined: int) -> int:
    if sum(units) <= alone:
        return 1
    parts, used = 1, 0
    for unit in units:
        if used + unit > joined:
            parts, used = parts + 1, 0
        used += unit
    return parts
