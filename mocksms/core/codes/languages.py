"""Read the words of all languages from languages.toml."""

import re
import tomllib
import unicodedata
from collections import defaultdict
from pathlib import Path

from mocksms.core.codes.text import masked, normalise
from mocksms.shared import normal_forms

_TABLES: dict[str, dict[str, list[str]]] = tomllib.loads(
    Path(__file__).with_name("languages.toml").read_text(encoding="utf-8")
)
_GENERAL = {name: _TABLES.pop(name) for name in ("also", "bare", "number", "own", "then", "year")}
_NO_KINDS = {"digits", "tells"}
_LEAST_BARE = 5  # letters of a word that is also known without its accents
_BARE_LETTERS = str.maketrans("đłıøß", "dlios")

CASED = re.compile(r"[A-Za-z\u00C0-\u024F\u0370-\u052F\u1E00-\u1EFF]")
BARE = tuple(map(normalise, _GENERAL["bare"]["bare"]))
NUMBERED = frozenset(map(normalise, _GENERAL["bare"]["numbered"]))
COPULAS = frozenset(map(normalise, _GENERAL["number"]["copulas"]))
NUMBERS = tuple(normalise(word.strip("*")) for kinds in _TABLES.values() for word in kinds["number"])
TO = tuple(map(normalise, _GENERAL["number"]["to"]))
AT = tuple(_GENERAL["number"]["at"])
IS = tuple(map(normalise, _GENERAL["number"]["is"]))
ANY_NUMBER = frozenset(map(normalise, _GENERAL["number"]["any"]))
THEN = frozenset(map(normalise, _GENERAL["then"]["then"]))
YEAR_WORDS = frozenset(map(normalise, _GENERAL["year"]["year"]))
PHONE = frozenset(map(normalise, _GENERAL["own"]["phone"]))
OWN = frozenset(map(normalise, _GENERAL["own"]["own"])) | PHONE
TELLING = {
    normalise(word): language for language, kinds in _TABLES.items() for word in kinds.get("tells", ())
}
DIGITS = {
    normalise(word): str(digit)
    for kinds in _TABLES.values()
    for digit, word in enumerate(kinds.get("digits", ()))
} | {normalise(word): digit for digit, words in _GENERAL["also"].items() for word in words}

LANGUAGES = tuple(_TABLES)
Meanings = dict[str, dict[str, tuple[str, bool]]]


def meanings() -> Meanings:
    """Return what each word means in each language: {word: {language: (kind, whether letters may follow)}}.

    A word that may begin inside another one starts with `*`.
    """
    found: Meanings = defaultdict(dict)
    for language, kinds in _TABLES.items():
        for kind, words in kinds.items():
            if kind not in _NO_KINDS:
                for word in words:
                    core, is_open = key(word)
                    found[core][language] = (kind, is_open)
    for word in [word for word in found if not word.isascii() and CASED.match(word.lstrip("*"))]:
        bare = _without_accents(word)
        if bare != word and len(bare) >= _LEAST_BARE:
            for language, meaning in found[word].items():
                found[bare].setdefault(language, meaning)
    return found


def key(word: str) -> tuple[str, bool]:
    """Return how a word is looked up, and whether letters may follow."""
    core = masked(normalise(word).lower()).removesuffix("*")
    return core, word.endswith("*") or not CASED.match(core.lstrip("*"))


def _without_accents(word: str) -> str:
    """Return a word as written in plain ASCII messages."""
    plain = normal_forms.normalise(word.translate(_BARE_LETTERS), "NFD")
    return "".join(char for char in plain if not unicodedata.combining(char))
