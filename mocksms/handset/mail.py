"""The Mail app. A mail's HTML is cleaned by nh3 and shown in a sandboxed frame under a policy that loads nothing."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from urllib.parse import unquote

import nh3
from flask import Response, abort, request, url_for
from flask_babel import gettext as _
from markupsafe import escape

from mocksms.api.messages import eml_response
from mocksms.api.middleware import settings, world
from mocksms.core import inbox
from mocksms.core.models import Message
from mocksms.handset import attachments, devices, template_filters
from mocksms.handset._blueprint import blueprint
from mocksms.handset.layout_context import row_number, show

PAGE = 40
MOST_SHOWN = 24_000_000
"""Characters of pictures in one mail: twice what `attachments.LARGEST_PICTURES` makes. One may be shown many times."""
_ELSEWHERE = tuple(f"src={quote}{scheme}" for quote in ('"', "'", "") for scheme in ("http", "//"))
"""How a picture is written that stands on a server."""

FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none';"
    " sandbox allow-popups allow-popups-to-escape-sandbox"
)
PRESSES = (Path(__file__).parent.parent / "static" / "js" / "mail_presses.js").read_text("utf-8")
PRESSES_HASH = b64encode(sha256(PRESSES.encode()).digest()).decode()
PRESSES_POLICY = f"{FRAME_POLICY} allow-scripts; script-src 'sha256-{PRESSES_HASH}'"
"""With the one script that tells the page around the mail which link was pressed; the browser runs no other."""
_STYLES = {
    "background", "background-color", "border", "border-bottom", "border-collapse", "border-color",
    "border-left", "border-radius", "border-right", "border-spacing", "border-style", "border-top",
    "border-width", "color", "display", "font", "font-family", "font-size", "font-style",
    "font-weight", "height", "letter-spacing", "line-height", "margin", "margin-bottom",
    "margin-left", "margin-right", "margin-top", "max-width", "min-width", "padding",
    "padding-bottom", "padding-left", "padding-right", "padding-top", "text-align",
    "text-decoration", "text-transform", "transform", "vertical-align", "white-space", "width", "word-break",
}  # fmt: skip
_LAYOUT = {
    "align", "bgcolor", "border", "cellpadding", "cellspacing", "dir", "height", "lang", "role", "style",
    "valign", "width",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class File:
    """An attachment to fetch."""

    name: str
    size: str
    url: str


@blueprint.get("/handsets/<address>/mail/")
def mail(address: str) -> str:
    """The mailboxes of this phone, newest mail first."""
    device = devices.device(world(), address)
    return show("mail", device, boxes=devices.mailboxes(world(), device))


@blueprint.get("/handsets/<address>/mail/box/<box>")
def mailbox(address: str, box: str) -> str:
    """The mails of one mailbox, newest first."""
    device = devices.device(world(), address)
    if not device.shows_mail_of(box):
        abort(404)
    found = inbox.mails(world(), box, PAGE + 1, row_number(request.args, "before"))
    older = None
    if len(found) > PAGE:
        found = found[:PAGE]
        older = url_for("handset.mailbox", address=address, box=box, before=found[-1].id)
    return show("mailbox", device, box=box, mails=found, older_url=older)


@blueprint.get("/handsets/<address>/mail/<int:message_id>")
def mail_message(address: str, message_id: int) -> str:
    """One mail: as it was laid out, as text, or its source."""
    found = _mail(address, message_id)
    views = [("html", _("Mail")), ("text", _("Text")), ("source", _("Source"))]
    if not found.html:
        views = views[1:]
    view = request.args.get("view", views[0][0])
    if view not in dict(views):
        abort(404)
    raw = inbox.raw(world(), found.sid) or b""
    source = raw.decode("utf-8", "replace").replace("\0", "\ufffd") if view == "source" else ""
    return show(
        "mail_message", devices.device(world(), address), mail=found, views=views, view=view, source=source,
        files=[
            File(str(each["name"]), template_filters.size(int(each["size"])),
                 url_for("handset.attachment", address=address, message_id=message_id, number=number))
            for number, each in enumerate(attachments.listed(raw))
        ],
        leaves_out=_has_pictures_elsewhere(found.html),
    )  # fmt: skip


@blueprint.get("/handsets/<address>/mail/<int:message_id>/html")
def mail_html(address: str, message_id: int) -> Response:
    """The mail's HTML for the frame: cleaned, no script, nothing loaded from elsewhere, links in a new tab.

    With ``?presses=1`` links are left to the page around it, by the one script that the policy lets run.
    """
    found = _mail(address, message_id)
    tells = "presses" in request.args
    script = f"<script>{PRESSES}</script>" if tells else ""
    page = (
        '<!doctype html><html lang=""><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(found.subject)}</title><style>body{{margin:0;padding:16px;font:16px/1.6 system-ui,"
        "sans-serif;color:#1c1a16;background:#fff;overflow-wrap:anywhere}img{max-width:100%}</style></head>"
        f"<body>{clean(found.html, _pictures(found))}{script}</body></html>"
    )
    answer = Response(page, mimetype="text/html")
    policy = PRESSES_POLICY if tells else FRAME_POLICY
    # All frames around it count: where the phone may stand in a frame, so may its mails.
    answer.headers["Content-Security-Policy"] = f"{policy}; frame-ancestors {settings().frame_ancestors}"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _has_pictures_elsewhere(html: str) -> bool:
    written = html.lower()
    return "<img" in written and any(source in written for source in _ELSEWHERE)


def _pictures(found: Message) -> dict[str, str]:
    return attachments.pictures(inbox.raw(world(), found.sid) or b"") if "cid:" in found.html.lower() else {}


def clean(html: str, pictures: Mapping[str, str] = MappingProxyType({})) -> str:
    """HTML without anything that runs, loads or posts (docs/promises.md#40). Links open a new tab.

    `pictures` are the mail's own, by their Content-ID, as `data:` addresses. Of others, and of those that would go
    beyond MOST_SHOWN, only the words remain (`alt`).
    """
    left = MOST_SHOWN

    def own(name: str) -> str | None:
        nonlocal left
        picture = pictures.get(unquote(name))
        if picture is None or len(picture) > left:
            return None
        left -= len(picture)
        return picture

    def keep(tag: str, name: str, value: str) -> str | None:
        if (tag, name) == ("img", "src") and not value.strip().lower().startswith(("cid:", "data:")):
            return None
        if value.strip().lower().startswith("cid:"):
            return own(value.strip()[4:]) if (tag, name) == ("img", "src") else None
        return _no_data_links(tag, name, value)

    attributes = {tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()}
    attributes["*"] = set(_LAYOUT)
    attributes["a"] = {"href", "title"}
    return nh3.clean(
        html,
        tags=(nh3.ALLOWED_TAGS | {"font", "main", "section"}) - {"map", "area"},
        clean_content_tags={"script", "style", "title"},
        attributes=attributes,
        url_schemes={"http", "https", "mailto", "tel", "data", "cid"},
        filter_style_properties=_STYLES,
        set_tag_attribute_values={"a": {"target": "_blank"}},
        link_rel="noopener noreferrer",
        attribute_filter=keep,
    )


def _no_data_links(tag: str, name: str, value: str) -> str | None:
    """data: is for pictures alone, and style may fetch nothing."""
    if name == "style" and ("url(" in value.lower() or "image(" in value.lower()):
        return None
    is_data = value.strip().lower().startswith("data:")
    if is_data and not (tag == "img" and name == "src" and value.strip().lower().startswith("data:image/")):
        return None
    return value


@blueprint.get("/handsets/<address>/mail/<int:message_id>/mail.eml")
def mail_eml(address: str, message_id: int) -> Response:
    """Return a mail as it came, to save and open elsewhere."""
    source = inbox.raw(world(), _mail(address, message_id).sid)
    if source is None:
        abort(404)
    return eml_response(source, message_id)


@blueprint.get("/handsets/<address>/mail/<int:message_id>/attachments/<int:number>")
def attachment(address: str, message_id: int, number: int) -> Response:
    """An attachment to save, never shown in the page: the browser is told not to guess at what it is."""
    found = _mail(address, message_id)
    part = attachments.part(inbox.raw(world(), found.sid) or b"", number)
    if part is None:
        abort(404)
    answer = Response(part.content, mimetype="application/octet-stream")
    answer.headers.set("Content-Disposition", "attachment", filename=part.name)
    return answer


def _mail(address: str, message_id: int) -> Message:
    found = inbox.message(world(), message_id)
    device = devices.device(world(), address)
    if found is None or found.channel != "mail" or not device.shows_mail_of(found.handset):
        abort(404)
    return found
