"""One check of a message."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Check:
    """A check and its result.

    `ok` is True (in order), False (needs attention) or None (a fact, neither good nor bad). `sentence` is English
    with placeholders named after `details`, so that it can be translated.
    """

    name: str
    ok: bool | None
    sentence: str
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Return the result in English."""
        return self.sentence % self.details

    def as_json(self) -> dict[str, Any]:
        """Return the check as the tester API shows it."""
        return {"name": self.name, "ok": self.ok, "text": self.text, "details": self.details}


def N_(text: str) -> str:  # noqa: N802
    """Mark a sentence for the catalogue; the page that shows it translates it."""
    return text
