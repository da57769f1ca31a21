"""Decode bytes to text: by what they are, by the declared charset, by escapes, by detection.

Charset labels have the meaning they have in browsers (WHATWG Encoding Standard).
"""

import codecs
import re
from collections.abc import Callable
from typing import NamedTuple

import webencodings

_LATIN = "cp1252"
_ESCAPES = {
    "iso-2022-jp": re.compile(rb"\x1b(?:\$[@B]|\$\([@BD]|\([IJ])"),
    "iso-2022-kr": re.compile(rb"\x1b\$\)C"),
}
# Labels that senders use and the standard does not list.
_OWN_LABELS = {
    **dict.fromkeys(
        ["cp50220", "cp50221", "cp50222", "csiso2022jp-ms", "iso-2022-jp-ms", "iso-2022-jp-1", "iso-2022-jp-2",
         "iso-2022-jp-3", "iso-2022-jp-2004", "iso2022-jp", "iso2022jp", "jis"],
        "iso-2022-jp",
    ),
    **dict.fromkeys(
        ["eucjp-ms", "eucjpms", "eucjp-win", "cp51932", "eucjp", "x-eucjp", "euc-jis-2004", "euc_jis_2004", "euc_jp",
         "ujis"],
        "euc-jp",
    ),
    **dict.fromkeys(["cp932", "ms932", "sjis-win", "shift-jisx0213", "shift_jis-2004", "cp943", "x-ms-cp932"], "cp932"),
    **dict.fromkeys(["cp936", "ms936", "windows-936", "gb18030-2022", "x-gb2312", "euc-cn", "euccn"], "gb18030"),
    **dict.fromkeys(["cp949", "ms949", "uhc", "x-windows-949", "euckr", "ks_c_5601"], "cp949"),
    **dict.fromkeys(["cp950", "ms950", "big5hkscs", "windows-950", "big5-eten"], "big5"),
    **dict.fromkeys(["ansi", "latin-1", "iso-latin-1", "8bit", "x-ansi"], _LATIN),
    **dict.fromkeys(["unicode-1-1-utf-7", "x-unicode-2-0-utf-7"], "utf-7"),
    **dict.fromkeys(["utf8mb4", "utf-8-mac", "utf8-sig"], "utf-8"),
    "iso-2022-kr": "iso-2022-kr",
    "hz-gb-2312": "hz",
}  # fmt: skip
# Python's codecs for other charsets of mails; never those that run or unescape something.
_PYTHONS = re.compile(
    r"cp\d+|utf_(7|8|16|32)(_[bl]e)?|iso8859_\d+|mac_\w+|koi8_\w+|johab|kz1048|ptcp154|tis_620|hp_roman8|ascii"
)
# What the detector may return: the standard's charsets, so that the result can be decoded.
_DETECTED = (
    "big5hkscs", "cp866", "cp874", "cp932", "cp949", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255",
    "cp1256", "cp1257", "cp1258", "euc_jis_2004", "gb18030", "iso8859-2", "iso8859-5", "iso8859-7", "koi8-r", "koi8-u",
)  # fmt: skip
LONGEST_SLOW = 250_000
"""Bytes beyond ASCII, or of ISO-2022, that are read of a text that is not in UTF-8."""
_HIGH = bytes(range(0x80, 0x100))
_EXAMINED = 20_000  # bytes that detection looks at
_MOST_BROKEN = 0.05  # share of the non-ASCII letters that may fail with a correct declaration
_KANA = "[\u3041-\u3096\u30a1-\u30fc]"
_LETTER = "[\u3041-\u3096\u30a1-\u30fc\u3400-\u9fff\uac00-\ud7a3\uff66-\uff9f\u0370-\u04ff]"


class Decoded(NamedTuple):
    """A text, and the charset used to decode it."""

    text: str
    charset: str


def decode(data: bytes, declared: str = "") -> Decoded:
    """Decode bytes: as UTF-8 if valid and nothing or Latin is declared, else as declared, else by detection."""
    name = codec(declared)
    if data.isascii() and name in ("", "ascii", _LATIN, "utf-8") and b"\x1b" not in data:
        return Decoded(data.decode("ascii"), name if declared and name else "ascii")
    if data.startswith(codecs.BOM_UTF8):
        return Decoded(data[3:].decode("utf-8", "replace"), "utf-8")
    data = _bounded(data, name)
    if name in ("", "ascii", _LATIN):
        found = _by_itself(data)
        if found or name == _LATIN:
            return found or Decoded(read(data, _LATIN), _LATIN)
        return _detected(data)
    text = read(data, name)
    if _broken(text) and (found := _by_itself(data)):
        return found
    if _broken(text) > _MOST_BROKEN and not _broken((guess := _detected(data)).text):
        return guess
    return Decoded(text, name)


def codec(label: str) -> str:
    """Return the codec name that :func:`decode` uses for a label; "" for an unknown label."""
    plain = label.strip(" \t\"'").lower()
    if plain in _OWN_LABELS:
        return _OWN_LABELS[plain]
    if plain in ("us-ascii", "ascii", "ansi_x3.4-1968", "iso646-us", "7bit"):
        return "ascii"  # the standard takes it for windows-1252
    known = webencodings.lookup(plain)
    if known is not None and known.name not in ("replacement", "x-user-defined"):
        return {"euc-jp": "euc-jp", "iso-2022-jp": "iso-2022-jp", "gbk": "gb18030", "big5": "big5"}.get(
            known.name, known.codec_info.name
        )
    try:
        found = codecs.lookup(plain).name.replace("-", "_")
    except (LookupError, ValueError):
        return ""
    return found if _PYTHONS.fullmatch(found) else ""


def _bounded(data: bytes, name: str) -> bytes:
    """Return the beginning of a text of a charset that is slow to read or to detect, where it is very long."""
    if len(data) <= LONGEST_SLOW:
        return data
    if b"\x1b" not in data:
        try:
            data.decode("utf-8")
            return data
        except UnicodeDecodeError:
            if len(data) - len(data.translate(None, _HIGH)) <= LONGEST_SLOW:
                return data
    # A line's end is where shifts and characters end, too.
    end = 0 if name.startswith(("utf-16", "utf-32")) else data.rfind(b"\n", 0, LONGEST_SLOW) + 1
    return data[: end or LONGEST_SLOW]


def _by_itself(data: bytes) -> Decoded | None:
    """Decode bytes that identify themselves: UTF-8 beyond ASCII, or escape sequences."""
    if data.isascii():
        for name, escape in _ESCAPES.items():
            if escape.search(data):
                return Decoded(read(data, name), name)
        return Decoded(data.decode("ascii"), "ascii")
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return None


def _detected(data: bytes) -> Decoded:
    for name in ("euc-jp", "cp932"):
        text = read(data, name)
        if not _broken(text) and len(re.findall(_KANA, text)) * 8 > len(re.findall(_LETTER, text)):
            return Decoded(text, name)  # no text in another language has so many kana
    import chardet  # slow to load, and few mails need it

    found = chardet.detect(
        data[:_EXAMINED], include_encodings=_DETECTED, compat_names=False, no_match_encoding=_LATIN
    )
    name = codec(str(found["encoding"])) or _LATIN
    text = read(data, name)
    if _broken(text):  # cut or mixed bytes: reading each as Latin is better than nothing
        return Decoded(read(data, _LATIN), _LATIN)
    return Decoded(text, name)


def _broken(text: str) -> float:
    """Return the share of the non-ASCII characters that could not be decoded."""
    lost = text.count("\ufffd")
    return lost / sum(char > "\x7f" for char in text) if lost else 0.0


def read(data: bytes, name: str) -> str:
    """Decode bytes by a name of :func:`codec`; unreadable bytes become U+FFFD."""
    if name in _READERS:
        return _READERS[name](data)
    if name.startswith("utf-16") and data[:2] in (codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE):
        return data.decode("utf-16", "replace")
    if name == "gb18030":
        return data.decode(name, "mocksms-euro").translate(_GB_STANDARD)
    text = data.decode(name, "mocksms-c1" if _WINDOWS.fullmatch(name) else "replace")
    return text.translate(_KOI8_U) if name == "koi8-u" else text


_WINDOWS = re.compile(r"cp125\d|cp874")
# Bytes that browsers decode differently from Python's codecs.
_KOI8_U = {0x255D: "ў", 0x256C: "Ў"}
_GB_STANDARD = {
    0xE5E5: "\u3000", 0xE7C7: "\u1e3f", 0xE81E: "\u9fb4", 0xE826: "\u9fb5", 0xE82B: "\u9fb6", 0xE82C: "\u9fb7",
    0xE832: "\u9fb8", 0xE843: "\u9fb9", 0xE854: "\u9fba", 0xE864: "\u9fbb",
    **dict(zip(range(0xE78D, 0xE797), "\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19", strict=True)),
}  # fmt: skip


def _replace(special: Callable[[int], str]) -> Callable[[UnicodeError], tuple[str, int]]:
    def handle(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeDecodeError)
        return special(error.object[error.start]), error.start + 1

    return handle


codecs.register_error("mocksms-c1", _replace(lambda byte: chr(byte) if byte < 0xA0 else "\ufffd"))
codecs.register_error("mocksms-euro", _replace(lambda byte: "€" if byte == 0x80 else "\ufffd"))


def _pieces(pattern: bytes, **readers: Callable[[bytes], str]) -> Callable[[bytes], str]:
    """Return a decoder that splits bytes by a pattern's named groups and decodes each by its function."""
    piece = re.compile(pattern, re.DOTALL)

    def reader(data: bytes) -> str:
        return "".join(
            readers[found.lastgroup](found.group())
            if found.lastgroup
            else found.group().decode("ascii", "replace")
            for found in piece.finditer(data)
        )

    return reader


def _jis_rows(pairs: bytes) -> str:
    """Decode pairs of 7-bit JIS X 0208 by the rows of cp932, which includes vendor characters (①, ㈱)."""
    shifted = bytearray()
    for row, cell in zip(pairs[::2], pairs[1::2], strict=True):
        lead = ((row - 0x21) >> 1) + 0x81
        shifted += bytes(
            (
                lead + (0x40 if lead > 0x9F else 0),
                cell + (0x7E if not row & 1 else 0x20 if cell > 0x5F else 0x1F),
            )
        )
    return bytes(shifted).decode("cp932", "replace")


def _high(data: bytes) -> bytes:
    return bytes(byte & 0x7F for byte in data)


def _half_width(data: bytes) -> str:
    return "".join(chr(0xFF40 + (byte & 0x7F)) for byte in data if byte & 0x7F > 0x20)


def _jis_x_0212(data: bytes) -> str:
    return data.decode("euc_jp", "replace").replace("~", "\uff5e")


def _iso_2022_jp(data: bytes) -> str:
    text, state = [], b"(B"
    for piece in _JIS_STATES.split(data):
        if piece[:1] in (b"\x1b", b"\x0e", b"\x0f"):
            state = {b"\x0e": b"(I", b"\x0f": b"(B"}.get(piece, piece[1:])
        else:
            text.append(_JIS_READERS[state](piece))
    return "".join(text)


_JIS_STATES = re.compile(rb"(\x1b(?:\([BJI]|\$[@B]|\$\([@BD])|[\x0e\x0f])")
_JIS_ASCII = _pieces(rb"[\x00-\x7f]+|(?P<kana>[\xa1-\xdf]+)|.", kana=_half_width)
_JIS_PAIRS = _pieces(rb"(?P<pairs>(?:[\x21-\x7e]{2})+)|.", pairs=_jis_rows)
_JIS_READERS: dict[bytes, Callable[[bytes], str]] = {
    b"(B": _JIS_ASCII,
    b"(J": lambda data: _JIS_ASCII(data).translate({0x5C: "¥", 0x7E: "‾"}),
    b"(I": _pieces(rb"(?P<kana>[\x21-\x5f\xa1-\xdf]+)|.", kana=_half_width),
    **dict.fromkeys([b"$@", b"$B", b"$(@", b"$(B"], _JIS_PAIRS),
    b"$(D": _pieces(
        rb"(?P<pairs>(?:[\x21-\x7e]{2})+)|.",
        pairs=lambda data: _jis_x_0212(
            b"".join(b"\x8f" + bytes((data[at] | 0x80, data[at + 1] | 0x80)) for at in range(0, len(data), 2))
        ),
    ),
}
_READERS: dict[str, Callable[[bytes], str]] = {
    "iso-2022-jp": _iso_2022_jp,
    "euc-jp": _pieces(
        rb"[\x00-\x7f]+|(?P<kana>\x8e[\xa1-\xdf])|(?P<more>\x8f[\xa1-\xfe]{2})|(?P<pairs>(?:[\xa1-\xfe]{2})+)|.",
        kana=lambda data: _half_width(data[1:]),
        more=_jis_x_0212,
        pairs=lambda data: _jis_rows(_high(data)),
    ),
    # The first rows as Windows decodes them, the rest with Hong Kong's additions.
    "big5": _pieces(
        rb"[\x00-\x7f]+|(?P<signs>(?:[\xa1-\xa3][\x40-\x7e\xa1-\xfe])+)|(?P<rest>(?:[\x81-\xa0\xa4-\xfe][\x40-\x7e\xa1-\xfe])+)|.",
        signs=lambda data: data.decode("cp950", "replace"),
        rest=lambda data: data.decode("big5hkscs", "replace"),
    ),
}
