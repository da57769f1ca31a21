"""Join words that together name a number: an order number, código de reserva, 商品コード."""

import re
from typing import NamedTuple

from mocksms.core.codes.languages import ANY_NUMBER, COPULAS, NUMBERED, OWN, PHONE

_NAMING = {"", " ", "-", "・", "の", " の"}  # between a word and the code that it names
_NAMES = {"code", "number", "other", "beside", "calls", "ends", "promo"}  # kinds of words that name a number
_COMPOUNDED = {"番号", "ナンバー", "번호", "nummer", "编号", "編號", "号", "號", "コード", "코드"}
_COMPOUNDS = {"number": "other", "code": "number"}  # what the end of an unknown word means
_KANA_BEFORE = frozenset("のなたるいはがをにもとで")  # この番号
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
_OF_DO = ("cód", "cod", "núm", "num", "sen", "chav")  # do: of, in Portuguese; elsewhere: to
_NAMED_AFTER = re.compile(r" (?:d[ei]l? |du |d')?([^\W\d_]{3,20})(?: ?:)? ?#?\d")
_NAMED_LAST = frozenset(("number", "संख्या", "नंबर", "번호"))  # behind what they number
_KOREAN_ENDINGS = frozenset("한할된될인로에은는을를의이가서신던")
_NAMED_BEFORE = re.compile(r"([^\s\d,.:!?।]+) \Z")


class Hit(NamedTuple):
    """A word in a text: its start and end, and its kind (code, number, other, …)."""

    start: int
    end: int
    kind: str


def _is_compound(text: str, hit: Hit) -> bool:
    """Return whether it is the end of an unknown word: 採寸番号, Debitorennummer, 避難所コード."""
    before = text[hit.start - 1 : hit.start]
    return before.isalpha() and before not in _KANA_BEFORE and text[hit.start : hit.end] in _COMPOUNDED


def _of_unknown(text: str, hits: list[Hit], place: int) -> bool:
    """Return whether an unknown word says whose number it is: player number 4821, номер игрока 4821."""
    start, end = hits[place].start, hits[place].end
    after = _NAMED_AFTER.match(text, end)
    if after and (place + 1 == len(hits) or hits[place + 1].start >= after.end(1)):
        return after.group(1) not in COPULAS
    before = _NAMED_BEFORE.search(text, max(0, start - 20), start)
    if not before or text[start:end] not in _NAMED_LAST:
        return False
    word = before.group(1).strip("-'\"()[]")
    free = place == 0 or hits[place - 1].end <= before.start()
    return free and word not in ANY_NUMBER and word[-1] not in _KOREAN_ENDINGS


def _names(text: str, first: Hit, second: Hit) -> bool:
    return text[first.end : second.start] in _NAMING or text[first.end : second.start] in _NAMED_BY


def qualified(text: str, hits: list[Hit]) -> list[Hit]:
    """Join a word with the code or number that it names: an order number, código de reserva, 商品コード."""
    joined: list[Hit] = []
    for place, hit in enumerate(hits):
        if hit.kind not in _NAMES:
            last = joined[-1] if joined and hit.kind == "deal" else None
            if last and last.kind == "number" and _names(text, last, hit):
                joined[-1] = Hit(last.start, hit.end, "other")  # номер операции
            else:
                joined.append(hit)
            continue
        last = joined[-1] if joined else None
        if last and last.kind in _NAMES:
            gap = text[last.end : hit.start]
            numbered = hit.kind == "number" or (
                text[hit.start : hit.end] in NUMBERED and text[last.start : last.end] not in OWN
            )
            numbered = numbered and (hit.kind == "number" or last.kind != "beside")
            before = last.kind in ("other", "beside", "calls", "promo") and numbered and gap in _NAMING
            after = last.kind in ("code", "number") and hit.kind in ("other", "promo") and gap in _NAMED_BY
            thai = gap == "" and text[last.start] >= "\u0e00" and text[last.start] < "\u0e80"
            after = after or (thai and last.kind in ("code", "number") and hit.kind == "other")
            after = after and (gap != " do " or text.startswith(_OF_DO, last.start))
            if (before or after) and not (before and hit.kind in ("other", "promo")):
                joined[-1] = Hit(last.start, hit.end, last.kind if before else hit.kind)
                continue
        if hit.kind == "number" and last and last.kind == "deal" and text[last.end : hit.start] in _NAMING:
            joined[-1] = Hit(last.start, hit.end, "other")  # a transaction number
        elif hit.kind == "number" and _of_unknown(text, hits, place):
            joined.append(Hit(hit.start, hit.end, "other"))
        elif hit.kind in _COMPOUNDS and not (last and last.end == hit.start) and _is_compound(text, hit):
            joined.append(Hit(hit.start, hit.end, _COMPOUNDS[hit.kind]))
        elif (
            last
            and last.kind == "login"
            and hit.kind == "other"
            and _names(text, last, hit)
            and text[hit.start : hit.end] in PHONE
        ):
            joined[-1] = Hit(last.start, hit.end, "enter")
        else:
            joined.append(hit)
    return joined
