"""Search messages on one phone or on all, and export them."""

import csv
import heapq
import io
import json
from collections.abc import Iterator

from flask import Response, abort, request

from mocksms.api.middleware import world
from mocksms.api.saved_files import save_as
from mocksms.core import display_names, inbox
from mocksms.core.models import Filter, Message
from mocksms.core.worlds import World
from mocksms.handset import dates, devices
from mocksms.handset._blueprint import blueprint
from mocksms.handset.devices import Device
from mocksms.handset.layout_context import render
from mocksms.handset.views import notification

RESULTS = 50
COLUMNS = ("id", "channel", "direction", "from", "to", "subject", "body", "code", "status", "received_at")


@blueprint.get("/handsets/<address>/search")
def search(address: str) -> str:
    """Show messages, calls and mails of one phone that contain all the words."""
    device = devices.device(world(), address)
    query = request.args.get("q", "").strip()[:200]
    found = [notification(device, message) for message in _found(device, query)] if query else []
    return render("search", device, results=found, query=query)


def _found(device: Device, query: str) -> list[Message]:
    found = inbox.search(world(), Filter(handset=device.address, q=query), RESULTS)
    if device.kind != "mailbox":
        for box in devices.mailboxes(world(), device):
            found += inbox.search(world(), Filter(to=box.address, channel="mail", q=query), RESULTS)
    return sorted(found, key=lambda message: message.id, reverse=True)[:RESULTS]


@blueprint.get("/search")
def search_all() -> str:
    """Show messages of every phone that contain all the words."""
    query = request.args.get("q", "").strip()[:200]
    found = inbox.search(world(), Filter(q=query), RESULTS) if query else []
    owners = devices.all_of(world(), {message.handset for message in found})
    results = [(owners[each.handset], notification(owners[each.handset], each)) for each in found]
    return render("search_all", results=results, query=query)


@blueprint.get("/handsets/<address>/export.<any(json, csv):form>")
def export(address: str, form: str) -> Response:
    """Return all messages of one phone, typed ones included, newest first, as JSON or as CSV for a spreadsheet."""
    rows = (_row(message) for message in _all(world(), address))
    name = f"{display_names.pretty(address)}.{form}".replace("@", "-at-")
    if form == "json":
        answer = Response(_json(rows), mimetype="application/json")
    elif form == "csv":
        answer = Response(_csv(rows), mimetype="text/csv; charset=utf-8")
    else:
        abort(404)
    return save_as(answer, name)


def _all(here: World, address: str) -> Iterator[Message]:
    came, typed = _pages(here, Filter(to=address)), _pages(here, Filter(sender=address))
    return heapq.merge(
        (message for message in came if message.direction == "in"),
        (message for message in typed if message.direction == "out"),
        key=lambda message: -message.id,
    )


def _pages(here: World, wanted: Filter) -> Iterator[Message]:
    before: int | None = None
    while found := inbox.search(here, wanted, 500, before):
        yield from found
        before = found[-1].id


def _row(message: Message) -> dict[str, str | int | None]:
    return {
        "id": message.id, "channel": message.channel, "direction": message.direction, "from": message.sender,
        "to": message.recipient, "subject": message.subject, "body": message.body, "code": message.code,
        "status": message.status, "received_at": dates.iso(message.received_at),
    }  # fmt: skip


def _json(rows: Iterator[dict[str, str | int | None]]) -> Iterator[str]:
    yield '{"messages": ['
    for number, row in enumerate(rows):
        yield (",\n" if number else "\n") + json.dumps(row, ensure_ascii=False)
    yield "\n]}\n"


def _csv(rows: Iterator[dict[str, str | int | None]]) -> Iterator[str]:
    yield "\ufeff" + ",".join(COLUMNS) + "\r\n"
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow([_inert(row[name]) for name in COLUMNS])
        yield line.getvalue()


def _inert(value: str | int | None) -> str | int | None:
    """Put an apostrophe before a text that a spreadsheet would run as a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
