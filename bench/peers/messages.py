"""Tools that take messages, beside the phone: moto's SNS and maildev. As many clients as the phone's send to them."""

from __future__ import annotations

import http.client
import os
import smtplib
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlencode

from bench.peers.installing import NPM, PIP, VENV, Unavailable, installed
from bench.server_process import (
    CLIENTS,
    EACH,
    TEXT,
    free_port,
    memory_mib,
)

START_SECONDS = 30
FILL_SECONDS = 12  # how long a peer is filled beyond the first messages; its count is reported
LARGE = 100_000
LOOKS = 5
ROWS = ("ingest", "newest_1k", "newest_100k", "stored_memory")
NUMBERS = 500
SNS_SCOPE = (
    "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/sns/aws4_request, SignedHeaders=host, Signature=0"
)
FORM = "application/x-www-form-urlencoded"

Results = dict[str, str]
Send = Callable[[int], None]


@dataclass(frozen=True)
class Peer:
    """A comparable tool: how it is installed, started, sent to and read."""

    name: str
    install: tuple[tuple[str, ...], ...]
    command: tuple[str, ...]
    sender: Callable[[], Send]
    newest: Callable[[int, int], int]
    port: int


def _call(port: int, method: str, path: str, body: str = "", headers: dict[str, str] | None = None) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request(method, path, body or None, headers or {})
        answer = connection.getresponse()
        data = answer.read()
    finally:
        connection.close()
    if answer.status != 200:
        raise Unavailable(f"answered {answer.status}")
    return data


def _sns_sender(port: int) -> Send:
    """Publish an SMS; moto closes the connection after each answer, so each message opens one."""
    headers = {"Authorization": SNS_SCOPE, "Content-Type": FORM}

    def send(number: int) -> None:
        body = {"Action": "Publish", "Version": "2010-03-31", "PhoneNumber": _phone(number), "Message": TEXT}
        _call(port, "POST", "/", urlencode(body), headers)

    return send


def _sns_newest(port: int, number: int) -> int:
    """Return the size of the answer to find it: moto returns an SMS only among all others."""
    return len(_call(port, "GET", "/moto-api/data.json"))


def _mail_sender(port: int) -> Send:
    server = smtplib.SMTP("127.0.0.1", port, timeout=60)

    def send(number: int) -> None:
        to = _mailbox(number)
        head = f"From: no-reply@example.com\r\nTo: {to}\r\nSubject: code\r\nContent-Type: text/plain; charset=utf-8"
        server.sendmail("no-reply@example.com", [to], f"{head}\r\n\r\n{TEXT}\r\n".encode())

    return send


def _mail_newest(port: int, number: int) -> int:
    """Return the size of the mails to one address, which maildev filters by a header."""
    return len(_call(port, "GET", f"/email?headers.to={quote(_mailbox(number))}"))


def _phone(number: int) -> str:
    return f"+8190123{number % NUMBERS:05}"


def _mailbox(number: int) -> str:
    return f"user{number % NUMBERS}@example.com"


def _peers() -> list[Peer]:
    moto, maildev, smtp = free_port(), free_port(), free_port()
    return [
        Peer(
            name="moto[server] 5.2.5",
            install=(VENV, (*PIP, "moto[server]==5.2.5")),
            command=("bin/moto_server", "-H", "127.0.0.1", "-p", str(moto)),
            sender=lambda: _sns_sender(moto),
            newest=_sns_newest,
            port=moto,
        ),
        Peer(
            name="maildev 2.2.1",
            install=((*NPM, "maildev@2.2.1"),),
            command=(
                *("node", "node_modules/maildev/bin/maildev", "--silent", "--ip", "127.0.0.1"),
                *("--smtp", str(smtp), "--web", str(maildev)),
            ),
            sender=lambda: _mail_sender(smtp),
            newest=_mail_newest,
            port=maildev,
        ),
    ]


@contextmanager
def _running(peer: Peer, folder: Path) -> Iterator[int]:
    """Yield the peer's process id, from its first answer to the end of the block."""
    command = [
        str(folder / peer.command[0]) if "/" in peer.command[0] else peer.command[0],
        *peer.command[1:],
    ]
    quiet = subprocess.DEVNULL
    with TemporaryDirectory() as kept:  # maildev writes each mail into the folder for temporary files
        environment = {**os.environ, "TMPDIR": kept}
        try:
            process = subprocess.Popen(command, cwd=folder, stdout=quiet, stderr=quiet, env=environment)
        except OSError as error:
            raise Unavailable(f"not started: {error.strerror}") from None
        yield from _until_done(peer, process)


def _until_done(peer: Peer, process: subprocess.Popen[bytes]) -> Iterator[int]:
    try:
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                peer.newest(peer.port, 0)
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > end:
                    raise Unavailable("not started") from None
                time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _send(peer: Peer, first: int, last: int, seconds: float = 60.0) -> tuple[int, float]:
    """Return how many messages CLIENTS clients sent within the time, and how long that took."""
    end, sent, problems = time.perf_counter() + seconds, [0] * CLIENTS, list[Exception]()

    def client(place: int) -> None:
        try:
            send = peer.sender()
            for number in range(first + place, last, CLIENTS):
                if time.perf_counter() > end:
                    return
                send(number)
                sent[place] += 1
        except (OSError, http.client.HTTPException, smtplib.SMTPException, Unavailable) as error:
            problems.append(error)

    threads = [threading.Thread(target=client, args=(place,)) for place in range(CLIENTS)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise Unavailable(f"failed: {problems[0]}"[:70])
    return sum(sent), time.perf_counter() - start


def _milliseconds(peer: Peer) -> float:
    """Return the wall-clock milliseconds to get a number's newest message: the median of a few."""
    took = []
    for number in range(LOOKS):
        start = time.perf_counter()
        peer.newest(peer.port, 42 + number)
        took.append((time.perf_counter() - start) * 1000)
    return statistics.median(took)


def _measured(peer: Peer) -> Results:
    folder = installed(peer.name.replace("[server]", "").replace(" ", "-"), peer.install)
    with _running(peer, folder) as process:
        stored, seconds = _send(peer, 0, CLIENTS * EACH)
        results = {"ingest": f"{stored / seconds:,.0f}"}
        results["newest_1k"] = f"{_milliseconds(peer):,.1f} ({stored:,} stored)"
        stored += _send(peer, stored, LARGE, FILL_SECONDS)[0]
        results["newest_100k"] = f"{_milliseconds(peer):,.1f} ({stored:,} stored)"
        size = memory_mib(process)
        results["stored_memory"] = "–" if size is None else f"{size:,.0f} ({stored:,} stored)"
    return results


def measure() -> dict[str, Results]:
    """Return each peer's figures by the key of our row; the first row says why one is missing."""
    found: dict[str, Results] = {}
    for peer in _peers():
        try:
            found[peer.name] = _measured(peer)
        except Unavailable as reason:
            found[peer.name] = {ROWS[0]: str(reason)}
    return found
