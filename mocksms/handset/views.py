"""The list of handsets, and a phone's own screens: lock, home, settings."""

import re
from typing import NamedTuple

from flask import Response, flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from mocksms.api.middleware import YEAR_SECONDS, gateways, world
from mocksms.core import display_names, inbox, phone_numbers
from mocksms.core.models import Filter, Message
from mocksms.handset import devices, language
from mocksms.handset._blueprint import blueprint
from mocksms.handset.calls import call_view
from mocksms.handset.devices import Device
from mocksms.handset.forms import PairForm
from mocksms.handset.layout_context import is_handset, render, row_number

_EXTRA_DOTS = re.compile(
    r"\.+(?=\.|\Z)"
)  # Japanese carriers gave out addresses with dots in a row or before the @
NOTES = 5
SHOWN_AT_FIRST = 2
MOST_AT_ONCE = 6
CODE_SHOWS_SECONDS = 15 * 60


class Notification(NamedTuple):
    """A notification of the lock screen or a search result: its app and its link."""

    app: str
    who: str
    text: str
    url: str
    last: Message
    unread: int = 1


def notification(device: Device, message: Message, unread: int = 1) -> Notification:
    """Return the notification of a message."""
    if message.channel == "mail":
        url = url_for("handset.mail_message", address=device.address, message_id=message.id)
        return Notification(
            "mail", display_names.sender_name(message), devices.preview(message), url, message, unread
        )
    if message.channel == "call":
        url = url_for("handset.call", address=device.address, message_id=message.id)
        return Notification(
            "phone", display_names.pretty(message.peer), call_view(message).outcome, url, message, unread
        )
    url = url_for("handset.thread", address=device.address, peer=message.peer)
    return Notification(
        "messages", display_names.pretty(message.peer), devices.preview(message), url, message, unread
    )


@blueprint.get("/")
def desk() -> str:
    """Show all handsets of this world, newest first; before the first message, how to send one."""
    before = row_number(request.args, "before")
    oldest = devices.oldest_shown(world(), before)
    return render(
        "desk",
        cards=devices.cards(world(), before),
        older_url=url_for("handset.desk", before=oldest) if oldest else None,
        examples=_examples(),
        pick_problem=None,
    )


def _examples() -> dict[str, str]:
    return gateways().examples(request.host_url.rstrip("/"))


@blueprint.get("/side-by-side")
def side_by_side() -> str:
    """Show the chosen handsets, at most MOST_AT_ONCE, each live in its own frame; without a choice the newest two."""
    cards = devices.cards(world())
    wanted = [address for address in request.args.getlist("handset") if is_handset(address)]
    wanted = wanted or [card.address for card in cards[:SHOWN_AT_FIRST]]
    chosen = [devices.device(world(), address) for address in dict.fromkeys(wanted)][:MOST_AT_ONCE]
    return render("side_by_side", chosen=chosen, cards=cards, most=MOST_AT_ONCE)


@blueprint.get("/handsets")
def pick_up() -> BaseResponse | tuple[str, int]:
    """Open the handset of a typed number or mailbox."""
    address = phone_numbers.normalise(request.args.get("address", ""), world().settings.region)
    if is_handset(address):
        return redirect(url_for("handset.lock", address=address))
    problem = _("Enter a phone number or an email address.")
    return render("desk", examples=_examples(), pick_problem=problem), 400


@blueprint.get("/handsets/<address>/")
def lock(address: str) -> str:
    """Show the lock screen: the time, and a notification of each conversation with unread messages."""
    device = devices.device(world(), address)
    return render("lock", device, notes=notifications(device))


def notifications(device: Device) -> list[Notification]:
    """Return what is unread on a device, newest first, one for each conversation or mail sender."""
    threads = []
    if device.kind != "mailbox":
        threads += inbox.threads(world(), device.address, "sms", NOTES)
        threads += [
            each
            for each in inbox.threads(world(), device.address, "call", NOTES)
            if each.last and each.last.status not in ("ringing", "in-progress")
        ]
    for box in devices.mailboxes(world(), device)[:NOTES]:
        threads += inbox.threads(world(), box.address, "mail", NOTES)
    found = [notification(device, each.last, each.unread) for each in threads if each.unread and each.last]
    return sorted(found, key=lambda each: each.last.id, reverse=True)[:NOTES]


@blueprint.get("/handsets/<address>/home")
def home(address: str) -> str:
    """Show the home screen: apps with unread counts, and the newest code ready to copy."""
    device = devices.device(world(), address)
    counts = inbox.unread(world(), address)
    badges = {
        "messages": counts.get("sms", 0),
        "phone": counts.get("call", 0),
        "mail": sum(box.unread for box in devices.mailboxes(world(), device)),
    }
    return render("home", device, badges=badges, latest=latest_code(device))


def latest_code(device: Device) -> Message | None:
    """Return the newest message of the last 15 minutes with a one-time code, unless the code was seen or used.

    It was seen if the message was read, and used if the app reported so in a message's feedback.
    """
    boxes = [box.address for box in devices.mailboxes(world(), device)[:NOTES]]
    found = [
        message
        for address in {device.address, *boxes}
        for message in inbox.search(world(), Filter(to=address, has_code=True), 1)
    ]
    newest = max(found, key=lambda message: message.id, default=None)
    if newest is None or newest.read_at is not None or newest.details.get("feedback") == "confirmed":
        return None
    return newest if world().now() - newest.received_at < CODE_SHOWS_SECONDS else None


@blueprint.post("/handsets/<address>/read")
def mark_read(address: str) -> BaseResponse:
    """Mark a conversation (peer, channel) or one message as read; 204 for the page's own module."""
    if peer := request.form.get("peer", ""):
        inbox.mark_thread_read(world(), address, peer, request.form.get("channel", "sms"))
    elif request.form.get("calls"):
        for each in inbox.threads(world(), address, "call"):
            if each.unread:
                inbox.mark_thread_read(world(), address, each.peer, "call")
    elif (message_id := row_number(request.form, "message")) is not None:
        found = inbox.message(world(), message_id)
        if found is not None and _is_on(devices.device(world(), address), found):
            inbox.mark_read(world(), found)
    if request.headers.get("X-Requested-With") == "handset":
        return Response(status=204)
    return redirect(url_for("handset.home", address=address))


def _is_on(device: Device, message: Message) -> bool:
    return message.handset == device.address or (
        message.channel == "mail" and device.shows_mail_of(message.handset)
    )


@blueprint.route("/handsets/<address>/settings", methods=["GET", "POST"])
def settings(address: str) -> BaseResponse | str | tuple[str, int]:
    """Show language, theme, sounds, the phone's mail accounts and its clock."""
    form = PairForm()
    if request.method == "POST":
        answer = _change_settings(address, form)
        if answer is not None:
            return answer
    device = devices.device(world(), address)
    themes = [("auto", _("Automatic")), ("light", _("Light")), ("dark", _("Dark"))]
    page = render("settings", device, pair_form=form, themes=themes)
    return (page, 422) if form.errors else page


def _change_settings(address: str, form: PairForm) -> BaseResponse | None:
    back = redirect(url_for("handset.settings", address=address))
    theme = request.form.get("theme")
    if theme in language.THEMES:
        answer = make_response(back)
        answer.set_cookie("tel_theme", theme, max_age=YEAR_SECONDS, samesite="Lax", httponly=True)
        return answer
    if gone := request.form.get("unpair"):
        devices.pair(world(), gone, "")
        flash(_("%(name)s removed from this phone.", name=gone))
        return back
    if not form.validate():
        return None
    from email_validator import EmailNotValidError, validate_email  # late: only this form needs it

    try:
        typed = (form.mailbox.data or "").strip()
        local, at, domain = typed.rpartition("@")
        plain = _EXTRA_DOTS.sub("", local)
        read = validate_email(f"{plain}{at}{domain}", check_deliverability=False, test_environment=True)
        mailbox = phone_numbers.normalise(read.normalized if plain == local else typed)
    except EmailNotValidError:
        form.mailbox.errors = [_("Enter a valid email address.")]
        return None
    devices.pair(world(), mailbox, address)
    flash(_("%(name)s added to this phone.", name=mailbox))
    return back
