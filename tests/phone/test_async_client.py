"""AsyncPhone and its parts can do everything that Phone can."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import mocksms
from mocksms.client import (
    AsyncAuthenticator,
    AsyncCall,
    AsyncFaults,
    AsyncPhone,
    Authenticator,
    Call,
    Faults,
    NothingCame,
    Phone,
    PhoneError,
)
from mocksms.testing import RunningPhone, run_phone, twilio_client
from tests.assertions import not_empty
from tests.loops import run

ME, SHOP = "+819012345678", "+15005550006"
PAIRS = (
    (Phone, AsyncPhone), (Faults, AsyncFaults), (Call, AsyncCall), (Authenticator, AsyncAuthenticator),
)  # fmt: skip


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPhone]:
    found = run_phone(str(tmp_path_factory.mktemp("async")))
    yield found
    found.stop()


def public(kind: type) -> set[str]:
    return {name for name in dir(kind) if not name.startswith("_")}


@pytest.mark.parametrize(("kind", "its_async"), PAIRS)
def test_async_client_has_the_same_public_names(kind: type, its_async: type) -> None:
    assert len(public(kind)) > 2
    assert public(kind) == public(its_async)
    for name in not_empty(public(kind)):
        assert inspect.getdoc(getattr(kind, name)), f"{name} is not described"
    for client in (kind, its_async):
        assert ("__enter__" in dir(client)) == (kind is Phone and client is kind)


def test_async_client_takes_the_same_arguments() -> None:
    ours, its_async = Phone("http://x", "w"), AsyncPhone("http://x", "w")
    called = [name for name in public(Phone) if callable(getattr(ours, name)) and name != "close"]
    assert {"lease_number", "make_world", "requests", "wait_for_code"} <= set(called)
    for name in not_empty(called):
        assert inspect.signature(getattr(ours, name)).parameters.keys() == (
            inspect.signature(getattr(its_async, name)).parameters.keys()
        ), name
    assert (ours.account_sid, ours.mailbox("a@b.c")) == (its_async.account_sid, its_async.mailbox("a@b.c"))
    ours.close()
    run(its_async.close())


def test_async_client_makes_its_world_leases_and_waits(running: RunningPhone) -> None:
    async def walk() -> None:
        async with AsyncPhone(running.url, "w1", running.smtp_port) as phone:
            assert "w1" in [each["name"] for each in await phone.worlds()]
            number = await phone.lease_number()
            waiting = asyncio.create_task(phone.wait_for_code(number, 30))
            await asyncio.to_thread(send, running, number)
            assert await waiting == "482913"
            assert (await phone.sms(number)).sender == SHOP
            assert (await phone.requests())[0].chosen_by == "lease"
            assert await phone.faults.add("reject", times=1) == (await phone.faults.all())[0]["id"]
            with pytest.raises(NothingCame, match="no new code"):
                await phone.wait_for_code(number, 0)
            await phone.reset()
            assert not await phone.messages()
            assert not await phone.faults.all()
        gone = AsyncPhone(running.url, "w1")
        with pytest.raises(PhoneError, match="404"):
            await gone.messages()
        await gone.close()

    run(walk())


def send(running: RunningPhone, number: str) -> None:
    twilio_client(running.url).messages.create(to=number, from_=SHOP, body="482913 is your code")


def test_async_client_leaves_a_world_that_was_there(running: RunningPhone) -> None:
    async def walk() -> None:
        async with AsyncPhone(running.url, "mine"):
            pass
        async with AsyncPhone(running.url, "brief") as phone:
            await phone.delete_world()

    with running.client() as base:
        base.send("PUT", "/api/v1/worlds/mine")
        run(walk())
        assert [each["name"] for each in base.worlds()] == ["default", "mine"]


def test_async_client_drives_a_call(running: RunningPhone) -> None:
    async def walk() -> None:
        async with AsyncPhone(running.url) as phone:
            call = await phone.call(ME, 30)
            assert await call.status == "ringing"
            assert await call.answer() is call
            assert "4 8 2 9 1 3" in await call.transcript
            await call.hangup()
            assert await call.status == "completed"

    twiml = "<Response><Say>4 8 2 9 1 3</Say><Pause length='60'/></Response>"
    twilio_client(running.url).calls.create(to=ME, from_=SHOP, twiml=twiml)
    run(walk())


def test_async_client_of_an_app_in_this_process_waits_beside_it(tmp_path: Path) -> None:
    app = mocksms.create_app({"INSTANCE": str(tmp_path)})

    async def walk() -> str:
        async with AsyncPhone.in_process(app, "w1") as phone:
            waiting = asyncio.create_task(phone.wait_for_code(ME, 30))
            transport = httpx.WSGITransport(app=app)

            def send_in_process() -> None:
                with httpx.Client(transport=transport, base_url=phone.url) as sender:
                    path = f"/2010-04-01/Accounts/{phone.account_sid}/Messages.json"
                    data = {"To": ME, "From": SHOP, "Body": "482913 is your code"}
                    assert sender.post(path, data=data, auth=(phone.account_sid, "x")).status_code == 201

            await asyncio.to_thread(send_in_process)
            return await waiting

    assert run(walk()) == "482913"
    app.extensions["mocksms"].close()
