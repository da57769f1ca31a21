"""Messages in the manner of real senders, to judge a finder of one-time codes by. See README.md."""

from __future__ import annotations

import tomllib
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
NEWEST = 4  # the wave that is only counted
SEAL = 1839870194  # of the newest wave's rows; changes when a row is edited or leaves


@dataclass(frozen=True)
class Message:
    """One message and the code a person would type after reading it."""

    id: str
    wave: int  # 1 is the oldest; 0: added singly
    channel: str  # sms | mail | call
    body: str
    subject: str | None = None  # of a mail
    code: str | None = None  # None: the message holds no one-time code
    note: str = ""  # why it is hard

    @property
    def language(self) -> str:
        """Return the language's name, which is also the file's."""
        return self.id.partition("-")[0]

    @property
    def half(self) -> str:
        """Return "counted" for a message of the newest wave, "open" for all others."""
        return "counted" if self.wave == NEWEST else "open"

    @property
    def text(self) -> str:
        """Return all that a person reads: the subject, where there is one, and the body."""
        return f"{self.subject}\n{self.body}" if self.subject else self.body


def messages(half: str | None = None) -> Iterator[Message]:
    """Yield the corpus, or one half of it, language by language."""
    for path in sorted(HERE.glob("*.toml")):
        for row in tomllib.loads(path.read_text(encoding="utf-8"))["message"]:
            message = Message(**row)
            if half in (None, message.half):
                yield message


def seal(rows: Iterable[Message]) -> int:
    """Return a checksum of what a finder is judged by: the texts and the codes."""
    return zlib.crc32("\n".join(f"{row.id} {row.code} {row.text}" for row in rows).encode())


def normalised(text: str) -> str:
    """Return the text's letters and digits alone: ASCII digits, plain-width letters, no separators."""
    return "".join(_plain(char) for char in unicodedata.normalize("NFKC", text) if char.isalnum())


def _plain(char: str) -> str:
    return str(unicodedata.digit(char)) if char.isdecimal() else char
