"""The API's answers as objects."""

import html as entities
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_ANCHOR = re.compile(r"""<a\b[^>]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')[^>]*>(.*?)</a>""", re.I | re.S)


class NothingCame(AssertionError):
    """No matching message came in time, or it has no such link; the text says what there was."""


class SomethingCame(AssertionError):
    """A message came, or is held back, where none was expected; the text names it."""

    TITLES = ("A message came", "A message is to come")


@dataclass(frozen=True, slots=True)
class ApiObject:
    """An object of the phone's API; every member is an attribute, `from` is `sender`."""

    fields: Mapping[str, Any]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.fields["from" if name == "sender" else name]
        except KeyError:
            raise AttributeError(name) from None


class Received(ApiObject):
    """A message."""

    __slots__ = ()

    def link(self, text: str = "") -> str:
        """Return the first address whose link text, or which itself, contains `text`.

        In a mail without HTML, return the address that follows `text`. Raise :class:`NothingCame`.
        """
        for found in _ANCHOR.finditer(self.fields["html"]):
            words = re.sub(r"\s+", " ", entities.unescape(re.sub(r"<[^>]+>", "", found[3]))).strip()
            if text in words:
                return entities.unescape(found[1] or found[2])
        for address in self.fields["links"]:
            if text in address:
                return str(address)
        before, found_text, after = self.fields["body"].partition(text)
        for address in self.fields["links"] if found_text else ():
            if address in after:
                return str(address)
        raise NothingCame(f"no link {text!r} in {self.fields['subject'] or before!r}: {self.fields['links']}")
