"""Telephone numbers: read as people type them, stored as E.164."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, NamedTuple

Kind = Literal["mobile", "landline", "other"]

HOME_REGION = "JP"
JAPAN = 81


class PhoneNumber(NamedTuple):
    """A number that can be dialled.

    ``e164`` is stored and sent ("+819012345678"). ``national`` and ``international`` are shown to its owner
    ("090-1234-5678", "+81 90-1234-5678"), ``last3`` to anyone before the code (docs/promises.md#19).
    """

    e164: str
    kind: Kind
    national: str
    international: str
    last3: str

    @property
    def familiar(self) -> str:
        """Return the spelling that its owner knows: "090-1234-5678" at home, else with the country's code."""
        return self.national if self.e164.startswith(f"+{JAPAN}") else self.international


# The library behind the numbering plan takes a twentieth of a start, and the first page has no number.


def parse(text: str, region: str = HOME_REGION) -> PhoneNumber:
    """Read a number as typed. ``region`` (ISO 3166) is used if it has no country code.

    It takes full-width characters, spaces, brackets, all kinds of dashes, a leading 0, +81, 0081 or 010 81. A possible
    length is enough: numbering plans change faster than libraries, and the code sent there is the proof. Raises
    NotAPhoneNumber.
    """
    from webapp.rules import numbering_plan  # late, see above

    return numbering_plan.parse(text, region)


def region_of(e164: str) -> str:
    """Return the ISO 3166 code of a number's country; "" when there is none."""
    from webapp.rules import numbering_plan  # late, see above

    return numbering_plan.region_of(e164)


@lru_cache(maxsize=8)
def regions(language: str) -> list[tuple[str, str]]:
    """Return (region, "日本 +81") for the country select, in ``language``: Japan first, then by name."""
    from webapp.rules import numbering_plan  # late, see above

    return numbering_plan.regions(language)
