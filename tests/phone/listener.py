"""An app that the phone calls back: it records every request and answers as configured."""

import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from urllib.parse import parse_qsl


def _open() -> threading.Event:
    found = threading.Event()
    found.set()
    return found


@dataclass
class Listener:
    """Received requests: (path, fields, headers).

    `answers` are the next (status, body), then 200 and `body`. `at` are the answers by path: status, headers and
    body. While `hold` is cleared, no answer is sent.
    """

    url: str = ""
    body: str = ""
    answers: list[tuple[int, str]] = field(default_factory=list)
    bodies: dict[str, str] = field(default_factory=dict)
    at: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    hold: threading.Event = field(default_factory=_open)
    came: "Queue[tuple[str, dict[str, str], dict[str, str]]]" = field(default_factory=Queue)

    bodies_came: "Queue[str]" = field(default_factory=Queue)

    def next_body(self) -> str:
        """Return the next request's body unparsed; fail when none comes."""
        return self.bodies_came.get(timeout=10)

    def next(self) -> tuple[str, dict[str, str], dict[str, str]]:
        """Return the next request; fail when none comes."""
        return self.came.get(timeout=10)


@contextmanager
def listening() -> Iterator[Listener]:
    """Run a listener on a free port."""
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            status, body = listener.answers.pop(0) if listener.answers else (200, None)
            path = self.path.partition("?")[0]
            data = (body if body is not None else listener.bodies.get(path, listener.body)).encode()
            listener.bodies_came.put(text)
            listener.came.put((self.path, dict(parse_qsl(text)), dict(self.headers)))
            listener.hold.wait(30)
            status, headers, data = listener.at.get(path, (status, {}, data))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            with contextlib.suppress(ConnectionError):  # the phone was killed
                self.wfile.write(data)

        do_GET = do_POST  # noqa: N815

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    listener.url = f"http://127.0.0.1:{server.server_port}"
    yield listener
    server.shutdown()
    server.server_close()
