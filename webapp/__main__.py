"""``python -m webapp``: serve the site with granian; settings come from the environment."""

from __future__ import annotations

import socket
import sys

import click
from granian import Granian
from granian.constants import Interfaces

from webapp.config import ConfigError, load

STOP_SECONDS = 3


@click.command(
    help="Serve the site with granian (settings: WEBAPP_...).", context_settings={"show_default": True}
)
@click.option("--host", default="127.0.0.1", help="Address to listen on.")
@click.option("--port", default=8000, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--workers", default=1, type=click.IntRange(1), help="Processes.")
@click.option("--threads", default=16, type=click.IntRange(1), help="Requests at once in each process.")
def main(host: str, port: int, workers: int, threads: int) -> None:
    """Serve until a signal. Exit with 1 after one line when the settings or the port are unusable."""
    try:
        load()
        _refuse_taken(host, port)
    except (ConfigError, OSError) as problem:
        print(f"webapp: {problem}", file=sys.stderr)
        sys.exit(1)
    server = Granian(
        "webapp:create_app",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        workers_kill_timeout=STOP_SECONDS,
        log_enabled=False,
        respawn_failed_workers=workers > 1,
    )
    server.serve()


def _refuse_taken(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise OSError(f"port {port} on {host} cannot be used: {error.strerror}") from None


if __name__ == "__main__":
    main(prog_name="python -m webapp")
