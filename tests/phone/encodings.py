"""The encodings of the WHATWG and the characters that mails in them may hold."""

from __future__ import annotations

from functools import cache

import webencodings
from webencodings.labels import LABELS

from mocksms.core.mail import charsets

NAMES = sorted({webencodings.lookup(label).name for label in LABELS} - {"replacement", "x-user-defined"})
TWO_BYTES = ("gbk", "gb18030", "big5", "euc-jp", "shift_jis", "euc-kr")


@cache
def units(name: str) -> dict[bytes, str]:
    """Return each printable character of an encoding of one or two bytes, by its bytes, as the phone reads it."""
    if name.startswith("utf-"):
        return {}
    codes = [bytes([lead]) for lead in range(0x21, 0x100) if lead < 0x7F or lead > 0x7F]
    if name in TWO_BYTES:
        codes += [bytes([lead, trail]) for lead in range(0x81, 0xFF) for trail in range(0x40, 0xFF)]
    if name == "iso-2022-jp":
        codes = [code for code in codes if code < b"\x7f"]
        codes += [
            b"\x1b$B" + bytes([row, cell]) + b"\x1b(B"
            for row in range(0x21, 0x7F)
            for cell in range(0x21, 0x7F)
        ]
    # Only what can be read: for the rest the phone detects another encoding, which takes long.
    codes = [code for code in codes if "\ufffd" not in charsets.read(code, charsets.codec(name))]
    read = {code: charsets.decode(code, name) for code in codes}
    return {
        code: found.text
        for code, found in read.items()
        if found.charset == charsets.codec(name) and len(found.text) == 1 and is_plain(found.text)
    }


def is_plain(char: str) -> bool:
    """Return whether a character is printable and has no meaning in a header."""
    return char.isprintable() and char not in ' \u3000"\\<>/=?' and char != "\ufffd"
