"""Nobody silences site or phone: bodies that never come, half heads, answers that nobody reads.

Real sockets, and servers in processes of their own. The deadlines are short, so that the tests are.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.assertions import not_empty
from tests.edge_server import ROOT, Served, open_files, serving
from webapp.sandbox.form_client import HttpFormClient

IDLE_SECONDS, WHOLE_SECONDS, UNREAD_SECONDS = 1.5, 3.0, 2.0
ME, SHOP = "+819012345678", "+15005550006"
LIMITS = {"BODY_IDLE_SECONDS": "1.5", "BODY_SECONDS": "3", "UNREAD_SECONDS": "2"}
HEAD = b"POST /api/v1/worlds HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"


@pytest.fixture(scope="module", autouse=True)
def many_files() -> Iterator[None]:
    """Let this process open as many sockets as the tests hold."""
    with open_files(8000):
        yield


@pytest.fixture(scope="module", params=["phone", "site"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Each app in turn."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "phone":
        settings = {f"MOCKSMS_{name}": value for name, value in LIMITS.items()}
        with serving(folder, settings=settings) as phone:
            yield phone
        return
    settings = {f"WEBAPP_{name}": value for name, value in LIMITS.items()}
    settings |= {"WEBAPP_SANDBOX": "1", "WEBAPP_INSTANCE": str(folder)}
    with serving(folder, "webapp", "--port", "PORT", settings=settings) as site:
        yield site


def is_phone(served: Served) -> bool:
    return httpx.get(f"{served.url}/api/v1/worlds", timeout=30).status_code == 200


def use(served: Served, phone: bool) -> float:
    """Use the app as people do, and return the seconds of the slowest request."""
    took = []
    with httpx.Client(base_url=served.url, timeout=30) as client:

        def timed(method: str, path: str, status: int, **options: object) -> None:
            start = time.perf_counter()
            assert client.request(method, path, **options).status_code == status  # type: ignore[arg-type]
            took.append(time.perf_counter() - start)

        timed("GET", "/healthz", 200)
        if phone:
            form = {"To": ME, "From": SHOP, "Body": "482913 is your code"}
            timed("POST", "/2010-04-01/Accounts/AC1/Messages.json", 201, data=form, auth=("AC1", ""))
            timed("GET", f"/api/v1/code?to=%2B{ME[1:]}", 200)
        else:
            timed("GET", "/ap/signin", 200)
            token = (
                client.get("/ap/signin").text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
            )
            timed("POST", "/ap/signin", 303, data={"csrf_token": token, "email": "taro@example.com"})
    return max(took)


def soon(quiet: float) -> float:
    """Return the seconds that a request may take in a rush: three, or more on a machine that is busy by itself."""
    return max(3.0, 5 * quiet)


@contextmanager
def sockets(port: int, count: int, sent: bytes) -> Iterator[list[socket.socket]]:
    """Hold so many connections that have sent this."""
    with ExitStack() as stack:
        held = []
        for _ in range(count):
            each = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            each.sendall(sent)
            held.append(each)
        yield held


def answer(connection: socket.socket) -> bytes:
    """Return all that comes until the connection ends."""
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def test_posts_whose_bodies_never_come_silence_nobody_s71(served: Served) -> None:
    phone = is_phone(served)
    quiet = use(served, phone)
    before, threads = served.sockets(), served.threads()
    with sockets(served.port, 300, HEAD + b"Content-Length: 30\r\n\r\nhalf") as held:
        assert use(served, phone) < soon(quiet)
        assert served.threads() <= threads + 4
        answers = [answer(each) for each in held]
    assert {each[:12] for each in answers} == {b"HTTP/1.1 408"}
    of_app = b"x-mocksms-api: 1" if phone else b"permissions-policy: "
    owns = (b"cache-control: no-store", b"x-robots-tag: ", of_app)
    assert [each.lower().count(own) for each in answers for own in owns] == [1] * 3 * len(answers)
    assert served.comes_down_to(before + 4, 5)


def test_body_that_trickles_in_has_an_end_s71(served: Served) -> None:
    with sockets(served.port, 1, HEAD + b"Content-Length: 300\r\n\r\n") as (trickling,):
        trickling.settimeout(0.4)
        start, got = time.monotonic(), b""
        while not got:
            assert time.monotonic() < start + WHOLE_SECONDS + 3
            trickling.sendall(b"x")
            try:
                got = trickling.recv(65536)
            except TimeoutError:
                continue
    assert got.startswith(b"HTTP/1.1 408")
    assert time.monotonic() - start > IDLE_SECONDS


def test_half_heads_silence_nobody_s71(served: Served) -> None:
    phone = is_phone(served)
    quiet, before = use(served, phone), served.sockets()
    with sockets(served.port, 1500, b"GET / HTTP/1.1\r\nHost: loc"):
        assert served.goes_up_to(before + 1400, 15)
        assert use(served, phone) < soon(quiet)
    assert served.comes_down_to(before + 4, 5)


def test_answers_that_nobody_reads_silence_nobody_s71(served: Served) -> None:
    phone = is_phone(served)
    quiet = use(served, phone)
    before, threads = served.sockets(), served.threads()
    large = "/static/css/apps.css" if phone else "/static/js/stage_phone.js"
    ask = f"GET {large} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() * 40
    with ExitStack() as stack:
        for _ in range(300):
            deaf = stack.enter_context(socket.socket())
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.connect(("127.0.0.1", served.port))
            deaf.sendall(ask)
        assert use(served, phone) < soon(quiet)
        assert served.comes_down_to(before + 4, UNREAD_SECONDS + 10), "who takes nothing is dropped"
    until = time.monotonic() + 15
    while served.threads() > threads + 8 and time.monotonic() < until:
        time.sleep(0.1)
    assert served.threads() <= threads + 8, "the rush's threads are given back"


@pytest.mark.parametrize("served", ["site"], indirect=True)
def test_passwords_at_once_leave_no_memory_s71(served: Served) -> None:
    """Each of them takes 19 MiB while it is checked."""

    def guess(name: str) -> str:
        with httpx.Client(base_url=served.url, timeout=30) as client:
            browser = HttpFormClient(client)
            browser.go("GET", f"{served.url}/ap/signin")
            browser.fill_and_send({"email": f"{name}@example.com"})
            return browser.fill_and_send({"password": "not-the-password-1"}).html

    guess("first")
    before = served.memory()
    with ThreadPoolExecutor(12) as pool:
        told = list(pool.map(guess, "abcdefghijkl"))
    assert all("パスワードが正しくありません" in html for html in not_empty(told))
    assert served.memory() < before + (100 << 20)


def test_threads_share_what_they_have_freed_s71() -> None:
    """Eight threads that each use 19 MiB, one after the other, as a password does, leave less than four of them."""
    program = """
import threading
from pathlib import Path
from webapp.edge.process import share_free_memory
share_free_memory()
def held():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 if Path("/proc/self/statm").exists() else 0
before = held()
used, end = threading.Semaphore(0), threading.Event()
def use():
    for _ in range(3):
        bytearray(b"x" * (19 << 20))
    used.release()
    end.wait()
threads = [threading.Thread(target=use) for _ in range(8)]
for thread in threads:
    thread.start()
    used.acquire()
print(held() - before)
end.set()
"""
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(run.stdout) < 4 * (19 << 20)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (
            b"POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabc",
            400,
        ),
        (HEAD + b"Content-Length: 30\r\n\r\nabc", 400),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", 400),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzzz\r\n", 400),
    ],
    ids=["lengths", "cut", "cut-chunks", "no-chunks"],
)
def test_broken_bodies_reach_no_app_s71(served: Served, sent: bytes, status: int) -> None:
    with sockets(served.port, 1, sent) as (connection,):
        connection.shutdown(socket.SHUT_WR)
        assert f" {status} ".encode() in answer(connection)[:16]


def test_server_raises_its_limit_of_open_files_s72(tmp_path: Path) -> None:
    with serving(tmp_path, limit="-Sn 900") as served:
        limits = Path(f"/proc/{served.process}/limits").read_text()
        soft = next(line.split()[3] for line in limits.splitlines() if line.startswith("Max open files"))
        assert int(soft) >= 4000
        assert "ulimit" not in served.log.read_text()


def test_limit_of_open_files_that_is_too_low_is_said_in_one_line_s72(tmp_path: Path) -> None:
    with serving(tmp_path, limit="-n 700") as served:
        (line,) = [line for line in served.log.read_text().splitlines() if "ulimit" in line]
    assert line == (
        "mocksms: this process may open 700 files, and 4128 connections take 4384: raise the limit (ulimit -n 4384)."
    )
