"""The Mail app. nh3 cleans a mail's HTML, and a sandboxed frame shows it under a policy that loads nothing."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from flask import Response, abort, request, url_for
from flask_babel import gettext as _

from mocksms.api.mail_files import eml_response, to_save
from mocksms.api.middleware import settings, world
from mocksms.core import inbox
from mocksms.core.mail import files
from mocksms.core.models import Message
from mocksms.handset import devices, language, template_filters
from mocksms.handset._blueprint import blueprint
from mocksms.handset.layout_context import render, row_number

PAGE = 40
_ELSEWHERE = tuple(f"src={quote}{scheme}" for quote in ('"', "'", "") for scheme in ("http", "//"))
"""A picture that is on a server."""

FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none';"
    " sandbox allow-popups allow-popups-to-escape-sandbox"
)
PRESSES = (Path(__file__).parent.parent / "static" / "js" / "mail_presses.js").read_text("utf-8")
PRESSES_HASH = b64encode(sha256(PRESSES.encode()).digest()).decode()
PRESSES_POLICY = f"{FRAME_POLICY} allow-scripts; script-src 'sha256-{PRESSES_HASH}'"
"""Allows the one script that reports a pressed link to the surrounding page; the browser runs no other."""


class File(NamedTuple):
    """An attachment to download."""

    name: str
    size: str
    url: str


@blueprint.get("/handsets/<address>/mail/")
def mail(address: str) -> str:
    """Show the mailboxes of this phone, newest mail first."""
    device = devices.device(world(), address)
    return render("mail", device, boxes=devices.mailboxes(world(), device))


@blueprint.get("/handsets/<address>/mail/box/<box>")
def mailbox(address: str, box: str) -> str:
    """Show the mails of one mailbox, newest first."""
    device = devices.device(world(), address)
    if not device.shows_mail_of(box):
        abort(404)
    found = inbox.mails(world(), box, PAGE + 1, row_number(request.args, "before"))
    older = None
    if len(found) > PAGE:
        found = found[:PAGE]
        older = url_for("handset.mailbox", address=address, box=box, before=found[-1].id)
    return render("mailbox", device, box=box, mails=found, older_url=older)


@blueprint.get("/handsets/<address>/mail/<int:message_id>")
def mail_message(address: str, message_id: int) -> str:
    """Show one mail: formatted, as text, or its source."""
    found = _mail(address, message_id)
    views = [("html", _("Email")), ("text", _("Text")), ("source", _("Source"))]
    if not found.html:
        views = views[1:]
    view = request.args.get("view", views[0][0])
    if view not in dict(views):
        abort(404)
    raw = inbox.raw(world(), found.sid) or b""
    source = raw.decode("utf-8", "replace").replace("\0", "\ufffd") if view == "source" else ""
    return render(
        "mail_message", devices.device(world(), address), mail=found, views=views, view=view, source=source,
        files=[
            File(str(each["name"]), template_filters.size(int(each["size"])),
                 url_for("handset.attachment", address=address, message_id=message_id, number=number))
            for number, each in enumerate(files.listed(raw))
        ],
        leaves_out=_has_pictures_elsewhere(found.html),
        is_cut="cut" in found.details or len(found.body) > template_filters.LONGEST_SHOWN,
    )  # fmt: skip


@blueprint.get("/handsets/<address>/mail/<int:message_id>/html")
def mail_html(address: str, message_id: int) -> Response:
    """Return the mail's HTML for the frame: cleaned, no script, nothing loaded from elsewhere, links in a new tab.

    With ``?presses=1`` the surrounding page handles links, by the one script that the policy allows.
    """
    from mocksms.handset import mail_html  # late: it loads nh3, and few pages show a mail

    found = _mail(address, message_id)
    tells = "presses" in request.args
    script = f"<script>{PRESSES}</script>" if tells else ""
    page = mail_html.document(found.html, found.subject, _pictures(found), language.theme(), script)
    answer = Response(page, mimetype="text/html")
    policy = PRESSES_POLICY if tells else FRAME_POLICY
    # frame-ancestors checks all frames around it: its mails may be framed wherever the phone may.
    answer.headers["Content-Security-Policy"] = f"{policy}; frame-ancestors {settings().frame_ancestors}"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _has_pictures_elsewhere(html: str) -> bool:
    written = html.lower()
    return "<img" in written and any(source in written for source in _ELSEWHERE)


def _pictures(found: Message) -> dict[str, str]:
    return files.pictures(inbox.raw(world(), found.sid) or b"") if "cid:" in found.html.lower() else {}


@blueprint.get("/handsets/<address>/mail/<int:message_id>/mail.eml")
def mail_eml(address: str, message_id: int) -> Response:
    """Return a mail's source to save and open elsewhere."""
    source = inbox.raw(world(), _mail(address, message_id).sid)
    if source is None:
        abort(404)
    return eml_response(source, message_id)


@blueprint.get("/handsets/<address>/mail/<int:message_id>/attachments/<int:number>")
def attachment(address: str, message_id: int, number: int) -> Response:
    """Return an attachment to save. It is never shown in the page, and the browser must not guess its type."""
    found = _mail(address, message_id)
    file = files.file(inbox.raw(world(), found.sid) or b"", number)
    if file is None:
        abort(404)
    return to_save(file._replace(type="application/octet-stream"))


def _mail(address: str, message_id: int) -> Message:
    found = inbox.message(world(), message_id)
    device = devices.device(world(), address)
    if found is None or found.channel != "mail" or not device.shows_mail_of(found.handset):
        abort(404)
    return found
