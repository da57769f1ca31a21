"""One thing that was checked of a message."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Check:
    """A check and its outcome.

    `ok` is True (in order), False (look at it) or None (a fact, neither good nor bad). `sentence` is English with the
    names of `details` as placeholders, so that it can be translated.
    """

    name: str
    ok: bool | None
    sentence: str
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Return the outcome in English."""
        return self.sentence % self.details

    def as_json(self) -> dict[str, Any]:
        """Return the check as the testers' API shows it."""
        return {"name": self.name, "ok": self.ok, "text": self.text, "details": self.details}


def N_(text: str) -> str:  # noqa: N802
    """Mark a sentence for the catalogue; the page that shows it translates it."""
    return text
