"""The phone from a terminal: serve it, or speak to a running one."""

import argparse


def main(arguments: list[str]) -> int:
    """Runs one command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m mocksms", description="The mock phone.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="start the phone")
    parser.parse_args(arguments)
    return 0
