"""Odd paths, queries, forms, cookies and files at every place of both apps."""

from __future__ import annotations

import io
import tempfile
import time
import zipfile
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

import mocksms
from tests import sample_files
from tests.assertions import not_empty
from tests.check.attacks.shapes import PASSWORD, SLOWEST, Shape
from tests.check.attacks.test_guesses import at_code, at_password
from tests.check.attacks.test_sessions import parts, rules
from tests.check.attacks.visitor import no_failure
from tests.check.attacks.wire import exchange, statuses
from webapp.config import Config

ODD_PARTS = (
    "%00", "%ff%fe", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "..%5c..%5cwindows", "a" * 5000,
    "-1", "9" * 40, "%F0%9F%98%80", "%0d%0aX-Evil:%201", "'%20OR%201=1--", "%7B%7B7*7%7D%7D", "%ed%a0%80", "NaN",
)  # fmt: skip
ODD_VALUES = (
    "",
    "%00",
    "%ff%fe",
    "9" * 40,
    "-1",
    "%ed%a0%80",
    "1e999",
    "%F0%9F%98%80",
    "[]",
    "%0d%0aX-Evil:1",
    "'",
)
NAMES = (
    "lang", "return_to", "page", "to", "limit", "before", "since", "world", "q", "email", "name", "id", "token",
    "channel", "pattern", "seconds", "kind", "state", "format",
)  # fmt: skip
SECRETS = ("root:x:0:0", "[fonts]")


def phones_rules(method: str) -> Iterator[str]:
    """Yield the phone's paths, but those of streams, which end with the client."""
    with tempfile.TemporaryDirectory() as folder:
        phone = mocksms.create_app({"INSTANCE": folder})
        phone.extensions["mocksms"].close()
    for rule in phone.url_map.iter_rules():
        if method in (rule.methods or ()) and "events" not in rule.rule and "stream" not in rule.rule:
            yield "".join("{}" if part.startswith("<") else part for part in parts(rule.rule))


def odd_addresses(paths: list[str]) -> Iterator[str]:
    for at, path in enumerate(paths):
        if "{}" in path:
            yield from (path.replace("{}", odd) for odd in ODD_PARTS)
        odd = ODD_VALUES[at % len(ODD_VALUES) :] + ODD_VALUES
        query = "&".join(f"{name}={value}" for name, value in zip(NAMES, odd * 2, strict=False))
        yield f"{path.replace('{}', 'x')}?{query}&timeout=0"


def asks_all(client: httpx.Client, addresses: Iterator[str]) -> None:
    """Ask for all, and look that none fails, takes long or gives a file of the system away."""
    for address in not_empty(list(addresses)):
        begin = time.perf_counter()
        answer = client.get(address)
        assert time.perf_counter() - begin < 3 * SLOWEST, address
        no_failure(answer)
        assert "x-evil" not in answer.headers, address
        assert not any(secret in answer.text for secret in SECRETS), address


@pytest.mark.parametrize("name", ["", "hanako"], ids=["stranger", "customer"])
def test_odd_addresses_of_the_site_fail_nowhere(shape: Shape, name: str) -> None:
    visitor = shape.visitor()
    if name:
        visitor = at_password(shape, name)
        visitor.send(password=PASSWORD)
    asks_all(visitor.http, odd_addresses(list(rules(shape, "GET"))))


def test_odd_addresses_of_the_phone_fail_nowhere(shape: Shape) -> None:
    with httpx.Client(base_url=shape.phone_url, timeout=30) as phone:
        asks_all(phone, odd_addresses(list(phones_rules("GET"))))


def test_odd_forms_fail_nowhere(shape: Shape) -> None:
    visitor = shape.visitor()
    visitor.go("GET", f"{shape.front.url}/ap/signin")
    headers = {"Origin": shape.front.url, "Referer": visitor.url}
    many = "&".join(f"f{at}=1" for at in range(20_000))
    bodies = {
        "application/x-www-form-urlencoded": [
            b"email=%00", b"email=%ff%fe", b"\xff\xfe=\x00", many.encode(), b"&" * 100_000,
        ],
        "application/x-www-form-urlencoded; charset=utf-7": [b"email=+AAA-"],
        "application/json": [b"[" * 50_000, b"\xff", b"{}", b"1e999", b'"\\ud800"', b"9" * 10_000],
        "multipart/form-data; boundary=b": [
            b"--b\r\nContent-Disposition: form-data; name=x\r\n\r\n\r\n" * 5000 + b"--b--",
            b"--b\r\n" + b"X: y\r\n" * 20_000 + b"\r\n\r\n--b--",
            b"--b\r\nContent-Disposition: form-data; name=\"" + b"a" * 500_000 + b"\"\r\n\r\n\r\n--b--",
            b"--b",
        ],
        "multipart/form-data": [b"--b--"],
        "multipart/form-data; boundary=" + "a" * 5000: [b"--b--"],
        "text/plain; charset=nonsense": [b"email=a"],
    }  # fmt: skip
    with httpx.Client(base_url=shape.phone_url, timeout=30) as phone:
        for kind, each in bodies.items():
            for body in not_empty(each):
                csrf = b"csrf_token=" + visitor.token.encode() + b"&" if "urlencoded" in kind else b""
                typed = headers | {"Content-Type": kind}
                assert visitor.http.post("/ap/signin", content=csrf + body, headers=typed).status_code < 500
                for path in (
                    "/api/v1/worlds",
                    "/2010-04-01/Accounts/AC1/Messages.json",
                    "/api/v1/faults",
                    "/",
                ):
                    no_failure(phone.post(path, content=body, headers={"Content-Type": kind}))


@pytest.mark.parametrize(
    "cookie",
    [
        "; ".join(f"c{at}={'x' * 100}" for at in range(600)),
        "SESSION=" + "A" * 60_000,
        "BROWSER=\xff\xfe; KNOWN=%00; SESSION=.eJ; LANG=\x01",
        "=" * 5000,
        "; ".join(["SESSION=a.b.c"] * 500),
    ],
    ids=["many", "long", "bytes", "signs", "same"],
)
def test_cookie_bombs_fail_nowhere(shape: Shape, cookie: str) -> None:
    """SESSION and the like stand for the names of the app's own cookies."""
    for url, port in (
        (shape.front.url, shape.front.port),
        (shape.phone_url, urlsplit(shape.phone_url).port or 0),
    ):
        sent = cookie
        for name in ("session", "browser", "known", "lang"):
            own = f"tel_{name}" if url == shape.phone_url else Config(site_url=shape.front.url).cookie(name)
            sent = sent.replace(name.upper(), own)
        head = f"GET /ap/signin HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\nConnection: close\r\n"
        (status,) = statuses(exchange(port, f"{head}Cookie: {sent}\r\n\r\n".encode("latin-1"), patience=20))
        assert status < 500


def bombs() -> dict[str, bytes]:
    """Return files that are small and unpack to much."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for at in range(20):
            made.writestr(f"word/{at}.xml", b"\0" * 50_000_000)
    entities = b"".join(b'<!ENTITY a%d "%s">' % (at + 1, b"&a%d;" % at * 10) for at in range(12))
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">' + entities + b"]><x>&a12;</x>"
    return {
        "letter.docx": packed.getvalue(),
        "laughs.docx": sample_files.docx({"word/styles.xml": laughs}),
        "licence.png": sample_files.huge_png(),
        "bill.pdf": sample_files.packed(b"\0" * 50_000_000),
        "licence.jpg": sample_files.jpg()[:200] + b"\xff\xd8" * 100_000,
    }


def test_files_that_unpack_to_much_are_refused_fast(shape: Shape) -> None:
    owner = shape.owner()
    visitor = at_code(shape, owner.name)
    visitor.press_element("auth-get-new-otp-link")
    visitor.press_element("", "/ap/recovery")
    visitor.fill_and_send({"email": f"{owner.name}@example.com", "password": PASSWORD})
    headers = {"Origin": shape.front.url, "Referer": visitor.url}
    before = shape.memory()
    for name, content in not_empty(list(bombs().items())):
        form = visitor.find_form(["documents"])
        begin = time.perf_counter()
        answer = visitor.http.post(
            form.action, data=form.fill({}), files={"documents": (name, content)}, headers=headers
        )
        assert answer.status_code == 200, name
        assert "auth-error-message-box" in answer.text, name
        assert time.perf_counter() - begin < 3 * SLOWEST, name
        visitor.html = answer.text
    assert shape.memory() < before + (150 << 20)
