"""Broken answers that a tester set as a fault: a proxy's error page, or a connection closed halfway."""

from collections.abc import Iterator

from flask import Response

from mocksms.core.intake import Interrupted


class HungUp(ConnectionAbortedError):
    """Close the connection in the middle of an answer."""


def _cut_off() -> Iterator[bytes]:
    yield b"{"
    raise HungUp("a fault asked for this")


def answer(interrupted: Interrupted) -> Response:
    """Return the broken answer."""
    if (status := interrupted.http_status) is not None:
        page = f"<html><body><h1>{status}</h1></body></html>\n"
        return Response(page, status, mimetype="text/html")
    return Response(_cut_off(), 200, {"Content-Length": "1000"}, mimetype="application/json")
