"""The words of all languages, found in one pass over a text."""

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mocksms.core.codes.text import normalise

_LANGUAGES: dict[str, dict[str, list[str]]] = tomllib.loads(
    Path(__file__).with_name("languages.toml").read_text(encoding="utf-8")
)
YEAR_WORDS = frozenset(normalise(word) for word in _LANGUAGES["year"]["year"])
_BARE = frozenset(_LANGUAGES["bare"]["bare"])
DIGITS = {
    normalise(word): str(digit)
    for kinds in _LANGUAGES.values()
    for digit, word in enumerate(kinds.get("digits", ()))
} | {"oh": "0", "れい": "0", "〇": "0", "quatre": "4", "six": "6"}
_SHARE = 0.6  # of the hits of the language with most: fewer, and a language is not the text's
_CASED = re.compile(r"[A-Za-z\u00C0-\u024F\u0370-\u052F\u1E00-\u1EFF]")
_TELLS = {"code": 3, "unit": 0}  # how much a word tells about the language
_EVERYWHERE = {"code", "promo"}  # of English and of scripts without capitals, in any text
_NAMING = {"", " ", "-", "・", "の", " の"}  # between a word and the code that it names
_NAMED_BY = {
    " ",
    " de ",
    " del ",
    " de la ",
    " do ",
    " da ",
    " di ",
    " d'",
    " der ",
    " des ",
    " van ",
    " van de ",
}
_LETTER = "[^\\W\\d_]"


@dataclass(frozen=True, slots=True)
class Hit:
    """A word in a text: from where to where, and what it speaks of (code, number, other, …)."""

    start: int
    end: int
    kind: str


def _load() -> dict[str, dict[str, tuple[str, bool]]]:
    """Return what each word means in each language: {word: {language: (kind, whether letters may follow)}}.

    A word that may begin inside another one has its `*` in front.
    """
    meanings: dict[str, dict[str, tuple[str, bool]]] = defaultdict(dict)
    for language, kinds in _LANGUAGES.items():
        for kind, words in kinds.items():
            if kind in ("digits", "bare", "year"):
                continue
            for word in words:
                core = normalise(word).lower().removesuffix("*")
                free = not _CASED.match(core.lstrip("*"))
                meanings[core].setdefault(language, (kind, free or word.endswith("*")))
    return meanings


def _trie(words: Iterable[str]) -> str:
    """Return a pattern of literal words that shares their beginnings, so that no letter is read twice."""
    root: dict[str, Any] = {}
    for word in words:
        node = root
        for char in word:
            node = node.setdefault(char, {})
        node[""] = {}
    return _alternatives(root)


def _alternatives(node: dict[str, Any]) -> str:
    branches = [re.escape(char) + _alternatives(below) for char, below in sorted(node.items()) if char]
    if not branches:
        return ""
    return "(?:" + "|".join(branches) + ")" + ("?" if "" in node else "")


_MEANINGS = _load()
_STARTS: dict[str, set[str]] = defaultdict(set)
for _word in _MEANINGS:
    _core = _word.lstrip("*")
    _STARTS[_core[0]].add(_core)
_FROM = {char: re.compile(_trie(words)) for char, words in _STARTS.items()}
_INSIDE = sorted({word.lstrip("*")[0] for word in _MEANINGS if not _CASED.match(word)})
_BEGIN = re.compile(
    f"(?<!{_LETTER})[{re.escape(''.join(sorted(_STARTS)))}]|[{re.escape(''.join(_INSIDE))}]"
)  # where a word may begin: a look into a table, then, costs the same for any number of words


def find_words(text: str, windows: Iterable[tuple[int, int]]) -> list[Hit]:
    """Return the words in these parts of a text in lower case, read in its own languages and in English."""
    found = [
        (match.start(), match.end(), meaning)
        for start, end in windows
        for match in _matches(text, start, end)
        if (meaning := _meaning(text, match))
    ]
    counts: Counter[str] = Counter()
    for _, _, meaning in found:
        for language, (kind, _) in meaning.items():
            counts[language] += _TELLS.get(kind, 1)
    least = _SHARE * max(counts.values(), default=0)
    languages = [language for language, count in counts.most_common() if count >= least]
    hits = []
    for start, end, meaning in found:
        kind = next((meaning[language][0] for language in languages if language in meaning), "")
        if not kind:  # a word of another language that counts in any text
            foreign = [meaning["en"][0]] if "en" in meaning else []
            if not _CASED.match(text, start):
                foreign = [each[0] for each in meaning.values()]
            kind = next((each for each in foreign if each in _EVERYWHERE), "")
        if kind:
            hits.append(Hit(start, end, kind))
    return _qualified(text, hits)


def _matches(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    for begin in _BEGIN.finditer(text, start, end):
        at = begin.start()
        if at >= start and (match := _FROM[text[at]].match(text, at, end)):
            yield match
            start = match.end()


def _meaning(text: str, match: re.Match[str]) -> dict[str, tuple[str, bool]]:
    word, end = match.group(), match.end()
    start = match.start()
    inside = start > 0 and text[start - 1].isalpha() and bool(_CASED.match(word))
    meaning = {**_MEANINGS.get("*" + word, {}), **({} if inside else _MEANINGS.get(word, {}))}
    if end < len(text) and text[end].isalpha() and _CASED.match(text[end]):
        meaning = {language: kind for language, kind in meaning.items() if kind[1]}
    return meaning


def _qualified(text: str, hits: list[Hit]) -> list[Hit]:
    """Join a word with the code or number that it names: an order number, código de reserva, 商品コード."""
    joined: list[Hit] = []
    for hit in hits:
        last = joined[-1] if joined else None
        if (
            last
            and hit.kind in ("code", "number", "other", "promo")
            and last.kind in ("other", "promo", "code", "number")
        ):
            gap = text[last.end : hit.start]
            bare = hit.kind == "number" or text[hit.start : hit.end] in _BARE
            before = last.kind in ("other", "promo") and bare and gap in _NAMING
            after = last.kind in ("code", "number") and hit.kind in ("other", "promo") and gap in _NAMED_BY
            if (before or after) and not (before and hit.kind in ("other", "promo")):
                joined[-1] = Hit(last.start, hit.end, last.kind if before else hit.kind)
                continue
        joined.append(hit)
    return joined
