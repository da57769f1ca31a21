"""``python -m webapp``: serve the site with granian; settings come from the environment."""

from __future__ import annotations

import os
import socket
import sys

import click

from webapp import home
from webapp.config import ConfigError, load
from webapp.edge import lifeline, process
from webapp.edge.application import Edge
from webapp.keys import load_keys
from webapp.shared.network import is_loopback

STOP_SECONDS = 3
ANY_HOST = ("0.0.0.0", "::")  # noqa: S104 - compared, not listened on
CONNECTIONS = 4000
"""What a process must be able to hold: slow clients cost it a connection, and nothing else."""


@click.command(
    help="Serve the site with granian (settings: WEBAPP_...).", context_settings={"show_default": True}
)
@click.option("--host", help="Address to listen on.  [default: WEBAPP_HOST]")
@click.option("--port", default=8000, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--workers", default=1, type=click.IntRange(1), help="Processes.")
@click.option(
    "--threads", type=click.IntRange(1), help="Requests at once in each process.  [default: WEBAPP_THREADS]"
)
def main(host: str | None, port: int, workers: int, threads: int | None) -> None:
    """Serve until a signal. Exit after one line: 2 for a bad setting or a database that can't be used, 1 for a port."""
    if threads is not None:
        os.environ["WEBAPP_THREADS"] = str(threads)  # the processes that serve read it
    if host is not None:
        os.environ["WEBAPP_HOST"] = host
    try:
        config = load()
        load_keys(config)
        host = config.host
        _refuse_taken(host, port)
    except (ConfigError, OSError) as problem:
        print(f"webapp: {problem}", file=sys.stderr)
        sys.exit(problem.exit_code if isinstance(problem, ConfigError) else 1)
    print(f"webapp: http://{_shown(host)}:{port}", flush=True)
    process.serve(
        "webapp.__main__:application",
        host,
        port,
        process.raise_file_limit(CONNECTIONS, "webapp"),
        workers=workers,
        workers_kill_timeout=STOP_SECONDS,
        respawn_failed_workers=workers > 1,
    )


def application() -> Edge:
    """Return the site, made in a process that serves it. End the process after one line for a bad setting."""
    from webapp import create_edge  # only here: the process that watches over this one stays small

    lifeline.end_with_parent()
    try:
        return create_edge()
    except ConfigError as problem:
        print(f"webapp: {problem}", file=sys.stderr, flush=True)
        os._exit(process.REFUSED)


def _shown(host: str) -> str:
    """Return the host to type: passkeys work at localhost, and at no address."""
    if host in ANY_HOST or is_loopback(host):
        return "localhost"
    return f"[{host}]" if ":" in host else host


def _refuse_taken(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise OSError(f"port {port} on {host} cannot be used: {error.strerror}") from None


if __name__ == "__main__":
    main(prog_name=os.environ.get(home.COMMAND, "python -m webapp"))
