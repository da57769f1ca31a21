"""A site whose gateway or mail server fails in one of several ways."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from tests import faulty_gateway
from tests.app_fixture import World
from webapp.outbound.gateway import Gateway
from webapp.outbound.mail import Mailer

DEADLINE_SECONDS = 0.2  # the failing servers would take far longer; what is tested is the page, not the time
SENDER = "Mihon <no-reply@mihon.example.com>"


def refusal(code: int) -> faulty_gateway.Behaviour:
    """A provider that declines."""
    body = json.dumps({"code": code, "message": "no", "more_info": "", "status": 400}).encode()
    return faulty_gateway.says(faulty_gateway.http("400 Bad Request", body))


MOODS: dict[str, faulty_gateway.Behaviour | None] = {
    "down": None,
    "slow": faulty_gateway.hangs,
    "5xx": faulty_gateway.says(faulty_gateway.http("503 Unavailable", b"oops")),
    "garbage": faulty_gateway.says(faulty_gateway.http("200 OK", b"<html>It works!</html>")),
    "landline": refusal(21614),
    "unsubscribed": refusal(21610),
}


@contextmanager
def gateway_in(mood: str, world: World) -> Iterator[None]:
    """Let the site talk to a gateway in this mood."""
    own = world.services.outbound.gateway
    with on_a_port(MOODS[mood]) as port:
        failing = Gateway(f"http://127.0.0.1:{port}", "AC" + "0" * 32, "x", "+815012345678", DEADLINE_SECONDS)
        world.services.outbound.gateway = failing
        try:
            yield
        finally:
            world.services.outbound.gateway = own
            failing.close()


@contextmanager
def mail_in(mood: str, world: World) -> Iterator[None]:
    """Let the site talk to a mail server in this mood."""
    own = world.services.outbound.mailer
    moods = {
        "down": None,
        "slow": faulty_gateway.hangs,
        "garbage": faulty_gateway.greets(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        "refusing": faulty_gateway.greets(b"554 no\r\n"),
    }
    with on_a_port(moods[mood]) as port:
        world.services.outbound.mailer = Mailer("127.0.0.1", port, SENDER, DEADLINE_SECONDS)
        try:
            yield
        finally:
            world.services.outbound.mailer = own


@contextmanager
def on_a_port(behaviour: faulty_gateway.Behaviour | None) -> Iterator[int]:
    if behaviour is None:
        yield faulty_gateway.unused_port()
    else:
        with faulty_gateway.server(behaviour) as port:
            yield port
