"""Mails that never end, and faults that make one world slow, hold up nobody else."""

from __future__ import annotations

import smtplib
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest

from mocksms.providers.smtp.session import MOST_CONNECTIONS
from tests.edge_server import Served, open_files, serving

SLOW_SECONDS = 4
ME, SHOP = "+819012345678", "+15005550006"
MAILBOX, SENDER = "hanako@example.com", "shop@example.com"
# Fewer threads than are slow at once: a slow answer that held one would hold up all the others.
SETTINGS = {"MOCKSMS_BODY_IDLE_SECONDS": "1.5", "MOCKSMS_BODY_SECONDS": "3", "MOCKSMS_THREADS": "8"}
COMMANDS = f"EHLO me\r\nMAIL FROM:<{SENDER}>\r\nRCPT TO:<{MAILBOX}>\r\nDATA\r\n".encode()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with open_files(8000), serving(tmp_path_factory.mktemp("phone"), settings=SETTINGS) as phone:
        yield phone


def text(served: Served, world: str) -> int:
    form = {"To": ME, "From": SHOP, "Body": "482913 is your code"}
    path = "/2010-04-01/Accounts/AC1/Messages.json"
    headers = {"X-World": world}
    answer = httpx.post(f"{served.url}{path}", data=form, headers=headers, auth=("AC1", ""), timeout=60)
    return answer.status_code


def mail(served: Served, world: str) -> None:
    words = f"From: {SENDER}\r\nTo: {MAILBOX}\r\nX-World: {world}\r\nSubject: Hi\r\n\r\nHello\r\n"
    with smtplib.SMTP("127.0.0.1", served.smtp_port, timeout=60) as server:
        server.sendmail(SENDER, [MAILBOX], words)


def slowest(served: Served, world: str) -> float:
    """Use another world in each way and return the seconds of the slowest."""
    took = []
    for use in (
        lambda: httpx.get(f"{served.url}/healthz", timeout=60),
        lambda: text(served, world),
        lambda: mail(served, world),
    ):
        start = time.perf_counter()
        use()
        took.append(time.perf_counter() - start)
    return max(took)


def dialled(stack: ExitStack, served: Served) -> socket.socket:
    return stack.enter_context(socket.create_connection(("127.0.0.1", served.smtp_port), timeout=20))


def conversation(connection: socket.socket) -> bytes:
    """Return all that the server says until it hangs up."""
    said = b""
    while part := connection.recv(65536):
        said += part
    return said


def test_mails_that_never_end_silence_nobody_s71(served: Served) -> None:
    quiet = slowest(served, "quiet")
    before = served.sockets()
    with ExitStack() as stack:
        endless = [dialled(stack, served) for _ in range(300)]
        for each in endless:
            each.sendall(COMMANDS + b"Subject: endless\r\n")
        assert slowest(served, "quiet") < max(1.0, 5 * quiet)
        start = time.monotonic()
        while time.monotonic() < start + 2.5:  # longer than without a byte, shorter than in all
            endless[0].sendall(b"and on\r\n")
            time.sleep(0.3)
        for each in endless:
            said = conversation(each)
            assert b"\r\n354 " in said
            assert said.endswith(b"421 4.4.2 Nothing came for too long\r\n")
    assert served.comes_down_to(before + 4, 5)


def test_too_many_mail_connections_are_told_so_s71(served: Served) -> None:
    with ExitStack() as stack:
        held = [dialled(stack, served) for _ in range(MOST_CONNECTIONS)]
        assert held[-1].recv(4) == b"220 "
        assert conversation(dialled(stack, served)).startswith(b"421 4.7.0 ")
        assert httpx.get(f"{served.url}/healthz", timeout=60).status_code == 200
    until = time.monotonic() + 5
    while time.monotonic() < until:
        try:
            mail(served, "quiet")
            return
        except smtplib.SMTPException:
            continue
    raise AssertionError("the places of those who hung up are not given back")


def test_slow_world_holds_up_no_other_s74(served: Served) -> None:
    quiet = slowest(served, "quiet")
    with served.client("slow") as slow, ThreadPoolExecutor(80) as senders:
        slow.faults.add("slow", seconds=SLOW_SECONDS)
        start = time.monotonic()
        sent = [senders.submit(text, served, "slow") for _ in range(30)]
        mails = [senders.submit(mail, served, "slow") for _ in range(50)]
        while len(slow.messages(limit=200)) < 80:
            assert not any(each.done() for each in sent), "what is slow is the answer, not the message"
        assert slowest(served, "quiet") < max(1.0, 5 * quiet)
        assert not any(each.done() for each in sent)
        assert not any(each.done() for each in mails)
        assert {each.result() for each in sent} == {201}
        for each in mails:
            each.result()
        assert time.monotonic() >= start + SLOW_SECONDS
