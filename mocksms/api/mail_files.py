"""The tester API's files of mails: the source, and the attachments."""

import re
from typing import Any

from flask import Blueprint, Response, jsonify, url_for

from mocksms.api import middleware
from mocksms.api.messages import found_message
from mocksms.api.paths import API
from mocksms.api.saved_files import save_as
from mocksms.core import inbox
from mocksms.core.mail import files
from mocksms.errors import Problem

blueprint = Blueprint("api_mail_files", __name__, url_prefix=API)
POLICY = "default-src 'none'; sandbox"
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,127}/[a-z0-9!#$&^_.+-]{1,127}")


def _source(message_id: int) -> bytes:
    source = inbox.raw(middleware.world(), found_message(message_id).sid)
    if source is None:
        raise Problem(404, "No source", f"Message {message_id} has no source: only mails have one", "id")
    return source


@blueprint.get("/messages/<int:message_id>/mail.eml")
def eml(message_id: int) -> Response:
    """Return a mail as it came, byte for byte, to save and open elsewhere."""
    return eml_response(_source(message_id), message_id)


def eml_response(source: bytes, message_id: int) -> Response:
    """Return a mail's source as a file to save."""
    return to_save(files.File(f"mail-{message_id}.eml", "message/rfc822", source))


@blueprint.get("/messages/<int:message_id>/attachments")
def attachments(message_id: int) -> Response:
    """Return number, name, type, size and address of each attachment, in the mail's order."""
    name = f"{blueprint.name}.attachment"
    listed: list[dict[str, Any]] = [
        {"number": number, **row, "url": url_for(name, message_id=message_id, number=number)}
        for number, row in enumerate(files.listed(_source(message_id)))
    ]
    return jsonify({"attachments": listed})


@blueprint.get("/messages/<int:message_id>/attachments/<int:number>")
def attachment(message_id: int, number: int) -> Response:
    """Return one attachment's bytes with their declared media type."""
    found = files.file(_source(message_id), number)
    if found is None:
        raise Problem(404, "No such attachment", f"Message {message_id} has no attachment {number}", "number")
    return to_save(found)


def to_save(file: files.File) -> Response:
    """Return a file that a browser saves and never runs."""
    kind = file.type if _TYPE.fullmatch(file.type) else "application/octet-stream"
    answer = Response(file.content)
    answer.headers["Content-Type"] = kind  # no charset: the bytes are the sender's
    answer.headers["Content-Security-Policy"] = POLICY
    return save_as(answer, file.name)
