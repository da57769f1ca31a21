"""Find a code by a tester's own pattern instead of by evidence."""

from typing import TYPE_CHECKING, NamedTuple

from mocksms.core.codes.text import LONGEST_TEXT

if TYPE_CHECKING:
    import regex

LONGEST = 500
PATIENCE_SECONDS = 0.25  # for one text: an expression that takes longer is a catastrophic one


class BadPattern(ValueError):
    """Not a regular expression, or one that takes too long; the text says which."""


class Pattern(NamedTuple):
    """A regular expression. The code is its group `code`, else its first group, else the whole match."""

    expression: "regex.Pattern[str]"

    def find(self, text: str) -> str | None:
        """Return the first code in the first 20,000 characters of a text. Raise :class:`BadPattern`."""
        groups = self.expression.groupindex
        group: str | int = "code" if "code" in groups else min(1, self.expression.groups)
        try:
            for match in self.expression.finditer(text[:LONGEST_TEXT], timeout=PATIENCE_SECONDS):
                if found := match.group(group):
                    return str(found)
        except TimeoutError:
            raise BadPattern("pattern takes too long on a message; repeat less inside of repeats") from None
        return None


def read(text: str) -> Pattern:
    """Parse a tester's pattern. Raise :class:`BadPattern`."""
    import regex  # late: few testers use it

    if len(text) > LONGEST:
        raise BadPattern(f"pattern is longer than {LONGEST} characters")
    try:
        return Pattern(regex.compile(text))
    except (regex.error, RecursionError, OverflowError, MemoryError) as problem:
        raise BadPattern(f"pattern is no regular expression: {problem}") from None
