"""``python -m webapp``: serve the site with granian; settings come from the environment."""

from __future__ import annotations

import argparse
import socket
import sys
from collections.abc import Sequence

from granian import Granian
from granian.constants import Interfaces

from webapp.config import ConfigError, load

THREADS = 16
STOP_SECONDS = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until a signal; 1 after one clear line when the settings or the port are unusable."""
    options = _parser().parse_args(arguments)
    try:
        load()
        _refuse_taken(options.host, options.port)
    except (ConfigError, OSError) as problem:
        print(f"webapp: {problem}", file=sys.stderr)
        return 1
    server = Granian(
        "webapp:create_app",
        factory=True,
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=options.workers,
        blocking_threads=options.threads,
        workers_kill_timeout=STOP_SECONDS,
        log_enabled=False,
        respawn_failed_workers=options.workers > 1,
    )
    server.serve()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m webapp", description="The site, served by granian.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (%(default)s)")
    parser.add_argument("--workers", type=int, default=1, help="processes (%(default)s)")
    parser.add_argument("--threads", type=int, default=THREADS, help="requests at once in each (%(default)s)")
    return parser


def _refuse_taken(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise OSError(f"port {port} on {host} cannot be used: {error.strerror}") from None


if __name__ == "__main__":
    sys.exit(main())
