"""The Authenticator app: accounts by QR picture, key or link, and their codes (RFC 6238).

The page has the keys and computes the codes itself (WebCrypto), so it works offline. For a browser without JavaScript
the server writes the same codes into it.
"""

from functools import lru_cache
from typing import NamedTuple

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mocksms.api.middleware import world
from mocksms.config import SettingError
from mocksms.core import authenticator as engine
from mocksms.core.authenticator import BadKey, Entry
from mocksms.handset import devices
from mocksms.handset._blueprint import blueprint
from mocksms.handset.forms import KeyForm, LinkForm, PictureForm
from mocksms.handset.layout_context import render

MOST_PICTURE_BYTES = 10_000_000


class EntryView(NamedTuple):
    """An entry with its current code.

    `step` is the number of the code's period since 1970, `ring_offset` how much of the ring's 100 parts is gone.
    """

    id: int
    issuer: str
    name: str
    secret: str
    digits: int
    period: int
    algorithm: str
    code: str
    next_code: str
    step: int
    seconds_left: int
    ring_offset: float


def entry_view(entry: Entry, at: float) -> EntryView:
    """Return what the app shows of an entry at this time (Unix seconds)."""
    left = entry.seconds_left(at)
    return EntryView(
        entry.id, entry.issuer, entry.name, entry.secret, entry.digits, entry.period, entry.algorithm,
        entry.code(at), entry.code(at + entry.period), int(at // entry.period), int(left) or 1,
        round(100 - 100 * left / entry.period, 1),
    )  # fmt: skip


@lru_cache(maxsize=16)
def presets(pairs: tuple[tuple[str, str], ...]) -> tuple[Entry, ...]:
    """Return the entries that the setting `authenticators` gives to handsets; their ids are negative.

    Raise :class:`mocksms.config.SettingError`.
    """
    given = []
    for number, (handset, uri) in enumerate(pairs, 1):
        try:
            given.append(engine.parse_uri(uri)._replace(id=-number, handset=handset))
        except BadKey as bad:
            problem = f"MOCKSMS_AUTHENTICATORS: link {number} cannot be used ({bad.reason})"
            raise SettingError(problem) from None
    return tuple(given)


@blueprint.get("/handsets/<address>/authenticator/", endpoint="authenticator")
def codes(address: str) -> str:
    """Show the accounts of this phone with their codes and a ring of the seconds left."""
    kept = engine.entries(world(), address)
    known = {entry.secret for entry in kept}
    given = [entry for entry in presets(world().settings.authenticators) if entry.handset == address]
    found = [*(entry for entry in given if entry.secret not in known), *kept]
    entries = [entry_view(entry, g.phone_now) for entry in found]
    return render("authenticator", devices.device(world(), address), entries=entries)


@blueprint.route("/handsets/<address>/authenticator/add", methods=["GET", "POST"])
def authenticator_add(address: str) -> Response | str | tuple[str, int]:
    """Add an account by a picture of its QR code, by key and name, or by its otpauth: link."""
    way = request.form.get("way", "")
    key_form = KeyForm(request.form if way == "key" else None)
    link_form = LinkForm(request.form if way == "link" else None)
    picture_form = PictureForm(request.files if way == "picture" else None)
    problem = None
    if request.method == "POST":
        try:
            entry = _add(address, way, key_form, link_form, picture_form)
        except BadKey as bad:
            problem = _reason(bad.reason)
        else:
            if entry is not None:
                flash(_("%(name)s added.", name=entry.issuer or entry.name or _("The account")))
                return redirect(url_for("handset.authenticator", address=address))
            problem = _("Check the marked field.")
    page = render(
        "authenticator_add", devices.device(world(), address), key_form=key_form, link_form=link_form,
        picture_form=picture_form, problem=problem,
    )  # fmt: skip
    return (page, 422) if problem else page


def _add(address: str, way: str, by_key: KeyForm, by_link: LinkForm, by_picture: PictureForm) -> Entry | None:
    """Add an account from the submitted form; return None when the form is invalid. Raise BadKey."""
    if way == "key":
        if not by_key.validate():
            return None
        return engine.add(world(), address, by_key.secret.data or "", name=by_key.name.data or "")
    if way == "link":
        if not by_link.validate():
            return None
        uri = (by_link.uri.data or "").strip()
        if not uri.lower().startswith("otpauth:"):
            raise BadKey("not_totp")
        return engine.add(world(), address, uri)
    if way != "picture":
        abort(400)
    return _add_by_picture(address, by_picture)


def _add_by_picture(address: str, form: PictureForm) -> Entry | None:
    picture = request.files.get("picture")
    content = picture.read(MOST_PICTURE_BYTES + 1) if picture else b""
    if not content:
        form.picture.errors = [_("Choose an image of the QR code.")]
        return None
    if len(content) > MOST_PICTURE_BYTES:
        raise BadKey("not_a_picture")
    uri = engine.read_qr(content)
    if not uri.lower().startswith("otpauth:"):
        raise BadKey("not_totp")
    return engine.add(world(), address, uri)


def _reason(reason: str) -> str:
    return {
        "empty": _("Enter the setup key."),
        "not_base32": _("Enter a valid setup key. It uses only letters A–Z and digits 2–7."),
        "too_short": _("The key is too short. Copy all of it."),
        "not_totp": _("This link or QR code isn't for an authenticator app."),
        "bad_parameters": _("This account type isn't supported."),
        "no_qr": _("We couldn't find a QR code. Try a sharper or larger image."),
        "not_a_picture": _("We couldn't read this file as an image. Try another one."),
    }.get(reason, _("We couldn't add the account."))


@blueprint.post("/handsets/<address>/authenticator/<int:entry_id>/remove")
def authenticator_remove(address: str, entry_id: int) -> Response:
    """Remove an account from the app."""
    if engine.remove(world(), address, entry_id):
        flash(_("The account was removed."))
    return redirect(url_for("handset.authenticator", address=address))
