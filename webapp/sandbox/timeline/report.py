"""A recording as a report to print: a cover, chapters, every step with its picture (docs/sandbox.md)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from webapp import paths
from webapp.rules import identifiers
from webapp.sandbox import world_middleware
from webapp.sandbox.store.trace_log import Step
from webapp.sandbox.timeline.pictures import picture_url
from webapp.sandbox.timeline.step_texts import KINDS, kind_word
from webapp.sandbox.timeline.steps import StepView, chosen_steps, read_filter, received, step_views
from webapp.store import accounts

SHEETS = ("tokens", "timeline", "report")
_AREAS = {
    "account": _("Account"),
    "approval": _("Approval by email"),
    "desk": _("Review desk"),
    "music": _("Mihon Music"),
    "older_device": _("An older device"),
    "passkeys": _("Passkeys"),
    "recovery": _("Reset Two-Step Verification"),
    "set_up": _("Setting up Two-Step Verification"),
    "settings": _("Two-Step Verification (2SV) settings"),
    "shop": _("Home page"),
    "sign_in": _("Signing in"),
    "step_up": _("Confirming identity"),
    "turn_off": _("Turning Two-Step Verification off"),
}
_OF_ENDPOINT = {
    "account.register": _("Creating an account"),
    "account.confirm_registration": _("Creating an account"),
    "account.forgot_password": _("Forgotten password"),
    "account.confirm_reset": _("Forgotten password"),
    "account.new_password": _("Forgotten password"),
}


@dataclass(frozen=True, slots=True)
class Chapter:
    """Steps in a row that belong to one part of the site."""

    title: str
    steps: list[StepView] = field(default_factory=list)


@world_middleware.blueprint.get(paths.TOOLS_TIMELINE_REPORT)
def timeline_report() -> ResponseReturnValue:
    """Show the report as a page, or with ``?download=1`` as one self-contained file."""
    wanted, world = read_filter(), world_middleware.world()
    steps = chosen_steps(world, wanted)
    messages, phone_answers = received(steps)
    download = bool(request.args.get("download"))
    style = "\n".join(_sheet(name) for name in SHEETS) if download else ""
    now = datetime.fromtimestamp(world.services.clock.now(), ZoneInfo(world.services.config.time_zone))
    answer = make_response(
        render_template(
            "site/sandbox/timeline_report.html",
            asked=wanted,
            world=world,
            now=now,
            chapters=chapters(step_views(steps, messages, phone_answers)),
            people=persona_names(steps),
            counts=[(kind, label, n) for kind, label in KINDS.items() if (n := _count(steps, kind))],
            kind_word=kind_word,
            picture=picture_data if download else picture_url,
            phone_answers=phone_answers,
            style=style,
            sheets=SHEETS,
        )
    )
    if download:
        mark = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        answer.headers["Content-Security-Policy"] = (
            f"default-src 'none'; style-src 'sha256-{mark}'; img-src data:; "
            "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
        )
        name = f"walk-{world.name}-{now:%Y%m%d-%H%M%S}.html"
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def chapters(told: Sequence[StepView]) -> list[Chapter]:
    """Return the steps by the part of the site that they belong to, in order.

    The log has a request's effects before its page, so a step belongs to the page after it.
    """
    titles: list[str] = []
    title = ""
    for each in reversed(told):
        if each.step.kind == "page" and (each.step.data.get("page") or each.step.data.get("to")):
            title = _area(each.step.name)
        titles.append(title)
    pairs = zip(reversed(titles), told, strict=True)
    found = [
        Chapter(name, [each for _name, each in group]) for name, group in groupby(pairs, lambda pair: pair[0])
    ]
    if len(found) > 1 and not found[-1].title:  # what came after the last page
        found[-2].steps.extend(found.pop().steps)
    return [
        chapter if chapter.title else Chapter(gettext("Sandbox tools"), chapter.steps) for chapter in found
    ]


def persona_names(steps: Sequence[Step]) -> list[str]:
    """Return the names of the accounts in the recording's events, if they still exist."""
    with world_middleware.world().services.store.reading() as db:
        known = {account.id: account for account in accounts.list_all(db)}
    ids = dict.fromkeys(step.data["account"] for step in steps if step.data.get("account") in known)
    return [
        f"{known[each].name} ({identifiers.shown(known[each].email or known[each].phone)})" for each in ids
    ]


def picture_data(name: str) -> str:
    """Return a picture as a data URI; "" if it is gone."""
    content = world_middleware.world().trace_log.find_picture(name)
    if content is None:
        return "data:,"
    return f"data:image/{name.rpartition('.')[2]};base64,{base64.b64encode(content).decode()}"


def _area(endpoint: str) -> str:
    words = _OF_ENDPOINT.get(endpoint) or _AREAS.get(endpoint.rpartition(".")[0].rpartition(".")[2])
    return str(words or endpoint)


def _count(steps: Sequence[Step], kind: str) -> int:
    return sum(step.kind == kind for step in steps)


def _sheet(name: str) -> str:
    return (Path(current_app.static_folder or "") / "css" / f"{name}.css").read_text()
