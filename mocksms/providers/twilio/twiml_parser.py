"""TwiML, a call's document of what to say and ask: parsed into verbs, without executing anything."""

import re
from dataclasses import dataclass, field, replace
from html import escape
from typing import TYPE_CHECKING

from mocksms.core.sender_app import AppAnswer, AppRequest, Reply
from mocksms.delivery import http_client

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LARGEST = 100_000
MOST_REPEATS = 5
READ_AS_TWIML = frozenset({"", "text/xml", "application/xml", "text/html"})
_SECONDS_A_CHARACTER = {"ja": 0.15, "zh": 0.2, "ko": 0.15}
_OTHER_SECONDS_A_CHARACTER = 0.065


class BadTwiml(ValueError):
    """The document is invalid; the text says why."""


@dataclass(slots=True)
class Verb:
    """One instruction: its name, attributes, text and (for Gather) the verbs inside it."""

    name: str
    attributes: dict[str, str]
    text: str = ""
    inner: list["Verb"] = field(default_factory=list)

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """Return an attribute as a whole number, kept within bounds."""
        text = self.attributes.get(name, "")
        return min(max(int(text), low), high) if re.fullmatch(r"\d{1,6}", text) else default


@dataclass(slots=True)
class SpokenText:
    """Something heard in a call: words in a language; without words a silence or sound."""

    text: str
    language: str
    seconds: float


def _root(document: str) -> "Element":
    """Return the root element. Entities are refused: they could expand without end."""
    from xml.etree.ElementTree import ParseError  # late, as the next two: no app has answered at a start

    from defusedxml import DTDForbidden
    from defusedxml.ElementTree import fromstring

    if len(document) > LARGEST:
        raise BadTwiml("the document is too long")
    try:
        root: Element = fromstring(document.strip(), forbid_dtd=True)
    except DTDForbidden:
        raise BadTwiml("document types are not read") from None
    except ParseError as error:
        raise BadTwiml(f"no XML: {error}") from None
    return root


def document(answer: AppAnswer) -> str:
    """Return an app's answer as TwiML: plain text is said, a sound is played. Raise :class:`BadTwiml`."""
    if answer.content_type in READ_AS_TWIML:
        return answer.text
    if answer.content_type == "text/plain":
        said = re.sub(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", " ", answer.text)
        return f"<Response><Say>{escape(said, quote=False)}</Say></Response>"
    if answer.content_type.startswith("audio/"):
        return f"<Response><Play>{escape(answer.url, quote=False)}</Play></Response>"
    raise BadTwiml(f"{answer.content_type} is no content type of TwiML")


def parse(document: str) -> list[Verb]:
    """Return the verbs of a document. Raise :class:`BadTwiml`."""
    root = _root(document)
    if root.tag != "Response":
        raise BadTwiml(f"the document is a {root.tag}, not a Response")
    return [
        _verb(element, [_verb(child) for child in element] if element.tag == "Gather" else [])
        for element in root
    ]


def _verb(element: "Element", inner: list[Verb] | None = None) -> Verb:
    words = "" if inner else " ".join(" ".join(element.itertext()).split())
    return Verb(str(element.tag), dict(element.attrib), words, inner or [])


def speak(verb: Verb) -> list[SpokenText] | None:
    """Return what is heard of a Say, Pause or Play; None for another verb."""
    if verb.name == "Say":
        language = verb.attributes.get("language") or _language_of_voice(verb.attributes.get("voice", ""))
        pace = _SECONDS_A_CHARACTER.get(language[:2], _OTHER_SECONDS_A_CHARACTER)
        times = verb.number("loop", 1, 0, MOST_REPEATS) or MOST_REPEATS
        return [SpokenText(verb.text, language, round(len(verb.text) * pace, 2)) for _ in range(times)]
    if verb.name == "Pause":
        return [SpokenText("", "", float(verb.number("length", 1, 0, 60)))]
    if verb.name == "Play":
        return [SpokenText("", "", 2.0)]
    return None


def _language_of_voice(voice: str) -> str:
    found = re.search(r"\b([a-z]{2}-[A-Z]{2})\b", voice)
    return found.group(1) if found else "en-US"


def messages(answer: AppAnswer, request: AppRequest | None = None) -> tuple[list[Reply], AppRequest | None]:
    """Return the replies in an app's answer to `request`, and the request to follow; nothing if it isn't TwiML."""
    if answer.content_type == "text/plain":
        return [Reply(answer.text.strip())] if answer.text.strip() else [], None
    try:
        root = _root(answer.text if answer.content_type in READ_AS_TWIML else "")
    except BadTwiml:
        return [], None
    replies: list[Reply] = []
    for verb in root:
        if verb.tag == "Redirect":
            url = http_client.absolute(answer.url, _text(verb))
            method = verb.get("method", "POST").upper()
            return replies, replace(request, url=url, method=method) if request is not None else None
        if verb.tag in ("Message", "Sms"):
            replies.append(_reply(verb))
    return [each for each in replies if each.text or each.media], None


def _reply(verb: "Element") -> Reply:
    """Return the text of a Message: its Body, else its own text without Media."""
    bodies, media = verb.findall("Body"), [_text(each) for each in verb.findall("Media")]
    beside = "".join([verb.text or "", *(child.tail or "" for child in verb)])
    text = "\n".join(_text(each) for each in bodies) if bodies else beside.strip()
    return Reply(text, tuple(url for url in media if http_client.is_address(url)))


def _text(element: "Element") -> str:
    return "".join(element.itertext()).strip()
