"""Messages in the manner of real senders, to judge a finder of one-time codes by. See README.md."""

from __future__ import annotations

import tomllib
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Message:
    """One message and the code a person would type after reading it."""

    id: str
    half: str  # open | counted
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


def assigned(id: str) -> str:
    """Return the half that a new row belongs to. CRC-32 spreads numbered ids evenly."""
    return "counted" if zlib.crc32(id.encode()) % 2 else "open"


def normalised(text: str) -> str:
    """Return the text's letters and digits alone: ASCII digits, plain-width letters, no separators."""
    return "".join(_plain(char) for char in unicodedata.normalize("NFKC", text) if char.isalnum())


def _plain(char: str) -> str:
    return str(unicodedata.digit(char)) if char.isdecimal() else char
