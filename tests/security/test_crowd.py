"""Fifty users at once over a bad network: no error of ours, and nothing of another user's (docs/promises.md#69)."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from mocksms.testing import Phone
from tests.app_fixture import AppFixture, World
from tests.security.model import SETTINGS, Walker
from tests.security.tools import rows
from webapp.outbound.gateway import Gateway
from webapp.store import accounts, methods

PEOPLE = 50
PASSWORD = "ringo-mikan-budou-77"
TRIES = 20
BUSY = 503  # the database was busy for long; the page says to try again
NAMES = [f"客{at:02}号" for at in range(PEOPLE)]


class BadNetwork(httpx.BaseTransport):
    """The way to the phone, which loses, breaks or garbles some of what goes over it, always before the phone."""

    def __init__(self, way: httpx.BaseTransport) -> None:
        self._way = way
        self._count = itertools.count(1)
        self._lock = threading.Lock()
        self.delivered: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        number = next(self._count)
        if number % 5 == 0:
            raise httpx.ConnectError("lost")
        if number % 7 == 0:
            return httpx.Response(503, stream=httpx.ByteStream(b"busy"))
        if number % 11 == 0:
            return httpx.Response(200, stream=httpx.ByteStream(b"<html>"))
        if number % 13 == 0:
            raise httpx.ReadTimeout("slow")
        answer = self._way.handle_request(request)
        with self._lock:
            self.delivered.append(httpx.QueryParams(request.read().decode())["To"])
        return answer


@dataclass(frozen=True)
class Somebody:
    """One of the crowd."""

    name: str
    email: str
    number: str


def accounts_of_a_crowd(world: World) -> list[Somebody]:
    """Fifty accounts that get their codes by text."""
    people = [
        Somebody(name, f"guest{at}@example.com", f"+8190777700{at:02}") for at, name in enumerate(NAMES)
    ]
    hashed = world.services.hasher.hash(PASSWORD)
    with world.services.store.writing() as db:
        for one in people:
            made = accounts.add(
                db,
                now=world.clock.now(),
                name=one.name,
                email=one.email,
                phone=one.number,
                password_hash=hashed,
                language="ja",
                time_zone="Asia/Tokyo",
            )
            methods.add(
                db, account_id=made.id, kind="sms", number=one.number, is_preferred=True, verified_at=0.0
            )
            accounts.set_two_step(db, made.id, True)
    return people


class Member:
    """One of the crowd at a browser; tries again when the site was busy, and counts how often that was."""

    def __init__(self, world: World, phone: Phone, one: Somebody) -> None:
        self.walker, self.phone, self.one = Walker(world), phone, one
        self.busy = 0

    def posts(self, path: str, page: str, **fields: str) -> str:
        """Send a form and return where it leads."""
        return self.tries(lambda: self.walker.post(path, page, **fields))

    def tries(self, send: Callable[[], TestResponse]) -> str:
        """Send until the site was not busy."""
        answer = send()
        while answer.status_code == BUSY and self.busy < TRIES:
            self.busy += 1
            answer = send()
        assert answer.status_code == 303, answer.status_code
        return self.walker.leads_to(answer)

    def gives_code(self) -> str:
        """Type the code that was sent, after asking for it again as long as none left."""
        for _ in range(TRIES):
            if "送信できませんでした" not in self.walker.get("/ap/mfa").text:
                break
            self.posts("/ap/mfa/resend", "/ap/mfa")
        code = self.phone.code(self.one.number)
        assert code is not None, "the page says that a code left"
        return self.posts("/ap/mfa", "/ap/mfa", otpCode=code)

    def signs_in(self) -> None:
        assert self.tries(lambda: self.walker.gives_password(self.one.email, PASSWORD)) == "/ap/mfa"
        assert self.gives_code() == "/"
        self.sees_own_page()

    def sees_own_page(self) -> None:
        """The account's page shows this person and none of the others."""
        home = self.walker.get("/account/security").text
        assert self.one.number[-3:] in home.replace("-", "")
        assert [name for name in NAMES if name in home] == [self.one.name]

    def turns_off(self) -> None:
        """By a step-up with another code."""
        assert self.posts("/ap/cvf/confirm", "/account", return_to=SETTINGS) == "/ap/mfa"
        assert self.gives_code() == SETTINGS
        assert self.posts(f"{SETTINGS}/disable", f"{SETTINGS}/disable") == f"{SETTINGS}/disable/feedback"
        self.sees_own_page()


def test_crowd_over_a_bad_network_s69(
    apps_with: Callable[..., AppFixture], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = apps_with().fresh()
    people = accounts_of_a_crowd(world)
    own: Gateway = world.services.outbound.gateway
    network = BadNetwork(own._transport)  # type: ignore[arg-type]
    monkeypatch.setattr(
        world.services.outbound,
        "gateway",
        Gateway("http://localhost", "AC" + "0" * 32, "x", "+815012345678", transport=network),
    )

    crowd = [Member(world, Phone.in_process(phone_app(own)), one) for one in people]
    with ThreadPoolExecutor(PEOPLE) as pool:
        list(pool.map(Member.signs_in, crowd))
    assert len(rows(world, "sessions")) == PEOPLE
    assert sorted(network.delivered) == sorted(one.number for one in people)  # none lost, none sent twice
    network.delivered.clear()
    some = crowd[::5]
    with ThreadPoolExecutor(PEOPLE) as pool:
        list(pool.map(Member.turns_off, some))
    assert sorted(network.delivered) == sorted(member.one.number for member in some)
    off = {row["email"] for row in rows(world, "accounts") if not row["two_step_on"]}
    assert off & {one.email for one in people} == {member.one.email for member in some}
    assert sum(member.busy for member in crowd) <= PEOPLE // 10  # writers wait for one another
    assert {row["account_id"] for row in rows(world, "sessions")} == {
        row["id"] for row in rows(world, "accounts") if row["email"].startswith("guest")
    }


def phone_app(gateway: Gateway) -> Flask:
    """The phone behind a gateway client that speaks to it in this process."""
    transport = gateway._transport
    assert isinstance(transport, httpx.WSGITransport)
    assert isinstance(transport.app, Flask)
    return transport.app
