"""Check the encoding and parts of an SMS, and the last line that binds a code to a site."""

import re
import unicodedata
from typing import Any

from mocksms.core import gsm_lookalikes, segments
from mocksms.core.checks.check import N_, Check
from mocksms.core.codes import finder

_MOST_LISTED = 10
_LINE = re.compile(r"@(?P<host>\S+) #(?P<code>\S+)(?: [@%](?P<embedded>\S+))?")
_MEANT = re.compile(r"@\S*\s*#\s*\S+")
_HOST = re.compile(r"(?=.{1,253}\Z)(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)*[^\W_](?:[\w-]{0,61}[^\W_])?")


def encoding(text: str) -> Check:
    """Check which alphabet a text needs, and name the first character that makes it UCS-2."""
    places = segments.outside(text)
    if not places:
        return Check("encoding", True, N_("Every character is in the GSM-7 alphabet."), {"encoding": "GSM-7"})
    first = text[places[0]]
    plain = gsm_lookalikes.replaced(text.replace("\t", " "))
    details: dict[str, Any] = {
        "encoding": "UCS-2",
        "position": places[0] + 1,
        "character": first,
        "code_point": f"U+{ord(first):04X}",
        "unicode_name": unicodedata.name(first, ""),
        "count": len(places),
        "characters": list(dict.fromkeys(text[place] for place in places))[:_MOST_LISTED],
    }
    if segments.encoding(plain) == "GSM-7":
        details |= {"plain": plain, "parts": segments.count(plain)}
        sentence = N_(
            "Character %(position)d, “%(character)s” (%(code_point)s %(unicode_name)s), makes the text UCS-2."
            " With plain characters it would be GSM-7. Parts then: %(parts)d."
        )
        return Check("encoding", False, sentence, details)
    sentence = N_(
        "Character %(position)d, “%(character)s” (%(code_point)s %(unicode_name)s), makes the text UCS-2."
    )
    return Check("encoding", None, sentence, details)


def parts(text: str) -> Check:
    """Return how many parts a text takes and how full they are."""
    used, room = segments.fill(text)
    details = {"parts": segments.count(text), "used": used, "room": room}
    return Check("parts", None, N_("Parts: %(parts)d. Units used: %(used)d of %(room)d."), details)


def origin_bound(text: str) -> Check | None:
    """Check the line that binds a code to a site, `@host #code`. Return None when no line looks like one.

    Source: the WICG's "Origin-bound one-time codes delivered via SMS".
    """
    lines = text.rstrip().split("\n")
    meant = [place for place, line in enumerate(lines) if _MEANT.match(line.strip())]
    if not meant:
        return None
    line, is_last = lines[meant[-1]].removesuffix("\r"), meant[-1] == len(lines) - 1
    details: dict[str, Any] = {"line": line, "host": None, "code": None, "embedded": None}
    found = _LINE.fullmatch(line)
    if found is None:
        return Check(
            "origin_bound", False, N_("“%(line)s” isn't in the form “@host #code”, with one space."), details
        )
    details |= found.groupdict()
    if not is_last:
        return Check("origin_bound", False, N_("“%(line)s” has to be the last line of the text."), details)
    for host in (found["host"], found["embedded"]):
        if host and not _HOST.fullmatch(host):
            details["host"] = host
            return Check(
                "origin_bound", False, N_("“%(host)s” isn't a host name. Leave out scheme, port and path."), details
            )  # fmt: skip
    above = "\n".join(lines[: meant[-1]])
    if found["code"] not in above and (said := finder.find(above).code) and said != found["code"]:
        details["said"] = said
        return Check(
            "origin_bound", False, N_("The last line has the code %(code)s, the text has %(said)s."), details
        )
    return Check("origin_bound", True, N_("The last line binds the code %(code)s to %(host)s."), details)
