"""Fifty people at once over a bad network: nobody sees an error of ours, or anything of another's (SECURITY.md 69)."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import pytest
from flask import Flask

from mocksms.testing import Phone
from tests.app_fixture import AppFixture, World
from tests.security.model import Walker
from tests.security.tools import rows
from webapp.outbound.gateway import Gateway
from webapp.store import accounts, methods

PEOPLE = 50
PASSWORD = "ringo-mikan-budou-77"
TRIES = 20


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


def crowd(world: World) -> list[Somebody]:
    """Fifty accounts that get their codes by text."""
    people = [
        Somebody(f"客{at:02}号", f"guest{at}@example.com", f"+8190777700{at:02}") for at in range(PEOPLE)
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


def signs_in(world: World, phone: Callable[[], Phone], one: Somebody) -> int:
    """All the way in; how many codes left for this person, by what the pages say."""
    walker = Walker(world)
    answer = walker.gives_password(one.email, PASSWORD)
    for _ in range(TRIES):
        if (
            answer.status_code == 503
        ):  # the database was busy for long: the page says to try again, so do that
            answer = walker.gives_password(one.email, PASSWORD)
            continue
        assert walker.leads_to(answer) == "/ap/mfa"
        page = walker.get("/ap/mfa").text
        if "送信できませんでした" not in page:
            break
        walker.post("/ap/mfa/resend", "/ap/mfa")
    code = phone().code(one.number)
    assert code is not None, "the page says that a code left"
    for _ in range(TRIES):
        answer = walker.post("/ap/mfa", "/ap/mfa", otpCode=code)
        if answer.status_code != 503:
            break
    assert walker.leads_to(answer) == "/", answer.status_code
    home = walker.get("/account/security").text
    assert one.name in home
    assert one.number[-3:] in home.replace("-", "")
    others = [f"客{at:02}号" for at in range(PEOPLE)]
    assert [name for name in others if name in home] == [one.name]
    return 1


def test_crowd_over_a_bad_network_s69(
    apps_with: Callable[..., AppFixture], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = apps_with().fresh()
    people = crowd(world)
    own: Gateway = world.services.outbound.gateway
    network = BadNetwork(own._transport)  # type: ignore[arg-type]
    monkeypatch.setattr(
        world.services.outbound,
        "gateway",
        Gateway("http://localhost", "AC" + "0" * 32, "x", "+815012345678", transport=network),
    )

    def phone() -> Phone:
        return Phone.in_process(phone_app(own))

    with ThreadPoolExecutor(PEOPLE) as pool:
        done = list(pool.map(lambda one: signs_in(world, phone, one), people))
    assert sum(done) == PEOPLE
    assert len(rows(world, "sessions")) == PEOPLE
    assert sorted(network.delivered) == sorted(one.number for one in people)  # none lost, none sent twice
    assert {row["account_id"] for row in rows(world, "sessions")} == {
        row["id"] for row in rows(world, "accounts") if row["email"].startswith("guest")
    }


def phone_app(gateway: Gateway) -> Flask:
    """The phone behind a gateway client that speaks to it in this process."""
    transport = gateway._transport
    assert isinstance(transport, httpx.WSGITransport)
    assert isinstance(transport.app, Flask)
    return transport.app
