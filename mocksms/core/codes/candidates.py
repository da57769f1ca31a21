"""Read the numbers of a text, and the words of letters and digits, that could be a code."""

import itertools
import re
import string
from collections.abc import Iterator
from typing import NamedTuple

from mocksms.core.codes.languages import THEN

MOST = 200  # candidates of one text
# A word that a code may be or begin with: one with a digit, or a short one in capitals. The set in front makes it fast;
# a word of small letters and digits is found from its first digit or capital on.
_ATOM = re.compile(
    r"[0-9A-Z](?:(?<=[0-9])[0-9A-Za-z]*+|[A-Z]{0,9}+(?![0-9A-Za-z])|[A-Za-z]*+[0-9][0-9A-Za-z]*+)"
)
_ASCII_LETTERS = frozenset(string.ascii_letters)
_SPELT_WORD = re.compile(r"[^\W\d_][^\s\d,.、。।;・…!?:]*")
_PHONE = re.compile(r"0[5789][05]0|0120|1800")  # how numbers begin that cost the caller nothing, or much
_HANGING = frozenset("-./:,_")
_MOST_SPOKEN = 40  # numbers that are read as one code: ten digits, said four times
_AGAIN = 40  # characters before a voice says it once more
_ALPHABETS = "\u0600"  # scripts that part words by blanks come before it, most of them
_PAUSES = " \n\t\r,.、。।;・"
_SPOKEN_GAP = frozenset(" \n\t\r,.、。।;・-~の")
_WIDEST, _THEN = 6, 6  # characters between two digits that a voice speaks, with a word between them
_COUNTED = re.compile("[桁ケけ文]")
_BESIDE_YEAR = ((2, 4), (4, 2))
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")  # 12 2026 is a month
_UNEVEN = {(1, 2, 2), (1, 3), (1, 3, 3), (1, 2, 2, 2), (2, 2, 3), (2, 3, 2), (2, 3, 3), (3, 2, 2), (3, 3, 2)}
_GROUPS = {
    (3, 3),
    (4, 4),
    (2, 2),
    (2, 2, 2),
    (2, 2, 2, 2),
    (3, 3, 3),
    (3, 4),
    (4, 3),
    (5, 3),
    (3, 5),
    (5, 5),
    (3, 2),
    (2, 3),
    (2, 4),
    (4, 2),
    (4, 3, 3),
    (4, 4, 2),
    *_UNEVEN,
}
_LETTER_GROUPS = {(4, 4), (3, 3), (4, 2), (2, 4), (5, 5), (3, 4), (4, 3), (2, 2, 2), (3, 3, 3)}


class Candidate(NamedTuple):
    """What could be a code: its place, its value, and how it is written (plain, grouped, spoken, letters)."""

    start: int
    end: int
    value: str
    shape: str


Atom = tuple[int, int, str]
_NONE: Atom = (1 << 30, 1 << 30, "")  # behind the last one


def read(text: str) -> list[Candidate]:
    """Return the candidates in a text, from the left."""
    atoms = _atoms(text)
    found: list[Candidate] = []
    at = 0
    while at < len(atoms) and len(found) < MOST:
        start, end, word = atoms[at]
        after = atoms[at + 1] if at + 1 < len(atoms) else _NONE
        gap = after[0] - end
        spoken = (
            len(word) <= 3
            and gap <= _WIDEST + _THEN
            and len(after[2]) <= 3
            and text[end] in _SPOKEN_GAP
            and (word + after[2]).isdigit()
        )
        if gap > 2 and not spoken:  # nothing belongs to it, as is the rule
            at += 1
            if 4 <= len(word) <= 10 and not _touches_letter(text, start, end):
                found.append(Candidate(start, end, word, "plain" if word.isdigit() else "letters"))
            continue
        if spoken and (run := _spoken(text, atoms, at)):
            at += len(run)
            value = _once("".join(atom[2] for atom in run))
            if 4 <= len(value) <= 10:
                found.append(Candidate(run[0][0], run[-1][1], value, "spoken"))
            continue
        chains = _chains(text, atoms, at)
        at += sum(map(len, chains))
        if len(chains) > 1 or len(chains[0]) == 1 or text[end] in "-.":  # else a time, a date or an amount
            found.extend(_judged(text, chains))
    return found


def _atoms(text: str) -> list[Atom]:
    atoms = []
    for found in _ATOM.finditer(text):
        start, end = found.span()
        if start and text[start - 1] in _ASCII_LETTERS:
            if found.group().isalpha():
                continue
            while start and text[start - 1] in _ASCII_LETTERS:
                start -= 1
        atoms.append((start, end, text[start:end]))
    return atoms


def _spoken(text: str, atoms: list[Atom], at: int) -> list[Atom]:
    """Return the digits from here on that a voice speaks one after the other, or in groups that it repeats."""
    run = [atoms[at]]
    single = True
    for place in range(at + 1, len(atoms)):
        atom, last = atoms[place], run[-1]
        if atom[0] - last[1] > _WIDEST + _THEN or len(atom[2]) > 3 or not atom[2].isdigit():
            break
        gap = text[last[1] : atom[0]]
        grouped = len(atom[2]) > 1 or len(last[2]) > 1
        if not (len(gap) <= _WIDEST and _SPOKEN_GAP.issuperset(gap)):
            if gap.strip(_PAUSES).lower() not in THEN:
                break
        elif grouped and len(gap) == 1 and gap.isascii():
            break
        if (grouped or not single) and len(run) >= _MOST_SPOKEN:
            break
        if grouped and single and len(run) >= 4:
            break  # 4, 8, 2, 9, 10 minutes
        single = single and not grouped
        run.append(atom)
    if len(run) > 4 and single and "の" in text[run[-2][1] : run[-1][0]] and _COUNTED.match(text, run[-1][1]):
        run.pop()  # 4、8、2、9、の、4桁
    if single:
        return run if len(run) >= 4 else []
    value = "".join(atom[2] for atom in run)
    if len(run) >= 4 and _once(value) != value:
        return run
    again = atoms[at + len(run) : at + 2 * len(run)]
    if len(value) >= 4 and [atom[2] for atom in again] == [atom[2] for atom in run]:
        return run if len(run) > 1 and again[0][0] - run[-1][1] <= _AGAIN else []
    return []


def _once(digits: str) -> str:
    """Return the digits without their repeats."""
    for times in (4, 3, 2):
        part = digits[: len(digits) // times]
        if len(part) >= 4 and part * times == digits:
            return part
    return digits


def _chains(text: str, atoms: list[Atom], at: int) -> list[list[Atom]]:
    """Return the numbers from here on that only blanks part, each as its pieces between hyphens, dots, colons."""
    last = atoms[at]
    chains = [[last]]
    for place in range(at + 1, len(atoms)):
        atom = atoms[place]
        if atom[0] - last[1] > 2:
            break
        gap = text[last[1] : atom[0]]
        if gap in _HANGING and _hangs(last[2], gap, atom[2]):
            chains[-1].append(atom)
        elif gap in (" ", "  ") and len(atom[2]) > 1 and _alike(last[2], atom[2]):
            chains.append([atom])
        else:
            break
        last = atom
    return chains


def _alike(before: str, after: str) -> bool:
    if before.isdigit() and after.isdigit():
        return True
    return len(before) == len(after) and all(
        word.isupper() and not word.isalpha() and len(word) in (3, 4) for word in (before, after)
    )


def _hangs(before: str, gap: str, after: str) -> bool:
    return gap == "-" or (before[-1].isdigit() and after[0].isdigit() and gap != "_")


def _judged(text: str, chains: list[list[Atom]]) -> Iterator[Candidate]:
    start, end = chains[0][0][0], chains[-1][-1][1]
    if len(chains) > 1 and all(len(chain) == 1 for chain in chains):
        sizes = tuple(len(chain[0][2]) for chain in chains)
        value = "".join(chain[0][2] for chain in chains)
        if _PHONE.match(value) and sum(sizes) >= 7:
            return
        if sizes in _GROUPS and not (sizes in _BESIDE_YEAR and _YEAR.search(text, start, end)):
            yield Candidate(start, end, value, "grouped" if value.isdigit() else "letters")
            return
        if (value[0] == "0" and len(value) >= 10) or max(sizes) <= 4 or (len(chains) > 2 and max(sizes) == 5):
            return  # a phone number
    elif len(chains) > 1 and sum(len(atom[2]) for chain in chains for atom in chain) > 10:
        if any(len(chain) == 1 and 4 <= len(chain[0][2]) <= 10 for chain in chains):
            chains = [chain for chain in chains if len(chain) == 1]
        else:
            return
    for chain in chains:
        yield from _one(text, chain)


def _one(text: str, chain: list[Atom]) -> Iterator[Candidate]:
    start, end = chain[0][0], chain[-1][1]
    if _touches_letter(text, start, end):
        return
    words = [atom[2] for atom in chain]
    prefix = ""
    if len(words) > 1 and len(words[0]) <= 2 and words[0].isalpha() and all(map(str.isdigit, words[1:])):
        prefix, words, chain = words[0], words[1:], chain[1:]
    value = "".join(words)
    if not 4 <= len(value) <= 10:
        return
    digits = value.isdigit()
    if len(words) == 1:
        plain = "prefixed" if len(prefix) > 1 else "plain"
        yield Candidate(start, end, value, plain if digits else "letters")
        return
    gaps = {text[a[1] : b[0]] for a, b in itertools.pairwise(chain)}
    sizes = tuple(map(len, words))
    if digits and value[0] == "0" and len(value) >= 10:
        return  # a phone number
    grouped = (
        sizes in _GROUPS
        if digits
        else sizes in _LETTER_GROUPS or (len(sizes) == 3 and min(sizes) >= 2 and max(sizes) <= 4)
    )
    if gaps == {"-"} and grouped:
        yield Candidate(start, end, value, "grouped" if digits else "letters")
    elif gaps == {"."} and sizes == (3, 3) and digits:
        yield Candidate(start, end, value, "dotted")


def _touches_letter(text: str, start: int, end: int) -> bool:
    """Return whether a letter that has a capital is beside it; an ASCII one would be part of it."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return (before > "\x7f" and before.lower() != before.upper()) or (
        after > "\x7f" and after.lower() != after.upper()
    )


def spelt(text: str, digits: dict[str, str]) -> list[Candidate]:
    """Return the codes that a text in lower case spells in words, digit by digit."""
    found: list[Candidate] = []
    if sum(map(digits.__contains__, _SPELT_WORD.findall(text))) < 2:
        return found
    run: list[tuple[int, int, str]] = []
    for word in [*_SPELT_WORD.finditer(text), None]:
        gap = text[run[-1][1] : word.start()] if run and word else ""
        digit = digits.get(word.group()) if word else None
        if word and not digit and word.group()[0] > _ALPHABETS:  # 是三、…、八です
            digit = digits.get(word.group()[0 if run else -1])
        if word and digit and len(gap) <= _WIDEST and set(gap) <= _SPOKEN_GAP:
            run.append((word.start(), word.end(), digit))
            continue
        value = _once("".join(each[2] for each in run))
        if 4 <= len(value) <= 10:
            found.append(Candidate(run[0][0], run[-1][1], value, "spoken"))
        run = [(word.start(), word.end(), digit)] if word and digit else []
    return found
