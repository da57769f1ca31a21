"""Answers that a tester asked to be broken: an error page of a proxy, or a connection that ends in the middle."""

from collections.abc import Iterator

from flask import Response

from mocksms.core.intake import Interrupted


class HungUp(ConnectionAbortedError):
    """Ends the connection in the middle of an answer."""


def _cut_off() -> Iterator[bytes]:
    yield b"{"
    raise HungUp("a fault asked for this")


def answer(interrupted: Interrupted) -> Response:
    """Return the broken answer."""
    if (status := interrupted.http_status) is not None:
        page = f"<html><body><h1>{status}</h1></body></html>\n"
        return Response(page, status, mimetype="text/html")
    return Response(_cut_off(), 200, {"Content-Length": "1000"}, mimetype="application/json")
