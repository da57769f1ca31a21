"""An event stream ends before a slow reader fills the phone's memory, and its client resumes. It tells of the clock,
the faults, deletions and a reset.
"""

from __future__ import annotations

import json
import smtplib
import socket
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from mocksms.api.event_stream import MOST_BYTES
from mocksms.edge.streamed import MOST_AHEAD_BYTES, PATIENCE_SECONDS
from mocksms.pytest_plugin import PhoneServer
from mocksms.testing import Phone, twilio_client
from tests.phone.conftest import either_server as phone_server

__all__ = ["phone_server"]
LARGE, SENT = 200_000, 7
LOW_WATER = 1 << 16


def send_mails(phone: Phone) -> None:
    """Send more than a stream may be ahead of its reader."""
    mailbox = phone.mailbox("hanako@example.com")
    with smtplib.SMTP("127.0.0.1", phone.smtp_port or 0, timeout=30) as server:
        for number in range(SENT):
            server.sendmail("x@example.com", [mailbox], f"Subject: {number}\r\n\r\n".encode() + b"x" * LARGE)


def received(phone: Phone, after: int, before: int = 0) -> tuple[list[int], int]:
    """Return the ids and the bytes of a stream that is read to its end; `before` have come already."""
    ids, read = list[int](), 0
    headers = {"X-World": phone.world, "Last-Event-ID": str(after)}
    with httpx.stream("GET", f"{phone.url}/api/v1/events", headers=headers, timeout=30) as stream:
        assert stream.status_code == 200, stream.read()
        for line in stream.iter_lines():
            read += len(line)
            ids += [int(line[4:])] if line.startswith("id: ") else []
            if before + len(ids) == SENT:
                break
    return ids, read


def received_late(phone: Phone, after: int) -> tuple[list[int], int]:
    """Return the ids and the bytes of a stream whose client reads after the phone's patience."""
    with socket.create_connection(("127.0.0.1", httpx.URL(phone.url).port or 0), timeout=30) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, LOW_WATER)
        head = f"GET /api/v1/events?world={phone.world}&since={after} HTTP/1.1\r\nHost: localhost\r\n\r\n"
        connection.sendall(head.encode())
        time.sleep(PATIENCE_SECONDS + 1)
        data = b""
        while not data.endswith(b"\r\n0\r\n\r\n"):
            part = connection.recv(LOW_WATER)
            assert part, "the stream broke off"
            data += part
    return [int(line[4:]) for line in data.splitlines() if line.startswith(b"id: ")], len(data)


def test_event_stream_ends_before_its_reader_is_far_behind_and_resumes_without_a_gap(
    phone: Phone, phone_server: PhoneServer, request: pytest.FixtureRequest
) -> None:
    before = phone.last_id()
    send_mails(phone)
    if "edge" in request.node.name:
        first, read = received_late(phone, before)
        assert MOST_AHEAD_BYTES - 2 * LARGE < read < MOST_AHEAD_BYTES + LARGE / 2
    else:
        first, read = received(phone, before)
        assert MOST_BYTES <= read < MOST_BYTES + 2 * LARGE
    assert first == sorted(first) and 0 < len(first) < SENT
    rest, _ = received(phone, first[-1], before=len(first))
    assert [*first, *rest] == sorted({*first, *rest})


def test_event_stream_goes_on_as_long_as_it_is_read(edge_server: PhoneServer) -> None:
    with edge_server.client("read-on") as phone:
        before = phone.last_id()
        send_mails(phone)
        ids, read = received(phone, before)
        assert (len(ids), ids) == (SENT, sorted({*ids}))
        assert read > MOST_AHEAD_BYTES + LARGE / 2


ME = "+819012345678"


def send(phone: Phone) -> str:
    """Send an SMS and return its id."""
    sent = twilio_client(phone.url, phone.account_sid).messages.create(to=ME, from_="Mihon", body="hello")
    return str(sent.sid)


def delete_new(phone: Phone) -> None:
    """Send an SMS and delete it as its sender."""
    twilio_client(phone.url, phone.account_sid).messages(send(phone)).delete()


CHANGES: dict[str, Callable[[Phone], object]] = {
    "clock": lambda phone: phone.move_clock(600),
    "fault": lambda phone: phone.faults.add("drop", times=1),
    "use": lambda phone: twilio_client(phone.url, phone.account_sid).messages.create(
        to=ME, from_="Mihon", body="dropped"
    ),
    "deletion of one": delete_new,
    "deletion of some": lambda phone: (send(phone), phone.delete(to=ME)),
    "deletion of all": lambda phone: (send(phone), phone.delete()),
    "reset": lambda phone: phone.reset(),
}

LONGEST_SECONDS = 5.0  # pages look again after 15, and a stream sends a comment after 15


def next_stamp(lines: Iterator[str]) -> str:
    """Return the stamp of the stream's next new conditions."""
    while next(lines) != "event: conditions":
        pass
    return str(json.loads(next(lines).removeprefix("data: "))["stamp"])


def test_event_stream_tells_of_clock_faults_deletion_and_reset_and_of_what_changed_before(
    phone: Phone,
) -> None:
    url = f"{phone.url}/api/v1/events?world={phone.world}"
    stamps = list[str]()
    with httpx.stream("GET", url, timeout=LONGEST_SECONDS) as stream:
        lines = stream.iter_lines()
        assert next(line for line in lines if line.startswith(":")) == ": open"
        for change in CHANGES.values():
            change(phone)
            stamps.append(next_stamp(lines))
    assert len({*stamps}) == len(CHANGES)
    with httpx.stream("GET", f"{url}&conditions={stamps[0]}", timeout=LONGEST_SECONDS) as stream:
        assert stream.status_code == 200, stream.read()
        assert next_stamp(stream.iter_lines()) == stamps[-1]
