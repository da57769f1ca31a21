"""How the edge runs requests in threads, and lets them wait without one."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

import pytest

from mocksms import create_app
from mocksms.api import event_stream
from mocksms.core import inbox
from mocksms.core.models import Message
from mocksms.core.worlds import World
from mocksms.edge.held import Hold
from mocksms.edge.threads import Threads
from tests import loops


class Exchange:
    """The way back to a client that never hangs up."""

    async def client_disconnect(self) -> None:
        await asyncio.get_running_loop().create_future()


def test_threads_that_nobody_needs_end() -> None:
    threads = Threads(3, "test", idle_seconds=0.05)
    barrier = threading.Barrier(3)

    async def walk() -> None:
        await asyncio.gather(*(threads.run(barrier.wait) for _ in range(6)))
        assert threads.count == 3
        with pytest.raises(ZeroDivisionError):
            await threads.run(lambda: 1 // 0)
        while threads.count:
            await asyncio.sleep(0.01)
        assert await threads.run(lambda: 7) == 7

    loops.run(walk())


def test_waiting_request_goes_on_within_two_turns_of_the_loop_or_ends_with_its_client(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def turns(hold: Hold, exchange: Exchange) -> tuple[int, bool]:
        loop, count = asyncio.get_running_loop(), 0

        def turn() -> None:
            nonlocal count
            count += 1
            ticking.append(loop.call_soon(turn))

        waiting = asyncio.create_task(hold.wait_unless_gone(exchange))  # type: ignore[arg-type]
        await asyncio.sleep(0.01)
        ticking: list[asyncio.Handle] = []
        hold.wake()
        turn()
        went_on = await waiting
        ticking[-1].cancel()
        return count, went_on

    async def walk() -> None:
        loop, exchange, threads = asyncio.get_running_loop(), Exchange(), Threads(1, "test")
        hold = Hold(loop, threads)
        hold.waits(time.monotonic() + 60)
        for _ in range(3):
            count, went_on = await turns(hold, exchange)
            assert went_on
            assert count <= 3  # one of them is the waking itself
        hold.wake()  # before it waits
        assert await asyncio.wait_for(hold.wait_unless_gone(exchange), 5)  # type: ignore[arg-type]
        hold.waits(time.monotonic() + 0.05)
        assert await asyncio.wait_for(hold.wait_unless_gone(exchange), 5)  # type: ignore[arg-type]
        assert time.monotonic() >= hold.until
        hold.end()
        gone = Exchange()
        monkeypatch.setattr(gone, "client_disconnect", lambda: asyncio.sleep(0.05))
        hold = Hold(loop, threads)
        hold.waits(time.monotonic() + 60)
        assert not await asyncio.wait_for(hold.wait_unless_gone(gone), 5)  # type: ignore[arg-type]

    loops.run(walk())


def test_stream_that_waits_for_a_thread_says_that_it_is_still_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "KEEPALIVE_SECONDS", 0.05)
    world: World = create_app({"INSTANCE": str(tmp_path)}).extensions["mocksms"].get()
    inbox.receive(world, Message("SM1", "sms", sender="Mihon", recipient="+819012345678", body="hello"))
    free = threading.Event()

    async def walk() -> None:
        hold = Hold(asyncio.get_running_loop(), Threads(1, "test"))
        others = asyncio.create_task(hold.in_thread(lambda: free.wait(30)))
        await asyncio.sleep(0)
        with world.hub.subscribe(0, wake=hold.wake) as line:
            pieces = event_stream._without_thread(world, line, 0, hold)
            told = [await asyncio.wait_for(anext(pieces), 5) for _ in range(3)]
            assert told[1:] == [b": still here\n\n"] * 2
            free.set()
            while (piece := await asyncio.wait_for(anext(pieces), 5)) == told[1]:
                pass
            assert b"hello" in piece
        assert await others

    try:
        loops.run(walk())
    finally:
        free.set()
    world.close()
