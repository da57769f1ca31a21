"""The phone from a terminal: serve it, or read and drive a running one."""

import argparse
import json
import sys
from collections.abc import Callable
from contextlib import closing

import httpx

from mocksms import config
from mocksms.client import NothingCame, Phone, PhoneError
from mocksms.client.login import without_login

Command = Callable[[argparse.Namespace], int]


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code.

    0: done. 1, after one line: nothing came, or the phone refused or is not there. 2: wrong usage or a bad setting.
    """
    try:
        options = _parser().parse_args(arguments)
        command: Command = options.command
        return command(options)
    except config.SettingError as problem:
        _complain(problem)
        return 2


def _parser() -> argparse.ArgumentParser:
    address = config.address()
    parser = argparse.ArgumentParser(prog="python -m mocksms", description="The mock phone.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, work: Command, words: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=words, description=words)
        added.set_defaults(command=work)
        if work is not _serve:
            added.add_argument("--url", default=address, help="the running phone (%(default)s)")
            added.add_argument("--world", default="default", help="which world (%(default)s)")
        return added

    command("serve", _serve, "start the phone (settings: MOCKSMS_…)")
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


def _complain(problem: object) -> int:
    print(f"mocksms: {problem}", file=sys.stderr)
    return 1


def _serve(_: argparse.Namespace) -> int:
    try:
        from mocksms import server  # the server's libraries: the other commands need none of them
    except ModuleNotFoundError as missing:
        return _complain(f"{missing.name} is not installed. Run: pip install 'nidankai[phone]'")
    try:
        server.serve(config.load())
    except (server.CannotServe, OSError) as problem:
        return _complain(problem)
    return 0


def _with_client(options: argparse.Namespace, work: Callable[[Phone], None]) -> int:
    """Do something with a running phone. Say in one line when there is none or it refuses."""
    try:
        with closing(Phone(options.url, options.world)) as phone:  # `with` would make the world and delete it
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
