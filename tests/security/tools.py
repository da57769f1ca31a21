"""Helpers of the security tests, besides what users do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.actors import Person
from tests.app_fixture import World
from tests.form_client import Browser

STEP_SECONDS = 30
AFTER_RESEND_WAIT = 31
TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
    "postgresql": "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()",
}
TOOLS = ("world_settings", "steps", "counts")
"""Tables of the sandbox: what was walked, not what the site did."""


def to_mid_step(world: World) -> None:
    """Move to the middle of an app code's 30 s, so that no test meets the edge of a step by chance."""
    world.clock.advance(STEP_SECONDS / 2 - world.clock.now() % STEP_SECONDS + STEP_SECONDS)


def is_signed_in(browser: Browser) -> bool:
    """Return whether the account's page opens here; else it leads to the sign-in."""
    answer = browser.raw("GET", "/account")
    if answer.status_code == 200:
        return True
    assert (answer.status_code, urlsplit(answer.headers["Location"]).path) == (303, "/ap/signin")
    return False


def types(person: Person, code: str) -> TestResponse:
    """Send a code to the page that asks for one, and take any answer."""
    return sends(person.browser, "/ap/mfa", otpCode=code)


def sends(browser: Browser, path: str, **fields: Any) -> TestResponse:
    """Post fields with the token of the browser's current page."""
    return browser.raw("POST", path, data={"csrf_token": browser.csrf_token, **fields})


def is_accepted(answer: TestResponse) -> bool:
    """Return whether a sign-in or a step-up continued to another page; else it showed an error or started again.

    `tests.assertions.refusal` says which refusal it was.
    """
    if answer.status_code == 303:
        return "/ap/" not in answer.headers["Location"]
    assert answer.status_code in (200, 429)
    assert 'id="auth-error-message-box"' in answer.text
    return False


def wrong_code(right: str) -> str:
    """Return six digits that are none of the codes near ``right``."""
    return f"{(int(right) + 500_001) % 1_000_000:06d}"


def texts(world: World, to: str | None = None, channel: str | None = None) -> list[Any]:
    """Return the phone's messages, newest first."""
    return world.phone.messages(to=to, channel=channel)


def resend(person: Person) -> TestResponse:
    """Request another code by the same method."""
    return sends(person.browser, "/ap/mfa/resend")


def rows(world: World, table: str) -> list[dict[str, Any]]:
    """Return every row of a table of the site."""
    with world.services.store.reading() as db:
        return [dict(row) for row in db.execute(f"SELECT * FROM {table}")]


def all_rows(world: World) -> Iterable[tuple[str, dict[str, Any]]]:
    """Return every row of every table of the site, except the tools'."""
    with world.services.store.reading() as db:
        tables = [str(row[0]) for row in db.execute(TABLES[db.dialect])]
    for name in tables:
        if name in TOOLS or name.lstrip("_").startswith(("sqlite_", "migrations")):
            continue
        for row in rows(world, name):
            yield name, row


def stored_bytes(world: World) -> bytes:
    """Return all that the site stores: its files, such as SQLite's, and what a server keeps; not the keys."""
    folder = Path(world.services.config.instance)
    files = [file for file in sorted(folder.rglob("*")) if file.is_file() and file.suffix != ".key"]
    stored = [file.read_bytes() for file in files]
    if world.services.config.database_url:
        values = (value for _, row in all_rows(world) for value in row.values())
        stored += [value if isinstance(value, bytes) else str(value).encode() for value in values]
    return b"\n".join(stored)


def holds_digits(text: str | bytes, digits: str) -> bool:
    """Return whether ``digits`` occur anywhere on their own, not as part of a longer number."""
    if isinstance(text, bytes):
        return re.search(rb"(?<![0-9.])" + digits.encode() + rb"(?![0-9])", text) is not None
    return re.search(rf"(?<![0-9.]){digits}(?![0-9])", text) is not None


# Where strangers may go: the shop's front, the ways in, the links of mails, and QA's tools, which are not there
# outside sandbox mode. All the rest is for whoever is signed in.
OPEN_PATHS = frozenset({"/", "/healthz", "/readyz", "/patterns", "/music", "/sandbox"})
OPEN_FOLDERS = (
    "/static/",
    "/sandbox/",
    "/ap/signin",
    "/ap/signout",
    "/ap/mfa",
    "/ap/passkey",
    "/ap/register",
    "/ap/forgotpassword",
    "/ap/recovery",
    "/a/c/r/",
    "/music/ap/",
    "/music/older",
)


def protected(world: World, method: str) -> list[str]:
    """Return the paths without variables that only a signed-in visitor may use with ``method``."""
    return [
        rule.rule
        for rule in world.site.url_map.iter_rules()
        if rule.rule not in OPEN_PATHS
        and not rule.rule.startswith(OPEN_FOLDERS)
        and not rule.arguments
        and method in (rule.methods or ())
    ]


def moves_to(browser: Browser, address: str) -> None:
    """Send a browser's requests from this address."""
    assert isinstance(browser.client, FlaskClient)
    browser.client.environ_base["REMOTE_ADDR"] = address
