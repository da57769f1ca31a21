"""Words for the full-text search: whole words in Latin script, pairs of characters in Chinese, Japanese and Korean.

SQLite's own tokenizers take a Japanese sentence for one word, or (trigram) cannot find words of two characters such
as 承認. A pair index finds any run of two or more characters, and a single character as the start of a pair.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache

from mocksms.core.models import Filter
from mocksms.shared.normal_forms import normalise

INDEXED_CHARACTERS = 20_000
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af\u3005"


@cache
def _run() -> re.Pattern[str]:
    """Return the pattern of a run. Late, as the next one: a large set of characters takes a millisecond."""
    return re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+")


@cache
def _cjk() -> re.Pattern[str]:
    return re.compile(rf"[{_CJK}]")


def is_cjk(run: str) -> bool:
    """Return whether a run of `runs` is Chinese, Japanese or Korean."""
    return _cjk().match(run) is not None


def runs(text: str) -> list[str]:
    """Return the runs of one script in a text, without case and in their normal form."""
    return _run().findall(normalise(text).casefold())


def of_text(text: str) -> str:
    """Return the words of a text as they are indexed, separated by spaces."""
    found: list[str] = []
    for run in runs(text[:INDEXED_CHARACTERS]):
        if is_cjk(run):
            found.extend(run[at : at + 2] for at in range(len(run)))
        else:
            found.append(run)
    return " ".join(found)


def of_parts(subject: str, body: str, peer: str) -> str:
    """Return the words of a message: subject, text and the other side."""
    return of_text(f"{subject}\n{body}\n{peer}")


@lru_cache(maxsize=4096)
def _tag(kind: str, value: str) -> str:
    return kind + "".join(f"{ord(c):x}" if not c.isalnum() or ord(c) > 127 else c for c in value.casefold())


def tags(recipient: str, sender: str, channel: str, handset: str) -> str:
    """Return sides and channel as words, so that one index answers "these words, for this number"."""
    return f"{_tag('to', recipient)} {_tag('by', sender)} {_tag('ch', channel)} {_tag('own', handset)}"


def query(text: str, wanted: Filter | None = None, *, grow: Callable[[str], list[str] | None]) -> str:
    """Return the FTS5 expression for a typed query: every word must match; "" without any word.

    The end of a Latin word may be missing: `grow` returns the words that start with it, or None when there are too
    many.
    """
    terms: list[str] = []
    for run in runs(text):
        if not is_cjk(run):
            grown = grow(run)
            if grown is None:
                terms.append(f'words : "{run}" *')
            else:
                terms.append("words : (" + " OR ".join(f'"{word}"' for word in grown or [run]) + ")")
        elif len(run) == 1:
            terms.append(f'words : "{run}" *')  # answered by the prefix index
        else:
            pairs = " ".join(run[at : at + 2] for at in range(len(run) - 1))
            terms.append(f'words : "{pairs}"')
    if not terms:
        return ""
    if wanted is not None:
        sides = (("to", wanted.to), ("by", wanted.sender), ("ch", wanted.channel), ("own", wanted.handset))
        for kind, value in sides:
            if value:
                terms.append(f'tags : "{_tag(kind, value)}"')
    return " AND ".join(terms)
