"""Points for a candidate from the words on its left and on its right."""

import re
from bisect import bisect_left

from mocksms.core.codes import layout
from mocksms.core.codes.candidates import Candidate
from mocksms.core.codes.frame import FARTHEST_AFTER, FARTHEST_BEFORE
from mocksms.core.codes.languages import IS, NUMBERS
from mocksms.core.codes.points import AFTER, BEFORE, POINTS_AFTER, POINTS_BEFORE, RIGHT_BEFORE, Points
from mocksms.core.codes.sentences import DIGIT, LETTERS
from mocksms.core.codes.surroundings import AT_ONCE, UNCASED, Surroundings

_MOST_BEFORE, _MOST_AFTER = 12, 8  # words
_NEAR = {"other": 8, "figures": 24}  # characters; of other words 16
_NEAR_COLON = {"other": 20}  # where a colon follows; of other words 40
_PLACE = 4  # from the end of a word to the colon: enter it on this form:
_BESIDE = 3  # seat 14, seat no. 14
_JOINT = ("", " ", "'")  # between a count and its unit
_TWO_WORDS = re.compile(r"\w\W+\w+\W+\Z|\n")
_PARTICLE = re.compile(r"[にでへをとが에][ 「『【]?\Z")  # 受付端末に 4821 と入れ
_PARTED = re.compile(rf"{_PARTICLE.pattern}|\w、|, |[~～]|您好|你好|様")
_OBJECT = re.compile(r"[^\W\d_]{4}|[^\W\d_\x00-\u0589]{2}")
_NUMBER_NEXT = re.compile(r"\W{0,2}\d")
_AS = re.compile(
    r" ?(?:as|als|comme|como|come|jako|olarak|как|як|sebagai) (?:\w+ ){0,2}"
)  # as your reference
_FOR = re.compile(r" (?:for|für|zu[rm]?|pour|para|per|voor|do|dla|на|до|для|untuk|cho) (?:\w+ ){0,2}\Z| ל\Z")
_CALLED = re.compile(r"[^\w(]?\w{0,4} ?(?:[\u0590-\uffff]|ara|anruf|ile|bit)")  # 0120 111 222へお電話
_OTHER = dict.fromkeys(("promo", "calls", "beside", "bill", "ends"), "other")


class _Left:
    """The text before a candidate: where its own words begin, and what is known so far."""

    def __init__(self, scene: Surroundings, one: Candidate, last: int, alone: bool) -> None:
        self.scene, self.one, self.last = scene, one, last
        text = scene.text
        self.start = start = layout.introduced(text, one) if alone else one.start
        self.introduced = start < one.start
        self.parted = _PARTICLE if one.shape == "spoken" else _PARTED
        self.colon = text[start - 2 : start].rstrip()[-1:] == ":"
        at = bisect_left(scene.breaks, start)
        self.sentence = scene.breaks[at - 1] if at else -1  # where the candidate's sentence begins
        if at and text[self.sentence] == "?" and not _TWO_WORDS.search(text, self.sentence, start):
            self.sentence = scene.breaks[at - 2] if at > 1 else -1  # Is it you? Then 482913
        self.seen: set[str] = set()

    def is_elsewhere(self, place: int) -> bool:
        """Return whether this word for a place isn't its label: on the page, seat 14 at the other end."""
        hit = self.scene.hits[place]
        return (
            self.start - hit.end > _BESIDE
            or self.sentence >= hit.end
            or self.introduced
            or (self.colon and self.scene.before(place, "enter") > 0)
            or self.scene.verb_follows(self.one, self.last)
        )

    def is_passed(self, place: int, kind: str) -> bool:
        """Return whether this word says nothing, since a nearer one does."""
        hit, seen = self.scene.hits[place], self.seen
        return (
            kind in seen
            or kind not in POINTS_BEFORE
            or (kind == "other" and bool(seen))
            or (hit.kind == "calls" and self.one.shape == "letters")
            or (hit.kind == "beside" and self.is_elsewhere(place))
            or (self.sentence >= hit.end and kind in ("code", "number", "figures") and "other" in seen)
        )

    def _reach(self, kind: str) -> int:
        return _NEAR_COLON.get(kind, 40) if self.colon else _NEAR.get(kind, 16)

    def is_near(self, place: int, kind: str) -> bool:
        """Return whether this word is right before it, with nothing between them that parts them."""
        hit, text = self.scene.hits[place], self.scene.text
        near = (
            not self.seen
            and self.sentence < hit.end
            and self.start - hit.end <= self._reach(kind)
            and not DIGIT.search(text, hit.end, self.one.start)
            and not (kind == "other" and self.parted.search(text, hit.end, self.one.start))
        )
        if near and kind == "enter" and not self.colon and not self.introduced:
            return not _OBJECT.search(text, hit.end, self.start)  # Présentez le billet 4821
        return near

    def names_another(self, place: int, kind: str) -> bool:
        """Return whether it names another number: PIN 3084 with Devon (LV21 …; send 11 to 3000448."""
        hit, scene = self.scene.hits[place], self.scene
        if kind == "code":
            return scene.taken(place, AT_ONCE) or scene.follows(place, self.one)
        return (
            kind == "enter"
            and self.sentence < hit.end
            and _NUMBER_NEXT.match(scene.text, hit.end) is not None
        )

    def softened(self, place: int) -> int | None:
        """Return the points of a word for another number whose sentence asks for a code, else None."""
        scene, hit = self.scene, self.scene.hits[place]
        if hit.kind == "ends":
            return None
        before = scene.hits[place - 1] if place else hit
        gap = scene.text[before.end : hit.start]
        numbered = scene.text.endswith(NUMBERS, hit.start, hit.end)
        distance = self.start - hit.end
        confirmed = before.kind == "login" and len(gap) <= 3 and not {"\n", ","} & {*gap}
        codes, enters = scene.before(place, "code"), scene.before(place, "enter")
        asked = bool(enters) and (bool(codes) or (self.colon and distance > _PLACE and not numbered))
        if confirmed or asked or (scene.entered(self.one, self.last) and not numbered):
            return -12
        if not codes or any(each.kind == "warn" for each in scene.hits[max(0, place - 5) : place]):
            return None
        far = distance > _NEAR["other"]  # 确认您的订单所需的号码: 4821
        return -12 if far or (codes > 1 and _FOR.search(scene.text, before.end, hit.start)) else -45

    def points(self, place: int, kind: str, near: bool) -> int:
        """Return the points of a word by its place."""
        broken = self.sentence >= self.scene.hits[place].end
        points = POINTS_BEFORE[kind][0 if near else 1 if not broken else 2]
        text, start = self.scene.text, self.start
        if (
            broken
            and len(self.seen) == 1
            and kind in ("code", "figures")
            and LETTERS.search(text, self.sentence + 1, start)
            and not text[max(0, start - 12) : start].rstrip(" :").endswith(IS)
        ):
            return points // 2  # its own sentence begins with other words
        return points


def words_before(scene: Surroundings, one: Candidate, last: int, alone: bool) -> Points:
    """Read the words on the left, the nearest first: the nearest one decides."""
    left = _Left(scene, one, last, alone)
    found: Points = [(20, "a colon before its line")] if left.introduced else []
    for place in range(last - 1, max(-1, last - _MOST_BEFORE - 1), -1):
        hit = scene.hits[place]
        if left.start - hit.end > FARTHEST_BEFORE:
            break
        kind = _OTHER.get(hit.kind, hit.kind)
        if left.is_passed(place, kind):
            continue
        near = left.is_near(place, kind)
        left.seen.add(kind)
        if not near and left.names_another(place, kind):
            continue
        if near and kind == "other" and (soft := left.softened(place)):
            found.append((soft, BEFORE[kind]))
            continue
        if points := left.points(place, kind, near):
            found.append((points, RIGHT_BEFORE[kind] if near else BEFORE[kind]))
        if near and kind in ("other", "code"):
            break
    return found


def words_after(scene: Surroundings, one: Candidate, first: int, alone: bool, points: Points) -> None:
    """Read the words on the right, up to the end of the sentence, and add their points."""
    text = scene.text
    seen: set[str] = set()
    stop = _end_of_sentence(scene, one, alone)
    for place in range(first, min(first + _MOST_AFTER, len(scene.hits))):
        hit = scene.hits[place]
        distance, kind = hit.start - one.end, hit.kind
        if distance > FARTHEST_AFTER or hit.start > stop:
            break
        if distance < 0:
            continue
        if kind == "other" and one.shape == "letters" and distance <= 1:
            points.append((-60, "a word for another number right after it"))
        elif kind == "other" and not seen and _AS.fullmatch(text, one.end, hit.start):
            points.append((-90, "described as another number"))
        elif kind == "unit" and not seen and text[one.end : hit.start] in _JOINT:
            points.append((-90, "a unit follows"))
        if kind in seen or kind not in POINTS_AFTER or DIGIT.search(text, one.end, hit.start):
            continue
        if _is_of_another(scene, place, distance):
            continue
        seen.add(kind)
        near = distance <= (40 if kind == "code" else 16) and text[one.end] != ","
        if kind in ("calls", "ends"):
            near = near and _CALLED.match(text, one.end, hit.end) is not None
        at_once = 25 if place == first and kind == "enter" and scene.entered(one, first) else 0
        if weight := POINTS_AFTER[kind][0 if near else 1] + at_once:
            points.append((weight, AFTER[kind]))


def _end_of_sentence(scene: Surroundings, one: Candidate, alone: bool) -> int:
    start, text = one.end, scene.text
    if one.start <= scene.first:  # 482913. Use it …
        start += len(text[start : start + 2]) - len(text[start : start + 2].lstrip(".。! "))
    while alone and text[start : start + 1] == "\n":
        start += 1
    at = bisect_left(scene.breaks, start)
    return scene.breaks[at] if at < len(scene.breaks) else len(text)


def _is_of_another(scene: Surroundings, place: int, distance: int) -> bool:
    """Return whether a word on the right is about the number behind it."""
    kind = scene.hits[place].kind
    if kind == "code":
        return scene.taken(place, 40)
    if kind != "enter":
        return False
    farthest = 40 if scene.text[scene.hits[place].start] < UNCASED else 12
    return scene.taken(place, AT_ONCE if distance <= AT_ONCE else farthest)
