"""Answers that a browser saves as a file."""

from urllib.parse import quote

from flask import Response

from mocksms.core.mail.headers import harmless
from mocksms.shared.normal_forms import normalise

UNNAMED = "file"


def save_as(answer: Response, name: str) -> Response:
    """Make an answer a file to save, whatever characters its name has.

    Beyond ASCII the name is written by RFC 8187, beside what old programs can read.
    """
    name = harmless(name) or UNNAMED
    names = {"filename": name}
    if not name.isascii():
        plain = normalise(name, "NFKD").encode("ascii", "ignore").decode()
        quoted = quote(name, safe="!#$&+^`|~", errors="replace")
        names = {"filename": plain or UNNAMED, "filename*": f"UTF-8''{quoted}"}
    answer.headers.set("Content-Disposition", "attachment", **names)
    return answer
