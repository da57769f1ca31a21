"""The command `nidankai`: run site and phone, reset them, or check the site.

It loads without the apps' packages, and says which extra is missing.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from webapp import home, run

NEEDS = {"site": "flask_login", "phone": "aiosmtpd"}
"""A package that each extra brings and the bare installation lacks."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Return 0, 1 after a problem in one line, 2 for wrong usage."""
    options, rest = _parser().parse_known_args(arguments)
    if rest and options.work not in PASSING_ON:
        _parser().error(f"unknown argument: {rest[0]}")
    missing = [extra for extra in options.extras if importlib.util.find_spec(NEEDS[extra]) is None]
    if missing:
        extras = ",".join(missing)
        print(f"nidankai: more packages are needed. Run: pip install 'nidankai[{extras}]'", file=sys.stderr)
        return 1
    work: Callable[[list[str]], int] = options.work
    return work(rest)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="nidankai", description="A sandbox for two-step verification.")
    parser.add_argument("--version", action="version", version=f"nidankai {home.VERSION}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, work: Callable[[list[str]], int], extras: tuple[str, ...], text: str) -> None:
        added = commands.add_parser(name, help=text, description=text, add_help=work not in PASSING_ON)
        added.set_defaults(work=work, extras=extras)

    add(
        "run",
        _run,
        ("site", "phone"),
        "run site and phone with demo accounts (SITE_PORT, PHONE_PORT, SMTP_PORT, ENGINE=postgres)",
    )
    add("site", _site, ("site",), "serve the site alone (settings: WEBAPP_...)")
    add("phone", _phone, ("phone",), "serve the phone alone (settings: MOCKSMS_...)")
    add("reset", _reset, (), "delete all data of site and phone (INSTANCE names the folder; --database)")
    add("doctor", _doctor, ("site",), "check settings, database, keys, gateway and mail")
    both = ("site", "phone")
    add("move", _move, both, "copy an instance from one engine to the other: SQLite, PostgreSQL")
    add("backup", _backup, both, "write all data of site and phone into a file, also while both run")
    add("restore", _restore, both, "read all data from such a file")
    return parser


def _run(_: list[str]) -> int:
    return run.main()


def _site(rest: list[str]) -> int:
    """Serve the site. It reads its own options, `--help` too."""
    return _become("webapp", *rest, shown="nidankai site")


def _phone(rest: list[str]) -> int:
    """Serve the phone. It reads its own options, `--help` too."""
    return _become("mocksms", "serve", *rest, shown="nidankai phone")


def _move(rest: list[str]) -> int:
    """Copy an instance to another engine. It reads its own options, `--help` too."""
    return _transfer("move", rest)


def _backup(rest: list[str]) -> int:
    """Write an instance into a file."""
    return _transfer("backup", rest)


def _restore(rest: list[str]) -> int:
    """Read an instance from a file."""
    return _transfer("restore", rest)


def _transfer(work: str, rest: list[str]) -> int:
    from webapp import transfer  # needs the packages of both extras

    return transfer.main(work, rest)


def _doctor(_: list[str]) -> int:
    return _become("flask", "--app", "webapp", "doctor")


def _become(module: str, *arguments: str, shown: str = "") -> NoReturn:
    """Replace this process, so that signals reach the server itself. Its usage shows the command ``shown``."""
    sys.stdout.flush()
    environment = {**home.environment(), **({home.COMMAND: shown} if shown else {})}
    if sys.platform == "win32":  # where exec starts another process, and the shell does not wait for it
        sys.exit(subprocess.call(home.python(module, *arguments), env=environment))
    os.execve(sys.executable, home.python(module, *arguments), environment)  # noqa: S606 - our own modules


def _reset(rest: list[str]) -> int:
    """Delete `INSTANCE/site` and `INSTANCE/phone`, and nothing else in that folder; the engine's data, too.

    A database that others may use is left alone, unless `--database` is given.
    """
    parser = argparse.ArgumentParser("nidankai reset", description="Delete all data of site and phone.")
    parser.add_argument(
        "--database",
        action="store_true",
        help="also what WEBAPP_DATABASE_URL, MOCKSMS_DATABASE_URL and, with ENGINE=postgres, POSTGRES_URL name",
    )
    given = parser.parse_args(rest)
    instance = Path(os.environ.get("INSTANCE") or home.data_folder()).resolve()
    databases = _databases()
    if given.database and databases and _transfer("clear", []):
        return 1
    try:
        for folder in (instance / "site", instance / "phone"):
            if folder.exists():
                shutil.rmtree(folder)
        _delete_engine_data(instance)
    except OSError as error:
        print(f"nidankai: {error.filename} cannot be deleted: {error.strerror}", file=sys.stderr)
        return 1
    print(f"nidankai: {instance} is clean. {_left(databases, given.database)}Stop and start what uses it.")
    return 0


def _left(databases: list[str], is_clear: bool) -> str:
    """Return what a reset left alone, as sentences."""
    folders = [name for name in ("WEBAPP_INSTANCE", "MOCKSMS_INSTANCE") if os.environ.get(name)]
    kept = [*([] if is_clear else databases), *folders]
    if not kept:
        return ""
    more = " `nidankai reset --database` deletes the database's data." if databases and not is_clear else ""
    return f"What {' and '.join(kept)} {'name' if len(kept) > 1 else 'names'} was left alone.{more} "


def _databases() -> list[str]:
    """Return the variables that name a database of this instance, which others may use too."""
    given = [name for name in ("WEBAPP_DATABASE_URL", "MOCKSMS_DATABASE_URL") if os.environ.get(name)]
    if not given and os.environ.get("ENGINE") == "postgres" and os.environ.get("POSTGRES_URL"):
        given = ["POSTGRES_URL"]
    return given


def _delete_engine_data(instance: Path) -> None:
    """Delete what the server that `run` starts with ENGINE=postgres has in its folder, which may hold other files."""
    if os.environ.get("ENGINE") != "postgres":
        return
    from webapp.store import postgres_server  # only for this engine

    folder = Path(os.environ.get("POSTGRES_DATA") or postgres_server.data_folder(instance))
    if (folder / "data").exists():
        shutil.rmtree(folder / "data")
    for name in ("log", "lock"):
        (folder / name).unlink(missing_ok=True)
    with suppress(OSError):  # there is none, or it holds other files
        folder.rmdir()


PASSING_ON = (_site, _phone, _reset, _move, _backup, _restore)


if __name__ == "__main__":
    sys.exit(main())
