"""The phone from a terminal: serve it, or read and drive a running one."""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import sys
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

from mocksms import config
from mocksms.core import setting_types

if TYPE_CHECKING:
    from mocksms.client import Phone

Command = Callable[[argparse.Namespace], int]
SERVER_PACKAGE = "aiosmtpd"
"""A package that only the extra `phone` brings."""
INTERRUPTED = 130


def main(arguments: list[str] | None = None, prog: str = "mocksms") -> int:
    """Run one command and return its exit code.

    0: done. 1, after one line: nothing came, or the phone refused or is not there. 2: wrong usage or a bad setting.
    """
    try:
        options = _parser(prog).parse_args(arguments)
        command: Command = options.command
        code = command(options)
        sys.stdout.flush()
        return code
    except config.SettingError as problem:
        _complain(problem)
        return 2
    except BrokenPipeError:  # the reader, `head` for instance, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more at its end
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED


def _parser(prog: str) -> argparse.ArgumentParser:
    address = config.address()
    parser = argparse.ArgumentParser(prog=prog, description="The mock phone.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, work: Command, words: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=words, description=words)
        added.set_defaults(command=work)
        if work is not _serve:
            added.add_argument("--url", default=address, type=_url, help="the running phone (%(default)s)")
            added.add_argument("--world", default="default", help="which world (%(default)s)")
        return added

    served = command("serve", _serve, "start the phone (settings: MOCKSMS_…)")
    served.prog = os.environ.get("NIDANKAI_COMMAND", served.prog)
    served.add_argument(
        "--port", type=_port(0), help="of pages and gateways; 0 for a free one (MOCKSMS_PORT)"
    )
    served.add_argument(
        "--smtp-port", type=_port(-1), help="of the mail server; -1 for none (MOCKSMS_SMTP_PORT)"
    )
    code = command("wait-code", _wait_code, "wait for a number's or mailbox's code and print it")
    code.add_argument("to")
    code.add_argument("--timeout", type=float, default=30.0, help="seconds (%(default)s)")
    code.add_argument("--since", type=int, help="only codes of messages newer than this id")
    code.add_argument("--new", action="store_true", help="only a code that comes from now on")
    code.add_argument("--json", action="store_true", help="code, id and the reason as a JSON object")
    code.add_argument("--pattern", help="a regular expression: its group `code`, else group 1, is the code")
    listed = command("messages", _messages, "print what arrived, newest first")
    for name in ("--to", "--from", "--channel", "--q"):
        listed.add_argument(name, dest=name.strip("-").replace("from", "sender"))
    listed.add_argument("--limit", type=int, default=20)
    listed.add_argument("--json", action="store_true", help="a JSON object a line")
    fault = command(
        "fault", _fault, "make messages fail: reject, undelivered, delay, slow, duplicate, drop, …; or clear"
    )
    fault.add_argument("what")
    for name, kind in (
        ("--code", int),
        ("--status", int),
        ("--seconds", float),
        ("--share", float),
        ("--times", int),
    ):
        fault.add_argument(name, type=kind)
    for name in ("--to", "--from", "--channel"):
        fault.add_argument(name, dest=name.strip("-").replace("from", "sender"))
    command("reset", _reset, "empty a world")
    world = command("world", _world, "make, delete or list worlds; --world names it")
    world.add_argument("action", choices=("make", "delete", "list"))
    return parser


def _url(text: str) -> str:
    try:
        if setting_types.web_address(text, ""):
            return text
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"not the address of a phone: {text!r}, give http://HOST:PORT")


def _port(lowest: int) -> Callable[[str], int]:
    parse = setting_types.whole(lowest, 65535)

    def port(text: str) -> int:
        try:
            return int(parse(text, ""))
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"must be {error}, not {text!r}") from None

    return port


def _complain(problem: object) -> int:
    print(f"mocksms: {problem}", file=sys.stderr)
    return 1


def _serve(options: argparse.Namespace) -> int:
    if importlib.util.find_spec(SERVER_PACKAGE) is None:
        return _complain("more packages are needed. Run: pip install 'nidankai[phone]'")
    from mocksms import server  # the server's libraries: the other commands need none of them

    for name in ("port", "smtp_port"):
        if (given := getattr(options, name)) is not None:
            os.environ[f"{config.ENV_PREFIX}{name.upper()}"] = str(given)  # the process that serves reads it
    try:
        server.serve(config.load())
    except (server.CannotServe, OSError) as problem:
        return _complain(problem)
    return 0


def _with_client(options: argparse.Namespace, work: Callable[[Phone], None]) -> int:
    """Do something with a running phone. Say in one line when there is none or it refuses."""
    import httpx

    from mocksms.client import (  # late: the process that watches over a server needs none
        NothingCame,
        Phone,
        PhoneError,
    )
    from mocksms.client.login import without_login  # late: as above

    try:
        with closing(Phone(options.url, options.world)) as phone:  # `with` would make the world and delete it
            phone.check()
            work(phone)
    except (NothingCame, PhoneError) as problem:
        return _complain(problem)
    except httpx.HTTPError as problem:
        return _complain(f"no phone answers at {without_login(options.url)}: {problem}")
    return 0


def _wait_code(options: argparse.Namespace) -> int:
    def show(phone: Phone) -> None:
        found = phone.wait_for_found_code(
            options.to, options.timeout, options.since, options.new, options.pattern
        )
        print(json.dumps(found.fields, ensure_ascii=False) if options.json else found.code)

    return _with_client(options, show)


def _messages(options: argparse.Namespace) -> int:
    def show(phone: Phone) -> None:
        filters = {name: getattr(options, name) for name in ("to", "sender", "channel", "q", "limit")}
        for message in phone.messages(**filters):
            if options.json:
                print(json.dumps(message.fields, ensure_ascii=False))
            else:
                words = " ".join((message.subject or message.body).split())[:100]
                print(f"{message.id}\t{message.received_at}\t{message.channel}\t{message.to}\t{words}")

    return _with_client(options, show)


def _fault(options: argparse.Namespace) -> int:
    def ask(phone: Phone) -> None:
        if options.what == "clear":
            phone.faults.clear()
            return
        names = ("code", "status", "seconds", "share", "to", "sender", "channel")
        rule = {name: value for name in names if (value := getattr(options, name)) is not None}
        print(phone.faults.add(options.what, options.times, **rule))

    return _with_client(options, ask)


def _reset(options: argparse.Namespace) -> int:
    return _with_client(options, lambda phone: phone.reset())


def _world(options: argparse.Namespace) -> int:
    def work(phone: Phone) -> None:
        if options.action == "make":
            phone.make_world()
        elif options.action == "delete":
            phone.delete_world()
        else:
            for world in phone.worlds():
                print(f"{world['name']}\t{world['account_sid']}")

    return _with_client(options, work)
