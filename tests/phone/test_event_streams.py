"""An event stream ends before a slow reader fills the phone's memory, and its client resumes."""

from __future__ import annotations

import smtplib

import httpx

from mocksms.api.event_stream import MOST_BYTES
from mocksms.testing import Phone
from tests.phone.conftest import either_server as phone_server

__all__ = ["phone_server"]
LARGE, SENT = 200_000, 7


def received(phone: Phone, after: int) -> tuple[list[int], int]:
    """Return the ids and the bytes of a stream that is read to its end."""
    ids, read = list[int](), 0
    headers = {"X-World": phone.world, "Last-Event-ID": str(after)}
    with httpx.stream("GET", f"{phone.url}/api/v1/events", headers=headers, timeout=30) as stream:
        for line in stream.iter_lines():
            read += len(line)
            ids += [int(line[4:])] if line.startswith("id: ") else []
            if len(ids) == SENT:
                break
    return ids, read


def test_event_stream_ends_after_its_bytes_and_resumes_without_a_gap(phone: Phone) -> None:
    mailbox = phone.mailbox("hanako@example.com")
    before = phone.last_id()
    with smtplib.SMTP("127.0.0.1", phone.smtp_port or 0, timeout=30) as server:
        for number in range(SENT):
            server.sendmail("x@example.com", [mailbox], f"Subject: {number}\r\n\r\n".encode() + b"x" * LARGE)
    first, read = received(phone, before)
    assert MOST_BYTES <= read < MOST_BYTES + 2 * LARGE
    assert first == sorted(first) and len(first) < SENT
    headers = {"X-World": phone.world, "Last-Event-ID": str(first[-1])}
    rest: list[int] = []
    with httpx.stream("GET", f"{phone.url}/api/v1/events", headers=headers, timeout=30) as stream:
        for line in stream.iter_lines():
            rest += [int(line[4:])] if line.startswith("id: ") else []
            if len(first) + len(rest) == SENT:
                break
    assert [*first, *rest] == sorted({*first, *rest})
