"""The phone decodes each character of each encoding as Chromium does."""

from __future__ import annotations

import pytest

from mocksms.core.mail import charsets
from tests.phone.encodings import NAMES, TWO_BYTES
from tools.driver import Browser

DECODE = """name => {
  const strict = new TextDecoder(name, {fatal: true}), found = {};
  const read = code => { try { found[code.join()] = strict.decode(new Uint8Array(code)) } catch {} };
  const ends = {"iso-2022-jp": [0x21, 0x7e]}[name] || [0x80, 0xff];
  const [low, high] = ends, around = name === "iso-2022-jp";
  for (let lead = low; lead <= high; lead++) {
    if (!around) read([lead]);
    if (around || TWO.includes(name))
      for (let trail = around ? low : 0x40; trail <= high; trail++)
        read(around ? [0x1b, 0x24, 0x42, lead, trail] : [lead, trail]);
  }
  return found;
}"""
# Python's codec lacks characters that Hong Kong added late, and one point of Hebrew.
LACKING = {"big5": 191, "windows-1255": 1}


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("utf-")])
def test_encoding_is_read_as_by_a_browser(chromium: Browser, name: str) -> None:
    page = chromium.new_page()
    try:
        wanted = page.evaluate(DECODE.replace("TWO", str(list(TWO_BYTES))), name)
    finally:
        page.close()
    wrong = {}
    for code, text in wanted.items():
        data = bytes(map(int, code.split(",")))
        if len(text) == 1 and (read := charsets.read(data, charsets.codec(name))) != text:
            wrong[data] = (text, read)
    assert len(wanted) > 80
    assert len(wrong) <= LACKING.get(name, 0), dict(list(wrong.items())[:20])
    taken_for_another = [data for data, (_, read) in wrong.items() if "\ufffd" not in read]
    assert not taken_for_another
