"""The edge takes requests as HTTP allows them, by real sockets."""

from __future__ import annotations

import asyncio
import io
import json
import os
import socket
import sys
import threading
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from flask import Flask

from mocksms import create_edge
from mocksms.api import middleware
from mocksms.edge import HOLD, application, bodies
from mocksms.edge.application import Edge, Limits
from mocksms.edge.bodies import Body
from mocksms.edge.environ import build
from mocksms.edge.held import Hold
from mocksms.edge.sockets import drop_unread
from tests import loops
from tests.edge_server import Served

LARGEST = 4_000_000
ME, SHOP = "+819012345678", "+15005550006"
SENDING = "/2010-04-01/Accounts/AC1/Messages.json"


def said(served: Served, sent: bytes, more: bytes = b"") -> bytes:
    """Return all that the server says to this on a connection of its own; `more` follows the first answer."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as connection:
        connection.sendall(sent)
        heard = b""
        if more:
            heard = connection.recv(65536)
            connection.sendall(more)
        while part := connection.recv(65536):
            heard += part
    return heard


def head(line: str, *headers: str) -> bytes:
    return "\r\n".join([line, "Host: localhost", "Connection: close", *headers, "", ""]).encode()


@pytest.mark.parametrize("kind", ["announced", "chunked"])
def test_body_that_is_too_large_is_refused_in_the_app_s_words(edge_server: Served, kind: str) -> None:
    body = b"x" * (LARGEST + 1)
    answer = httpx.post(
        f"{edge_server.url}/api/v1/faults",
        content=body if kind == "announced" else iter([body[:100], body]),
        headers={"Content-Type": "application/json"},
        timeout=30,
    )
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_body_that_comes_in_chunks_is_whole(edge_server: Served) -> None:
    body = json.dumps({"offset": 5}).encode()
    with edge_server.client("chunks"):
        answer = httpx.put(
            f"{edge_server.url}/api/v1/clock",
            content=iter([body[:3], body[3:]]),
            headers={"Content-Type": "application/json", "X-World": "chunks"},
        )
    assert (answer.status_code, answer.json()["offset"]) == (200, 5)


def test_expectation_is_met_before_the_body_comes(edge_server: Served) -> None:
    body = f"To={ME}&From={SHOP}&Body=hi".replace("+", "%2B").encode()
    headers = ("Authorization: Basic QUMxOg==", "Content-Type: application/x-www-form-urlencoded")
    asked = head(f"POST {SENDING} HTTP/1.1", *headers, "Expect: 100-continue", f"Content-Length: {len(body)}")
    heard = said(edge_server, asked, body)
    assert heard.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 ")
    too_large = head(f"POST {SENDING} HTTP/1.1", *headers, "Expect: 100-continue", "Content-Length: 9000000")
    assert said(edge_server, too_large).startswith(b"HTTP/1.1 413 ")


def test_head_has_the_length_and_no_body(edge_server: Served) -> None:
    heard = said(edge_server, head("HEAD /healthz HTTP/1.1"))
    assert heard.startswith(b"HTTP/1.1 200 ")
    assert b"content-length: 3\r\n" in heard
    assert heard.endswith(b"\r\n\r\n")
    assert said(edge_server, head("HEAD /api/v1/events HTTP/1.1")).endswith(b"\r\n\r\n")


def test_trailers_are_refused_like_a_body_that_broke_off(edge_server: Served) -> None:
    headers = ("Content-Type: application/json", "Transfer-Encoding: chunked")
    heard = said(
        edge_server, head("PUT /api/v1/clock HTTP/1.1", *headers) + b"2\r\n{}\r\n0\r\nX-After: 1\r\n\r\n"
    )
    assert heard.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(("more", "language"), [("", b'lang="en"'), ("; a=é", b'lang="ja"')])
def test_cookies_with_one_beyond_ascii_are_left_out(edge_server: Served, more: str, language: bytes) -> None:
    heard = said(edge_server, head("GET / HTTP/1.1", f"Cookie: tel_lang=en{more}"))
    assert heard.startswith(b"HTTP/1.1 200 ") and language in heard


def test_old_http_is_spoken(edge_server: Served) -> None:
    assert said(edge_server, b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n").endswith(b"\r\n\r\nok\n")


class _Scope:
    http_version, server, client, scheme, method = "1.1", "[::1]:80", "[::1]:5", "http", "POST"
    path, query_string, authority = "/あ/b", "q=%20", "other:9"


def test_environ_is_what_wsgi_says() -> None:
    headers = [
        ("x-a", "1"), ("x-a", "2"), ("cookie", "a=1"), ("cookie", "b=2"), ("x_world", "not one"),
        ("transfer-encoding", "chunked"), ("content-type", "text/plain"),
    ]  # fmt: skip
    environ = build(_Scope(), headers, Body(b"abc", 3))  # type: ignore[arg-type]
    found = {
        name: environ[name] for name in ("PATH_INFO", "REMOTE_ADDR", "SERVER_NAME", "HTTP_HOST", "HTTP_X_A")
    }
    assert found == {
        "PATH_INFO": "/あ/b".encode().decode("latin-1"), "REMOTE_ADDR": "::1", "SERVER_NAME": "::1",
        "HTTP_HOST": "other:9", "HTTP_X_A": "1,2",
    }  # fmt: skip
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert (environ["CONTENT_LENGTH"], environ["CONTENT_TYPE"]) == ("3", "text/plain")
    assert isinstance(environ["wsgi.input"], io.BytesIO)
    assert not {"HTTP_X_WORLD", "HTTP_TRANSFER_ENCODING", "HTTP_CONTENT_TYPE"} & environ.keys()


class _Exchange:
    """The way back to a client that only listens."""

    def __init__(self) -> None:
        self.answers: list[bytes] = []
        self.headers: dict[str, str] = {}

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.answers.append(body)
        self.headers = {name.lower(): value for name, value in headers}

    async def client_disconnect(self) -> None:
        await asyncio.get_running_loop().create_future()


class _Get(_Scope):
    proto, method = "http", "GET"

    def __init__(self, path: str) -> None:
        self.path = path
        self.headers: dict[str, str] = {}


def test_health_is_told_while_all_threads_are_busy_s71() -> None:
    free = threading.Event()

    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        start("200 OK", [])
        if environ["PATH_INFO"] == "/busy":
            assert free.wait(30)
        return [environ["PATH_INFO"].encode()]

    async def walk() -> None:
        edge = Edge(app, Limits(threads=1), express=("/health",))
        told, waiting = _Exchange(), _Exchange()
        busy = [asyncio.ensure_future(edge.__rsgi__(_Get("/busy"), waiting)) for _ in range(2)]  # type: ignore[arg-type]
        await asyncio.wait_for(edge.__rsgi__(_Get("/health"), told), 10)  # type: ignore[arg-type]
        assert (told.answers, waiting.answers) == ([b"/health"], [])
        free.set()
        await asyncio.gather(*busy)
        assert waiting.answers == [b"/busy"] * 2

    loops.run(walk())


def fails(environ: dict[str, Any], start: Any) -> list[bytes]:
    raise ZeroDivisionError


def test_streams_that_read_hold_up_no_request() -> None:
    holds: list[Hold] = []
    free = threading.Event()

    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        holds.append(environ[HOLD])
        start("200 OK", [])
        return [b"ok"]

    async def walk() -> None:
        edge, reads = Edge(app, Limits(threads=1)), list[asyncio.Task[bool]]()
        for _ in range(2):  # the second time while nine streams read
            told = _Exchange()
            await asyncio.wait_for(edge.__rsgi__(_Get("/"), told), 5)  # type: ignore[arg-type]
            assert told.answers == [b"ok"]
            reads += [asyncio.create_task(holds[0].in_thread(lambda: free.wait(30))) for _ in range(9)]
            await asyncio.sleep(0.05)
        free.set()
        assert all(await asyncio.wait_for(asyncio.gather(*reads), 10))

    loops.run(walk())


@pytest.mark.parametrize(
    ("waiting", "words"), [(0, b"Too many requests"), (9, b"The server failed")], ids=["503", "500"]
)
def test_the_edge_s_own_answers_are_a_phone_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waiting: int, words: bytes
) -> None:
    monkeypatch.setattr(application, "MOST_WAITING", waiting)
    edge = create_edge({"INSTANCE": str(tmp_path)})
    middleware.worlds_of(cast(Flask, edge.app)).close()
    edge.app, told = fails, _Exchange()
    loops.run(edge.__rsgi__(_Get("/healthz"), told))  # type: ignore[arg-type]
    assert told.answers[0].startswith(words)
    assert {
        "x-mocksms-api": "1",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }.items() <= (told.headers.items())
    assert told.headers["content-type"].startswith("text/plain")


class _Coming(_Exchange):
    """A client whose body comes from a queue."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: asyncio.Queue[bytes] = asyncio.Queue()
        self.status = 0

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        super().response_bytes(status, headers, body)
        self.status = status

    def __aiter__(self) -> _Coming:
        return self

    async def __anext__(self) -> bytes:
        return await self.parts.get()


class _Post(_Get):
    def __init__(self, length: int) -> None:
        super().__init__("/post")
        self.headers = {"content-length": str(length)}


def echo(environ: dict[str, Any], start: Any) -> list[bytes]:
    start("200 OK", [])
    return [b"%d" % len(environ["wsgi.input"].read())]


async def posted(edge: Edge, length: int, *parts: bytes) -> tuple[_Coming, asyncio.Task[None]]:
    """Return a post whose parts have come so far."""
    exchange = _Coming()
    for part in parts:
        exchange.parts.put_nowait(part)
    task = asyncio.create_task(edge.__rsgi__(_Post(length), exchange))  # type: ignore[arg-type]
    while not exchange.parts.empty():
        await asyncio.sleep(0)
    await asyncio.sleep(0.01)
    return exchange, task


def test_bodies_that_fill_the_memory_end_the_oldest_large_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MOST_HELD_BYTES", 300_000)

    async def walk() -> None:
        edge = Edge(echo, Limits())
        small, first = await posted(edge, 200, b"x" * 100)
        old, second = await posted(edge, 200_000, b"x" * 150_000)
        new, third = await posted(edge, 200_000, b"x" * 149_000)
        form, fourth = await posted(edge, 2_000, b"x" * 2_000)
        await asyncio.wait_for(asyncio.gather(second, fourth), 5)
        assert (old.status, form.status, form.answers) == (408, 200, [b"2000"])
        new.parts.put_nowait(b"x" * 51_000)
        small.parts.put_nowait(b"x" * 100)
        await asyncio.wait_for(asyncio.gather(first, third), 5)
        assert (new.answers, small.answers) == ([b"200000"], [b"200"])
        alone, fifth = await posted(edge, 400_000, b"x" * 310_000)
        await asyncio.wait_for(fifth, 5)
        assert (alone.status, edge._bodies._held) == (503, 0)

    loops.run(walk())


def test_whole_bodies_count_until_their_answer_and_the_line_has_an_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bodies, "MOST_HELD_BYTES", 300_000)
    monkeypatch.setattr(application, "MOST_WAITING", 2)
    free = threading.Event()

    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        assert free.wait(30)
        return echo(environ, start)

    async def walk() -> None:
        edge = Edge(app, Limits(threads=1))
        posts = [await posted(edge, 140_000, b"x" * 140_000) for _ in range(2)]
        refused, task = await posted(edge, 140_000, b"x" * 140_000)
        await asyncio.wait_for(task, 5)
        assert refused.status == 503
        posts.append(await posted(edge, 10, b"x" * 10))
        late, task = await posted(edge, 10, b"x" * 10)
        await asyncio.wait_for(task, 5)
        assert (late.status, late.answers) == (503, [b"Too many requests are under way. Try again.\n"])
        free.set()
        await asyncio.wait_for(asyncio.gather(*(task for _, task in posts)), 5)
        assert [post.answers for post, _ in posts] == [[b"140000"], [b"140000"], [b"10"]]
        assert edge._bodies._held == 0

    loops.run(walk())


def test_looking_for_the_listening_socket_keeps_nobody_s_file_open() -> None:
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        drop_unread(f"127.0.0.1:{listening.getsockname()[1]}", 30)
        if sys.platform == "linux":
            assert listening.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 30_000
    os.close(writer)
    assert os.read(reader, 1) == b"", "the pipe is still open"
    os.close(reader)
