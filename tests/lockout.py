"""Walks of users who are locked out, and of the reviewer, for the tests of flows and of security."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from tests import sample_files
from tests.actors import Person
from tests.app_fixture import World
from tests.form_client import Page
from webapp.sandbox.journeys import pages
from webapp.sandbox.journeys.steps import Open, Press
from webapp.services.account_lookup import find_account

FILES: dict[str, Callable[[], bytes]] = {
    "licence.jpg": sample_files.jpg,
    "bill.pdf": sample_files.pdf,
    "letter.docx": sample_files.docx,
}


def file(name: str = "licence.jpg", content: bytes | None = None) -> tuple[io.BytesIO, str]:
    """Return a file as the form client sends it."""
    return io.BytesIO(FILES[name]() if content is None else content), name


def begins(person: Person) -> Page:
    """Walk from the code page to the case, by the pages' own links."""
    person.gives_password()
    person.browser.follow("#auth-get-new-otp-link")
    person.browser.follow("[href='/ap/recovery']")
    return person.browser.submit(email=person.email, password=person.password)


def sends(person: Person, *files: Any) -> Page:
    return person.browser.submit(documents=list(files) or [file()])


def reviewer(world: World, language: str = "ja") -> Person:
    """Return the reviewer, signed in, freshly proven, and at the queue. A minute passes: each app code works once."""
    person = world.person("desk", language)
    world.clock.advance(30)
    person.signs_in()
    world.clock.advance(30)
    proves(person)
    person.browser.get("/account")
    person.browser.follow("[href='/desk']")
    return person


def proves(person: Person) -> Page:
    """Step up with the code of the app."""
    person.walks(Open("/ap/cvf/confirm?return_to=/desk"), Press(pages.PROVE))
    return person.gives_code()


def opens_case(person: Person, name: str) -> Page:
    page = person.browser.get("/desk")
    row = next(link for link in page.all("a.row") if name in link.to_text())
    return person.browser.get(row.attrs["href"])


def begins_review(person: Person, name: str) -> Page:
    opens_case(person, name)
    return person.browser.press("審査を開始")


def decides(person: Person, verdict: str, reason: str = "名前と住所を確認しました") -> Page:
    return person.browser.submit(form="#desk-decision", verdict=verdict, reason=reason)


def account_of(world: World, person: Person) -> Any:
    with world.services.store.reading() as db:
        return find_account(db, person.email)


def brought_to(world: World, person: Person, state: str) -> None:
    """Return a case of this user in this state."""
    begins(person)
    if state == "opened":
        return
    sends(person)
    if state == "received":
        return
    desk = reviewer(world)
    begins_review(desk, person.name)
    if state == "more_wanted":
        decides(desk, "ask_more")


def files(world: World) -> dict[str, bytes]:
    """Return all stored documents by their ids, sealed as they are."""
    with world.services.store.reading() as db:
        return {row[0]: row[1] for row in db.execute("SELECT id, sealed FROM documents")}
