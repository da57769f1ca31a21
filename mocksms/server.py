"""Serve the phone in one process: pages, providers and tester API by granian, mail by aiosmtpd.

One process, because an arrival wakes its waiting testers and open inboxes at once, and those of other processes only
within a second. Granian reads requests outside of Python and passes them to the edge (docs/decisions.md).
"""

import dataclasses
import logging
import os
import socket
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from mocksms import config
from mocksms.core.own_address import own_address, own_host
from mocksms.edge import lifeline, process
from mocksms.shared import own_files

if TYPE_CHECKING:
    from flask import Flask

    from mocksms.edge.application import Edge

STOP_SECONDS = 2
LISTENS_SECONDS = 0.01
CONNECT_SECONDS = 1.0
LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to ask, not to listen
LOCKED_BYTE = 1 << 20  # past the end: Windows lets nobody read what is locked


class CannotServe(Exception):
    """Startup failed; the message is shown to the user."""


def _bound(what: str, host: str, port: int, setting: str) -> socket.socket:
    bare = host.strip("[]")
    family = socket.AF_INET6 if ":" in bare else socket.AF_INET
    try:
        return socket.create_server((bare, port), family=family)
    except (OSError, OverflowError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        line = f"the {what} cannot use port {port} of {host}: {reason}; choose another one by {setting}."
        raise CannotServe(line) from None


def _hold(folder: Path, is_shared: bool) -> BinaryIO:
    """Lock a folder until the returned file is closed, here or in a worker. A process that dies releases it.

    Raise :class:`CannotServe` when another phone has locked it, unless both share it.
    """
    own_files.own_folder(folder)
    file = os.fdopen(os.open(folder / "serving.lock", os.O_RDWR | os.O_CREAT, 0o600), "r+b", buffering=0)
    holder = file.read(20).decode("ascii", "replace").strip()
    try:
        _lock(file, is_shared)
    except (BlockingIOError, PermissionError):  # the second is Windows'
        file.close()
        raise CannotServe(
            f"another phone (process {holder}) uses the folder {folder}; stop it, choose another folder by"
            " MOCKSMS_INSTANCE, or set MOCKSMS_SHARED=1 for both."
        ) from None
    file.seek(0)
    file.truncate()
    file.write(str(os.getpid()).encode())
    return file


def _lock(file: BinaryIO, is_shared: bool) -> None:
    if sys.platform != "win32":
        import fcntl  # there is none on Windows

        fcntl.flock(file, (fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    elif not is_shared:
        import msvcrt  # Windows only

        file.seek(LOCKED_BYTE)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)


def serve(settings: config.Settings) -> None:
    """Serve until SIGINT or SIGTERM. Raise :class:`CannotServe` when a port or the instance folder is taken."""
    with _hold(settings.folder, settings.shared):
        _serve(settings)


def _serve(settings: config.Settings) -> None:
    settings = _with_ports(settings)
    connections = process.raise_file_limit(settings.max_waits + settings.threads, "mocksms")
    process.serve(
        "mocksms.server:application",
        settings.host,
        settings.port,
        connections,
        workers_kill_timeout=STOP_SECONDS,
    )


def _with_ports(settings: config.Settings) -> config.Settings:
    """Replace each port 0 by a free one, for the process that serves too.

    Raise :class:`CannotServe` for a port that is taken.
    """
    wanted = [("phone", settings.host, "port")]
    if settings.smtp_port >= 0:
        wanted += [("mail server", settings.smtp_host, name) for name in ("smtp_port", "smtp_tls_port")]
    found: dict[str, Any] = {}
    with ExitStack() as held:  # all at once, so that two free ports are different ones
        for what, host, name in wanted:
            if (port := getattr(settings, name)) >= 0:
                probe = held.enter_context(_bound(what, host, port, f"{config.ENV_PREFIX}{name.upper()}"))
                found[name] = probe.getsockname()[1]
    os.environ.update({f"{config.ENV_PREFIX}{name.upper()}": str(port) for name, port in found.items()})
    return dataclasses.replace(settings, **found)


def application() -> "Edge":
    """Return the phone with its mail server, made in the process that serves, which prints its address."""
    from mocksms import create_edge  # only here: the process that watches over this one stays small
    from mocksms.api.middleware import worlds_of
    from mocksms.providers.registry import providers_of

    lifeline.end_with_parent()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    # The line of a request names neither thread nor source: logging need not find them out for each.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells of each command
    try:
        served = create_edge()
    except config.SettingError as problem:
        print(f"mocksms: {problem}", file=sys.stderr, flush=True)
        os._exit(process.REFUSED)
    app = cast("Flask", served.app)
    worlds = worlds_of(app)
    worlds.own_ports.add(worlds.settings.port)
    providers_of(app).listen(app)
    threading.Thread(target=_tell, args=(worlds.settings,), name="address", daemon=True).start()
    return served


def _tell(settings: config.Settings) -> None:
    """Print the address once the phone listens there: a script that reads the line may ask at once."""
    bare = settings.host.strip("[]")
    host = LOOPBACK.get(bare, bare)
    while True:
        try:
            socket.create_connection((host, settings.port), timeout=CONNECT_SECONDS).close()
        except OSError:
            time.sleep(LISTENS_SECONDS)
        else:
            print(_addresses(settings), flush=True)
            return


def _addresses(settings: config.Settings) -> str:
    mail = f" (mail server: {own_host(settings.smtp_host)}:{settings.smtp_port})"
    address = own_address(settings.host, settings.port, settings.allowed_hosts)
    return f"mocksms: {address}{mail if settings.smtp_port >= 0 else ''}"
