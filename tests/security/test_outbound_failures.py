"""Whatever the gateway or the mail server does, the site notices in time (docs/promises.md#66)."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable

import pytest

from tests import faulty_gateway
from webapp.config import Config
from webapp.errors import DeliveryFailed, GatewayFailed, MailFailed
from webapp.outbound.gateway import Gateway
from webapp.outbound.mail import Mailer

DEADLINE_SECONDS = 0.3  # the servers below would go on for 40 s and then answer well: the kind is the verdict
PATIENT_SECONDS = 10.0  # for what fails before: a busy machine may take its time
SID = "SM" + "1" * 32
GOOD = json.dumps({"sid": SID, "status": "queued"}).encode()


def send_text(port: int, deadline_seconds: float = DEADLINE_SECONDS) -> None:
    gateway = Gateway(
        f"http://127.0.0.1:{port}",
        "AC" + "0" * 32,
        "token",
        "+815012345678",
        deadline_seconds=deadline_seconds,
    )
    try:
        gateway.text("+819012345678", "123456")
    finally:
        gateway.close()


def send_mail(port: int, deadline_seconds: float = DEADLINE_SECONDS) -> None:
    mailer = Mailer("127.0.0.1", port, "Mihon <no-reply@example.com>", deadline_seconds=deadline_seconds)
    mailer.send("hanako@example.com", "subject", "123456", "<p>123456</p>")


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        pytest.param(faulty_gateway.hangs, "slow", id="hangs"),
        pytest.param(faulty_gateway.hangs_up, "garbage", id="hangs up"),
        pytest.param(
            faulty_gateway.drips(b"HTTP/1.1 201 Created\r\n", b"X-Drop: 1\r\n", b"Content-Length: 0\r\n\r\n"),
            "slow",
            id="drips headers",
        ),
        pytest.param(
            faulty_gateway.drips(
                b"HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n" % (2000 + len(GOOD)), b" ", GOOD
            ),
            "slow",
            id="drips its body",
        ),
        pytest.param(faulty_gateway.says(b"SSH-2.0-OpenSSH_9.2\r\n"), "garbage", id="speaks no HTTP"),
        pytest.param(
            faulty_gateway.says(faulty_gateway.http("200 OK", b"<html>")), "garbage", id="speaks HTML"
        ),
        pytest.param(faulty_gateway.says(faulty_gateway.http("500 Oops", b"")), "down", id="breaks"),
        pytest.param(
            faulty_gateway.says(faulty_gateway.http("301 Moved", b"", "Location: http://127.0.0.1:1/")),
            "garbage",
            id="sends elsewhere",
        ),
        pytest.param(
            faulty_gateway.says(b"HTTP/1.1 201 Created\r\nContent-Length: 500\r\n\r\n{"),
            "garbage",
            id="stops half-way",
        ),
        pytest.param(
            faulty_gateway.says(faulty_gateway.http("201 Created", b" " * 1_000_000)),
            "garbage",
            id="says too much",
        ),
    ],
)
def test_gateway_in_every_bad_mood_is_named_s66(behaviour: faulty_gateway.Behaviour, kind: str) -> None:
    with faulty_gateway.server(behaviour) as port, pytest.raises(GatewayFailed) as failed:
        send_text(port, DEADLINE_SECONDS if kind == "slow" else PATIENT_SECONDS)
    assert failed.value.kind == kind


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        pytest.param(faulty_gateway.hangs, "slow", id="hangs"),
        pytest.param(faulty_gateway.greets(b""), "slow", id="never greets"),
        pytest.param(
            faulty_gateway.drips(b"220-", b"hello ", b"\r\n220 hi\r\n"), "slow", id="drips its greeting"
        ),
        pytest.param(
            faulty_gateway.drips(b"", b"220-hello\r\n", b"220 hi\r\n"), "slow", id="never stops greeting"
        ),
        pytest.param(faulty_gateway.greets(b"220 hi\r\n"), "slow", id="greets and falls silent"),
        pytest.param(faulty_gateway.greets(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "garbage", id="speaks HTTP"),
        pytest.param(faulty_gateway.greets(b"421 overloaded\r\n"), "down", id="is overloaded"),
        pytest.param(faulty_gateway.greets(b"554 go away\r\n"), "refused", id="wants none of us"),
        pytest.param(lambda connection, over: None, "down", id="hangs up"),
    ],
)
def test_mail_server_in_every_bad_mood_is_named_s66(behaviour: faulty_gateway.Behaviour, kind: str) -> None:
    with faulty_gateway.server(behaviour) as port, pytest.raises(MailFailed) as failed:
        send_mail(port, DEADLINE_SECONDS if kind == "slow" else PATIENT_SECONDS)
    assert failed.value.kind == kind


@pytest.mark.parametrize("send", [send_text, send_mail])
def test_nobody_listening_is_down_s66(send: Callable[[int], None]) -> None:
    with pytest.raises(DeliveryFailed) as failed:
        send(faulty_gateway.unused_port())
    assert failed.value.kind == "down"


@pytest.mark.parametrize("send", [send_text, send_mail])
def test_name_look_up_is_inside_the_deadline_s66(
    send: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A resolver that never answers has no timeout of its own to set."""

    def stuck(*args: object, **kwargs: object) -> socket.socket:
        never.wait(30)
        raise OSError("too late to matter")

    never = threading.Event()
    monkeypatch.setattr(socket, "create_connection", stuck)
    with pytest.raises(DeliveryFailed) as failed:
        send(1)
    never.set()
    assert failed.value.kind == "slow"


def test_default_deadline_leaves_time_for_a_page_within_five_seconds_s66() -> None:
    assert Config().outbound_deadline_seconds + 0.5 <= 5
