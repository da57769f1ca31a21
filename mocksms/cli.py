"""The phone from a terminal: serve it, or speak to a running one."""

import argparse
import sys

from mocksms import config


def main(arguments: list[str]) -> int:
    """Runs one command; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        settings = config.load()
        if options.command == "serve":
            return _serve(settings)
    except config.SettingError as problem:
        return _complain(problem)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m mocksms", description="The mock phone.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="start the phone (settings: MOCKSMS_…)")
    return parser


def _complain(problem: Exception) -> int:
    print(f"mocksms: {problem}", file=sys.stderr)
    return 1


def _serve(settings: config.Settings) -> int:
    from mocksms import serving  # the server's libraries: the other commands need none of them

    try:
        serving.serve(settings)
    except (serving.CannotServe, OSError) as problem:
        return _complain(problem)
    return 0
