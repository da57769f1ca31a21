"""Slow clients, lies about bodies, smuggled requests, giant heads, names of other hosts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from tests.assertions import not_empty
from tests.check.attacks.shapes import SLOWEST, Shape
from tests.check.attacks.wire import connections, exchange, statuses
from webapp.sandbox.journeys import main_job

EVIL = "evil.example"
SMUGGLED = "GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n"
GOOD = 200
AMBIGUOUS = {
    "length-and-chunks": "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX{smuggled}",
    "chunks-and-length": "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nff\r\n{smuggled}",
    "two-lengths": "Content-Length: 0\r\nContent-Length: 60\r\n\r\n{smuggled}",
    "list-of-lengths": "Content-Length: 0, 60\r\n\r\n{smuggled}",
    "signed-length": "Content-Length: +0\r\n\r\n{smuggled}",
    "space-before-colon": "Content-Length : 0\r\n\r\n{smuggled}",
    "negative-length": "Content-Length: -1\r\n\r\n{smuggled}",
    "length-beyond-64-bits": "Content-Length: 99999999999999999999\r\n\r\n{smuggled}",
    "unknown-coding": "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{smuggled}",
    "chunks-not-last": "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{smuggled}",
    "two-codings": "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{smuggled}",
    "folded-coding": "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n{smuggled}",
    "vertical-tab": "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n{smuggled}",
    "chunk-without-size": "Transfer-Encoding: chunked\r\n\r\nzz\r\n{smuggled}\r\n0\r\n\r\n",
    "negative-chunk": "Transfer-Encoding: chunked\r\n\r\n-1\r\n{smuggled}\r\n0\r\n\r\n",
    "chunk-beyond-64-bits": "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{smuggled}\r\n0\r\n\r\n",
    "line-feed-in-extension": "Transfer-Encoding: chunked\r\n\r\n0;x=\n\r\n{smuggled}",
}
"""Bodies whose end two servers could find in two places (RFC 9112, 6.3 and 11.2)."""
ODD_HEADS = {
    "giant-line": "GET /?{much} HTTP/1.1\r\nHost: {host}\r\n\r\n",
    "giant-header": "GET / HTTP/1.1\r\nHost: {host}\r\nX: {much}\r\n\r\n",
    "many-headers": "GET / HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n",
    "two-hosts": "GET / HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\n\r\n",
    "user-in-host": "GET / HTTP/1.1\r\nHost: {host}@evil.example\r\n\r\n",
    "port-of-letters": "GET / HTTP/1.1\r\nHost: localhost:evil.example\r\n\r\n",
    "nul-in-host": "GET / HTTP/1.1\r\nHost: {host}\x00\r\n\r\n",
    "other-host": "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "tunnel": "CONNECT evil.example:443 HTTP/1.1\r\nHost: {host}\r\n\r\n",
    "whole-server": "OPTIONS * HTTP/1.1\r\nHost: {host}\r\n\r\n",
    "echo": "TRACE / HTTP/1.1\r\nHost: {host}\r\nX: secret\r\n\r\n",
    "odd-method": "FOO'<x> / HTTP/1.1\r\nHost: {host}\r\n\r\n",
    "next-version": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "tls": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03{much}",
}
"""Requests that get no page."""
FORWARDING = {
    "X-Forwarded-Host": EVIL,
    "X-Forwarded-Server": EVIL,
    "X-Forwarded-Port": "666",
    "X-Forwarded-Prefix": "//evil.example",
    "X_Forwarded_Proto": "javascript",
    "Forwarded": f"host={EVIL};proto=http",
    "X-Original-URL": "/desk",
    "X-Rewrite-URL": "/desk",
    "X-Host": EVIL,
    "X-HTTP-Method-Override": "DELETE",
}


def host(shape: Shape) -> str:
    return urlsplit(shape.front.url).netloc


def ports(shape: Shape) -> dict[str, int]:
    """Return the port of each app, by the host that its requests name."""
    phone = urlsplit(shape.phone_url)
    return {host(shape): shape.front.port, phone.netloc: phone.port or 0}


def test_slow_and_deaf_clients_silence_nobody(shape: Shape) -> None:
    for name, port in not_empty(list(ports(shape).items())):
        post = f"POST /ap/signin HTTP/1.1\r\nHost: {name}\r\nContent-Length: 300\r\n\r\nhalf".encode()
        chunks = f"POST / HTTP/1.1\r\nHost: {name}\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf".encode()
        ask = f"GET /static/css/apps.css HTTP/1.1\r\nHost: {name}\r\n\r\n".encode() * 40
        with (
            connections(port, 300, post),
            connections(port, 100, chunks),
            connections(port, 800, b"GET / HTTP/1.1\r\nHost: loc"),
            connections(port, 100, ask, receive_buffer=4096),
            connections(port, 200, b""),
        ):
            assert shape.slowest_answer() < SLOWEST
        assert shape.slowest_answer() < SLOWEST


def test_thousand_waits_silence_nobody(shape: Shape) -> None:
    phone = urlsplit(shape.phone_url)
    wait = f"GET /api/v1/messages/wait?to=%2B819099999999&timeout=60 HTTP/1.1\r\nHost: {phone.netloc}\r\n\r\n"
    with connections(phone.port or 0, 1000, wait.encode()):
        assert shape.slowest_answer() < SLOWEST


def test_slow_bodies_have_an_end(shape: Shape) -> None:
    half = "POST /ap/signin HTTP/1.1\r\nHost: {}\r\nContent-Length: 300\r\n\r\nhalf"

    def send(name: str) -> list[int]:
        return statuses(exchange(ports(shape)[name], half.format(name).encode(), patience=20))

    with ThreadPoolExecutor() as pool:
        assert list(pool.map(send, ports(shape))) == [[408], [408]]


@pytest.mark.parametrize("lie", AMBIGUOUS)
def test_body_with_two_ends_smuggles_nothing(shape: Shape, lie: str) -> None:
    for name, port in not_empty(list(ports(shape).items())):
        smuggled = SMUGGLED.format(host=name)
        rest = AMBIGUOUS[lie].format(smuggled=smuggled)
        answer = exchange(port, f"POST /nowhere HTTP/1.1\r\nHost: {name}\r\n{rest}".encode("latin-1"))
        assert len(statuses(answer)) <= 1 and GOOD not in statuses(answer), answer[:300]
        assert {status // 100 for status in statuses(answer)} <= {4}, answer[:300]


@pytest.mark.parametrize("head", ODD_HEADS)
def test_odd_head_gets_no_page(shape: Shape, head: str) -> None:
    many = "".join(f"X-{at}: a\r\n" for at in range(3000))
    for name, port in not_empty(list(ports(shape).items())):
        text = ODD_HEADS[head].format(host=name, much="a" * 2_000_000, headers=many)
        answer = exchange(port, text.encode("latin-1"))
        assert {status // 100 for status in statuses(answer)} <= {4}, answer[:300]
        page = answer if b"text/html" in answer else b""
        assert EVIL.encode() not in page


def test_pipelined_requests_are_answered_in_order(shape: Shape) -> None:
    for name, port in not_empty(list(ports(shape).items())):
        each = f"GET /healthz HTTP/1.1\r\nHost: {name}\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: {name}\r\n\r\n"
        assert statuses(exchange(port, each.encode() * 200)) == [200, 404] * 200


def test_forwarding_headers_name_no_other_place(shape: Shape) -> None:
    visitor = shape.visitor()
    for path in ("/", "/ap/signin", "/account", "/desk", "/nowhere"):
        answer = visitor.http.get(path, headers=FORWARDING)
        plain = visitor.http.get(path)
        assert answer.status_code == plain.status_code
        assert EVIL not in answer.text + str(answer.headers)
        assert answer.headers.get("Location") == plain.headers.get("Location")


def test_mailed_links_lead_to_the_site_whatever_the_request_names(shape: Shape) -> None:
    visitor = shape.visitor()
    visitor.http.headers.update(FORWARDING)
    shape.person(visitor, "hanako").walk((main_job.START, *main_job.SIGN_IN, *main_job.ASK_FOR_SETTINGS))
    mail = shape.phone.mail("hanako@example.com")
    assert EVIL not in mail.body
    assert all(str(link).startswith(f"{shape.front.url}/") for link in not_empty(list(mail.links)))
