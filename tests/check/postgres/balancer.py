"""A balancer without sticky sessions, in place of deploy/team.conf: any node takes any request."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseRequestHandler, ThreadingTCPServer

CLIENT = "203.0.113.5"
"""Where all its clients are, as it tells the nodes: in the network."""
_HOP = {"connection", "transfer-encoding", "keep-alive"}


@contextmanager
def http(port: int, nodes: Sequence[int]) -> Iterator[None]:
    """Take HTTP requests for the nodes at these ports."""
    turn = itertools.count()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle(self) -> None:
            with suppress(ConnectionError):  # the client has gone
                super().handle()

        def pass_on(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length) if length else None
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
            headers |= {"X-Forwarded-For": CLIENT, "X-Forwarded-Proto": "http"}
            first = next(turn)
            for number in range(len(nodes)):
                node = HTTPConnection("127.0.0.1", nodes[(first + number) % len(nodes)], timeout=60)
                try:
                    node.connect()
                except ConnectionRefusedError:
                    continue
                try:
                    node.request(self.command, self.path, body, headers)
                    answer = node.getresponse()
                    content = answer.read()
                except (OSError, HTTPException):
                    break  # it may have begun: no other node gets it
                finally:
                    node.close()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in {*_HOP, "content-length"}:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                with suppress(OSError):  # the client has given up
                    self.end_headers()
                    self.wfile.write(content)
                return
            self.send_error(502)

        do_GET = do_POST = do_PUT = do_DELETE = pass_on  # noqa: N815 - the server's names

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with _served(ThreadingHTTPServer(("127.0.0.1", port), Handler)):
        yield


@contextmanager
def tcp(port: int, nodes: Sequence[int]) -> Iterator[None]:
    """Take connections for the nodes at these ports."""
    turn = itertools.count()

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            first = next(turn)
            for number in range(len(nodes)):
                with suppress(ConnectionRefusedError):
                    node = socket.create_connection(("127.0.0.1", nodes[(first + number) % len(nodes)]))
                    break
            else:
                return
            with node:
                back = threading.Thread(target=_copy, args=(node, self.request), daemon=True)
                back.start()
                _copy(self.request, node)
                back.join()

    ThreadingTCPServer.allow_reuse_address = True
    with _served(ThreadingTCPServer(("127.0.0.1", port), Handler)):
        yield


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while part := source.recv(65536):
            target.sendall(part)
        target.shutdown(socket.SHUT_WR)


@contextmanager
def _served(server: ThreadingHTTPServer | ThreadingTCPServer) -> Iterator[None]:
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
