"""The words of all languages, found in one pass over a text."""

import re
import struct
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from itertools import accumulate
from typing import NamedTuple

from mocksms.core.codes.languages import CASED, LANGUAGES, TELLING, meanings
from mocksms.core.codes.naming import Hit, qualified

_SHARE = 0.6  # of the hits of the language with most: fewer, and a language is not the text's
_TELLS = {"code": 3, "unit": 0}  # how much a word tells about the language
_LANGUAGES = LANGUAGES
_BITS = 16  # of a number for each language's votes
_COUNTS = struct.Struct(f"<{len(_LANGUAGES)}H")
_TELLING = {word: 1 << _BITS * _LANGUAGES.index(language) for word, language in TELLING.items()}
_EVERYWHERE = {"code", "promo"}  # of English and of scripts without capitals, in any text
# Letters of scripts that part words by blanks: a word of theirs ends where the letters end.
_ENDING = re.compile(rf"(?:{CASED.pattern}|[\u0590-\u06FF\u0900-\u097F\uAC00-\uD7A3])+\Z")
_SHORT = 3  # letters of a word of Arabic or Hebrew letters that isn't looked for inside another word
_JOINED = re.compile("[\u0590-\u06ff]")
_PREFIXES = re.compile("[وفبلكسن]{0,2}(?:ال)?|[ובכלמשה]{1,3}|مي|نمي")
_KEY = 3  # letters by which a word is looked up
_LETTERS = re.compile(  # with their marks
    r"[^\s\d!-@\[-`{-~\u00A1-\u00BF\u2000-\u206F\u20A0-\u20CF\u3001-\u3004\u3008-\u3020]+"
)
_MOST_KNOWN, _LONGEST_KNOWN = 8192, 64  # runs of letters that are remembered, and how long they may be


class _Meaning:
    """A word's meaning: its kind in each language, and its kind in a text of another language.

    `votes` is how much it tells about each language, all in one number.
    """

    __slots__ = ("anywhere", "kinds", "votes")

    def __init__(self, kinds: dict[str, str], anywhere: str) -> None:
        self.kinds = kinds
        self.anywhere = anywhere
        self.votes = sum(
            _TELLS.get(kind, 1) << _BITS * _LANGUAGES.index(language) for language, kind in kinds.items()
        )


def _lengths(words: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """Return, for the first three letters of words and for shorter words, how long the words are, longest first."""
    sizes: dict[str, set[int]] = defaultdict(set)
    for word in words:
        sizes[word[:_KEY]].add(len(word))
    for start, found in sizes.items():
        found.update(short for short in range(1, len(start)) if start[:short] in words)
    return {start: tuple(sorted(found, reverse=True)) for start, found in sizes.items()}


_MEANINGS = meanings()
_WORDS = frozenset(word.lstrip("*") for word in _MEANINGS)
_LENGTHS = _lengths(_WORDS)
_INSIDE = "".join(sorted({word.lstrip("*")[0] for word in _MEANINGS if not CASED.match(word)}))
_BEGIN = re.compile(f"(?<!{CASED.pattern}){CASED.pattern}|[{re.escape(_INSIDE)}]")  # where a word may begin
_SYMBOLS = "".join({word[0] for word in _WORDS if not _LETTERS.match(word)})
_RUNS = re.compile(f"({_LETTERS.pattern}|[{re.escape(_SYMBOLS)}])")
_Found = list[tuple[int, int, _Meaning]]


class _Run(NamedTuple):
    """The words in a run of letters, the longer ones that may begin in it (where, the rest, all), and their rests."""

    words: _Found
    longer: list[tuple[int, str, str]]
    rests: tuple[str, ...]


class _Known(dict[str, _Run | None]):
    """A cache of the words in runs of letters. Recently used ones are kept twice as long."""

    def __init__(self) -> None:
        self.earlier: dict[str, _Run | None] = {}

    def __missing__(self, run: str) -> _Run | None:
        if run in self.earlier:
            known = self.earlier[run]
        else:
            longer = _longer(run)
            found = _Run(_scan(run), longer, tuple({rest for _, rest, _ in longer}))
            known = found if found.words or found.longer else None
        if len(run) <= _LONGEST_KNOWN:
            if len(self) >= _MOST_KNOWN:
                self.earlier = dict(self)
                self.clear()
            self[run] = known
        return known


def _longer(run: str) -> list[tuple[int, str, str]]:
    words = [(0, rest, run + rest) for rest in _RESTS.get(run, ())]
    if run.endswith(_UNCASED_HEADS):
        words += [
            (len(run) - len(head), rest, head + rest) for head, rest in _UNCASED_PAIRS if run.endswith(head)
        ]
    return sorted(words, key=lambda word: -len(word[2]))


def _parted(words: Iterable[str]) -> dict[str, list[str]]:
    """Return the words that are more than one run of letters: {the first run: [what follows it, …]}."""
    rests: dict[str, list[str]] = defaultdict(list)
    for word in words:
        head = _LETTERS.match(word)
        if head and head.group() != word:
            rests[head.group()].append(word[head.end() :])
    return rests


_RESTS = _parted(_WORDS)
_UNCASED_PAIRS = [(head, rest) for head in _RESTS if not CASED.match(head) for rest in _RESTS[head]]
for _head, _ in _UNCASED_PAIRS:
    _RESTS.pop(_head, None)
_UNCASED_HEADS = tuple({head for head, _ in _UNCASED_PAIRS})
_known = _Known()


def find_words(text: str, windows: Iterable[tuple[int, int]]) -> list[Hit]:
    """Return the words in these parts of a text in lower case, read in its own languages and in English."""
    found: _Found = []
    tells: list[str] = []
    for start, end in windows:
        _collect(text, start, end, found, tells)
    kinds = _kinds([meaning for _, _, meaning in found], tells)
    return qualified(
        text, [Hit(start, end, kind) for (start, end, _), kind in zip(found, kinds, strict=True) if kind]
    )


def _kinds(meanings: list[_Meaning], tells: list[str]) -> list[str]:
    """Return the kind of each word in the languages that all of them indicate."""
    votes = sum([meaning.votes for meaning in meanings]) + sum([_TELLING[word] for word in tells])
    counts = _COUNTS.unpack(votes.to_bytes(_COUNTS.size, "little"))
    least = _SHARE * max(counts)
    chosen = [place for place, count in enumerate(counts) if count >= least]
    if len(chosen) == 1:
        language = _LANGUAGES[chosen[0]]
        return [meaning.kinds.get(language) or meaning.anywhere for meaning in meanings]
    languages = [_LANGUAGES[place] for place in sorted(chosen, key=counts.__getitem__, reverse=True)]
    return [
        next((meaning.kinds[each] for each in languages if each in meaning.kinds), meaning.anywhere)
        for meaning in meanings
    ]


def _collect(text: str, start: int, end: int, found: _Found, tells: list[str]) -> None:
    """Add the words in a part of a text, and the languages that its short words indicate."""
    parts = _RUNS.split(text[start:end])  # a gap, a run, a gap, …
    known = [(place, run) for place, run in enumerate(map(_known.__getitem__, parts[1::2])) if run]
    if not known:
        return
    tells += filter(_TELLING.__contains__, parts[1::2])
    places = list(accumulate(map(len, parts), initial=start))
    done = start
    for place, run in known:
        at, end = places[2 * place + 1], places[2 * place + 2]
        if at < done:
            continue
        words = run.words
        for first, rest, word in run.longer if run.rests and text.startswith(run.rests, end) else ():
            stop = end + len(rest)
            if text.startswith(rest, end) and (
                meaning := _meaning(word, False, _is_cased(text[stop : stop + 1]))
            ):
                done = stop
                words = [each for each in words if each[1] <= first]
                words.append((first, done - at, meaning))
                break
        for first, last, meaning in words:
            found.append((at + first, at + last, meaning))


def _scan(run: str) -> _Found:
    """Return the words in a run of letters, the longest at each place."""
    found: _Found = []
    start = 0
    for begin in _BEGIN.finditer(run):
        at = begin.start()
        if at < start:
            continue
        key = run[at : at + _KEY]
        for length in _LENGTHS.get(key) or _LENGTHS.get(key[:2]) or _LENGTHS.get(key[:1]) or ():
            word = run[at : at + length]
            if word in _WORDS and not (
                at and length <= _SHORT and _JOINED.match(word) and not _PREFIXES.fullmatch(run, 0, at)
            ):
                end = at + len(word)
                inside = at > 0 and _is_cased(run[at - 1])
                meaning = _meaning(word, inside, _is_cased(run[end : end + 1]))
                if meaning and start > at:  # a shorter stem, of other languages
                    kinds = {**meaning.kinds, **found[-1][2].kinds}
                    found[-1] = (at, start, _means(kinds, _is_cased(word[0])))
                elif meaning:
                    found.append((at, end, meaning))
                    start = end
                    if not _is_cased(word[0]):
                        break
    if found and _ENDING.match(run, start):
        found[-1] = (found[-1][0], len(run), found[-1][2])
    return found


def _is_cased(char: str) -> bool:
    """Return whether this is a letter of an alphabet with capitals."""
    return CASED.match(char) is not None


@cache
def _meaning(word: str, inside: bool, letters_follow: bool) -> _Meaning | None:
    """Return a word's meaning; `inside`: after a letter, where only words count that may begin there."""
    cased = bool(CASED.match(word))
    known = {**_MEANINGS.get("*" + word, {}), **({} if inside and cased else _MEANINGS.get(word, {}))}
    kinds = {language: kind for language, (kind, free) in known.items() if free or not letters_follow}
    return _means(kinds, cased) if kinds else None


def _means(kinds: dict[str, str], cased: bool) -> _Meaning:
    foreign = [kinds["en"]] if cased and "en" in kinds else [] if cased else list(kinds.values())
    anywhere = next((each for each in foreign if each in _EVERYWHERE), "")
    return _Meaning(kinds, anywhere)
