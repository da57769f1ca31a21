"""A thousand waiting testers and two hundred open streams are held, each with its own message."""

from __future__ import annotations

import asyncio
import smtplib
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast
from urllib.parse import quote, urlencode

import httpx
import pytest

from mocksms import create_app
from mocksms.api.waiting import EXTENSION
from mocksms.edge.streamed import MOST_AHEAD_BYTES
from tests import loops
from tests.assertions import not_empty
from tests.edge_server import Served, open_files, serving

SHOP = "+15005550006"
WAITERS, STREAMS, MEASURED = 1000, 200, 100
FOLLOW_ALL, PLACES = 5, 20
UNREAD, MAILS, MAIL_BYTES = 40, 60, 200_000
LARGE_MAIL = b"Subject: x\r\n\r\n" + (b"x" * 78 + b"\r\n") * 100_000


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with (
        open_files(8000),
        serving(tmp_path_factory.mktemp("phone")) as phone,
    ):
        yield phone


class Line:
    """One connection to the phone."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def to(cls, port: int) -> Line:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    def get(self, path: str) -> None:
        self.writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())

    def text(self, to: str, code: str) -> None:
        body = urlencode({"To": to, "From": SHOP, "Body": f"{code} is your code"})
        self.writer.write(
            "POST /2010-04-01/Accounts/AC1/Messages.json HTTP/1.1\r\nHost: localhost\r\n"
            "Authorization: Basic QUMxOg==\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )

    async def head(self) -> tuple[int, int]:
        """Return the status and the length of an answer."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = head.partition("content-length: ")[2].partition("\r\n")[0]
        return int(head.split()[1]), int(length or 0)

    async def answer(self) -> tuple[int, str]:
        status, length = await self.head()
        return status, (await self.reader.readexactly(length)).decode()

    def hang_up(self) -> None:
        self.writer.transport.abort()


def number(index: int) -> str:
    return f"+8190{10_000_000 + index}"


async def wait_for(port: int, index: int, seconds: int = 50) -> Line:
    line = await Line.to(port)
    line.get(f"/api/v1/code?to={quote(number(index))}&wait={seconds}")
    return line


async def probe(port: int) -> tuple[int, str]:
    """Ask for a short wait of its own and return the status and Retry-After."""
    async with httpx.AsyncClient(timeout=30) as client:
        answer = await client.get(f"http://127.0.0.1:{port}/api/v1/code?to=1&wait=0.2")
    return answer.status_code, answer.headers.get("retry-after", "")


async def until_probed(port: int, status: int, seconds: float) -> float:
    """Return the seconds until a probe has this status: 503 when all places are taken, 204 when one is free."""
    start = time.monotonic()
    while (await probe(port))[0] != status:
        assert time.monotonic() < start + seconds, f"no {status} for {seconds} s"
    return time.monotonic() - start


async def arrivals(sender: Line, waiting: dict[int, Line]) -> list[float]:
    """Send each waiter its own code, one after the other, and return the seconds until it has it."""
    took = []
    for index, line in not_empty(waiting.items()):
        code = str(100_000 + index)
        start = time.perf_counter()
        sender.text(number(index), code)
        assert await line.answer() == (200, code)
        took.append(time.perf_counter() - start)
        assert (await sender.answer())[0] == 201
    return took


async def streams(port: int) -> list[Line]:
    """Open the event streams; the first follow everything, each of the others one number."""
    opened = [await Line.to(port) for _ in range(STREAMS)]
    for index, each in enumerate(opened):
        each.get("/api/v1/events" if index < FOLLOW_ALL else f"/api/v1/events?to={quote(number(index))}")
    for each in opened:
        assert (await each.head())[0] == 200
    return opened


async def told(stream: Line, count: int) -> list[int]:
    """Return the ids of the next events of a stream."""
    ids: list[int] = []
    while len(ids) < count:
        line = await asyncio.wait_for(stream.reader.readline(), 30)
        if line.startswith(b"id: "):
            ids.append(int(line[4:]))
    return ids


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def test_thousand_waiters_and_two_hundred_streams_are_held_s72(served: Served) -> None:
    async def walk() -> None:
        sender = await Line.to(served.port)
        few = await arrivals(
            sender, {index: await wait_for(served.port, index) for index in range(5000, 5010)}
        )
        following = await streams(served.port)
        waiting = {index: await wait_for(served.port, index) for index in range(WAITERS)}
        assert (await probe(served.port))[0] == 204
        assert served.threads() < WAITERS / 5, "waiting costs no thread"

        measured = {index: waiting.pop(index) for index in range(MEASURED)}
        many = await arrivals(sender, measured)
        assert p95(many) <= 5 * max(p95(few), 0.004), (p95(few), p95(many))

        for index in waiting:
            sender.text(number(index), str(100_000 + index))
        for index, line in not_empty(waiting.items()):
            assert await line.answer() == (200, str(100_000 + index))
        ids = await asyncio.gather(
            *(told(stream, WAITERS if index < FOLLOW_ALL else 1) for index, stream in enumerate(following))
        )
        assert ids[:FOLLOW_ALL] == [sorted(set(ids[0]))] * FOLLOW_ALL, "every event once, in order"
        assert len({each[0] for each in ids[FOLLOW_ALL:]}) == STREAMS - FOLLOW_ALL
        for stream in following:
            stream.hang_up()

    loops.run(walk())


def test_who_hangs_up_gives_the_place_back_s72(tmp_path: Path) -> None:
    async def walk(port: int) -> None:
        asking = [await wait_for(port, index) for index in range(PLACES + 5)]
        answers = {asyncio.ensure_future(line.answer()): line for line in asking}
        refused: set[Line] = set()
        while len(refused) < 5:
            done, _ = await asyncio.wait(answers, return_when=asyncio.FIRST_COMPLETED)
            for each in not_empty(done):
                assert (await each)[0] == 503
                refused.add(answers.pop(each))
        waiting = list(answers.values())
        assert await probe(port) == (503, "1")
        waiting.pop().hang_up()
        assert await until_probed(port, 204, 5) < 1
        following = await Line.to(port)
        following.get("/api/v1/events")
        assert (await following.head())[0] == 200
        assert await probe(port) == (503, "1")
        following.hang_up()
        assert await until_probed(port, 204, 5) < 1
        for each in answers:
            each.cancel()
        for line in asking:
            line.hang_up()

    with serving(tmp_path, settings={"MOCKSMS_MAX_WAITS": str(PLACES)}) as served:
        before = served.sockets()
        loops.run(walk(served.port))
        assert served.comes_down_to(sockets=before + 4, seconds=5)


def test_plain_server_keeps_threads_for_others_s72(tmp_path: Path) -> None:
    app = create_app({"INSTANCE": str(tmp_path), "THREADS": "10"})
    client, places = app.test_client(), app.extensions[EXTENSION]
    with places.in_thread(), places.in_thread():
        answer = client.get("/api/v1/code?to=1&wait=5")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert client.get("/api/v1/events").status_code == 503
        assert client.get("/api/v1/code?to=1").status_code == 204
    with client.get("/api/v1/events") as stream:
        assert next(stream.iter_encoded()).startswith(b"retry")
        assert places.taken == 1
    assert places.taken == 0


async def unread_streams(port: int) -> list[Line]:
    opened = [await Line.to(port) for _ in range(UNREAD)]
    for each in opened:
        each.get("/api/v1/events")
        assert (await each.head())[0] == 200
        cast("asyncio.ReadTransport", each.writer.transport).pause_reading()
    return opened


def test_streams_that_nobody_reads_fill_no_memory_s71(tmp_path: Path) -> None:
    async def walk(served: Served) -> None:
        unread = await unread_streams(served.port)
        before = most = served.memory()
        with smtplib.SMTP("127.0.0.1", served.smtp_port, timeout=30) as mails:
            for _ in range(MAILS):
                mails.sendmail("x@example.com", ["y@example.com"], b"Subject: x\r\n\r\n" + b"x" * MAIL_BYTES)
                most = max(most, served.memory())
        assert most < before + MOST_AHEAD_BYTES * UNREAD * 1.5 + (60 << 20)
        for each in unread:
            each.hang_up()

    with serving(tmp_path) as served:
        loops.run(walk(served))


def test_large_mail_is_not_kept_for_each_stream_that_nobody_reads_s71(tmp_path: Path) -> None:
    async def walk(served: Served) -> None:
        unread = await unread_streams(served.port)
        reader = await Line.to(served.port)
        reader.get("/api/v1/events")
        await reader.head()
        allowed = served.memory() + MOST_AHEAD_BYTES * UNREAD * 1.5 + 10 * len(LARGE_MAIL)
        with smtplib.SMTP("127.0.0.1", served.smtp_port, timeout=30) as mails:
            mails.sendmail("x@example.com", ["y@example.com"], LARGE_MAIL)
        taken = 0
        while taken < len(LARGE_MAIL):  # then the others have what they get, too
            taken += len(await asyncio.wait_for(reader.reader.read(1 << 16), 30))
        until = time.monotonic() + 10
        while served.memory() > allowed:
            assert time.monotonic() < until
            await asyncio.sleep(0.1)
        for each in (reader, *unread):
            each.hang_up()

    with serving(tmp_path) as served:
        loops.run(walk(served))
