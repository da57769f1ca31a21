"""Answers that a tester asked to be broken: an error page of a proxy, or a connection that ends in the middle."""

from collections.abc import Iterator

from flask import Response

from mocksms.core.faults import Effects


class HungUp(ConnectionAbortedError):
    """Ends the connection in the middle of an answer."""


def _cut_off() -> Iterator[bytes]:
    yield b"{"
    raise HungUp("a fault asked for this")


def answer(effects: Effects) -> Response | None:
    """The broken answer to give instead of the right one, None where none was asked for."""
    if effects.http_status is not None:
        page = f"<html><body><h1>{effects.http_status}</h1></body></html>\n"
        return Response(page, effects.http_status, mimetype="text/html")
    if effects.hang_up:
        return Response(_cut_off(), 200, {"Content-Length": "1000"}, mimetype="application/json")
    return None
