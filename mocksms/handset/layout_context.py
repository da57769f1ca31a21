"""The context of every handset page: world, device, and the list beside it."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import abort, g, render_template, request, url_for
from flask_babel import get_timezone

from mocksms.api.middleware import world
from mocksms.core import calls, faults, inbox, phone_numbers
from mocksms.handset import devices, language
from mocksms.handset._blueprint import blueprint
from mocksms.handset.devices import Device

LONGEST = 320  # characters of a mail address (RFC 3696 errata 1690)


@blueprint.before_request
def note_time() -> None:
    """Read the phone's clock and what the page's stream follows, before what the page shows.

    The log-in is in no world.
    """
    g.pop("calendar", None)  # an app context may serve several requests, and the clock may move between them
    if request.endpoint != "handset.log_in":
        g.newest, g.stamp = inbox.last_news(world())
        g.phone_now = world().now()


@blueprint.url_value_preprocessor
def check_address(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Return 404 for a path whose address is neither a number nor a mailbox."""
    if values and "address" in values and not is_handset(values["address"]):
        abort(404)


def is_handset(address: str) -> bool:
    """Return whether an address can have a handset: a number in E.164 or a mailbox, in canonical form."""
    if len(address) > LONGEST or phone_numbers.normalise(address) != address:
        return False
    return "@" in address or re.fullmatch(r"\+[1-9]\d{6,14}", address) is not None


def row_number(values: Mapping[str, str], name: str) -> int | None:
    """Return the row number in a query string or form; None when it is none that a database could hold."""
    text = values.get(name, "")
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None


def render(template: str, device: Device | None = None, **words: Any) -> str:
    """Render a handset page with the list of handsets around it."""
    chosen = language.choose()
    here = world()
    conditions = here.conditions()
    current = (
        calls.ringing(world(), device.address) if device is not None and device.kind != "mailbox" else []
    )
    return render_template(
        f"phone/handset/{template}.html",
        device=device,
        current_call=current[0] if current else None,
        cards=words.pop("cards", None) or devices.cards(world()),
        language=chosen,
        other_language_url=language.other_url(chosen),
        theme=language.theme(),
        phone_now=g.phone_now,
        time_zone=str(get_timezone()),
        clock_moved=abs(conditions.offset) >= 1,
        faults_set=sum(rule.times != 0 for rule in faults.rules(here)) if conditions.has_faults else 0,
        tools_url=_tools_url(),
        is_framed=request.headers.get("Sec-Fetch-Dest") == "iframe",
        events_url=url_for("api.events", since=g.newest, conditions=g.stamp),
        world_name=here.name,
        clock_url=url_for("api_control.clock"),
        query=words.pop("query", request.args.get("q", "")),
        **words,
    )


def _tools_url() -> str:
    """Return the address of the app's tools in this world, "" if the phone knows none."""
    url = world().settings.tools_url
    return f"{url}{'&' if '?' in url else '?'}{urlencode({'world': world().name})}" if url else ""
