"""`make bench`: measure the groups of rows, and print all targets with their verdicts.

Without an option it runs the groups of DEFAULT. `ARGS="--site --phone"` runs these, `ARGS=--all` all of them.
"""

from __future__ import annotations

import os
import platform
import sys
import time
import traceback
from collections.abc import Callable

from bench import concurrency, developers, engines, history, phone, scale, site, stored
from bench.history import keep
from bench.peers import report as peers
from bench.table import TARGETS, Row, report

Group = Callable[[], list[Row]]
GROUPS: dict[str, Group] = {
    "site": site.rows,
    "concurrency": concurrency.rows,
    "phone": phone.rows,
    "stored": stored.rows,
    "developers": developers.rows,
    "scale": scale.rows,
    "engines": engines.rows,
    "peers": peers.rows,
    "tests": developers.whole_run,
}
DEFAULT = ("site", "concurrency", "phone", "stored", "developers")
OLD_NAMES = {"--crowd": "--concurrency"}
OTHERS = {"--all", "--large"}


def chosen(arguments: list[str]) -> list[str]:
    """Return the groups that these options name. Raise SystemExit for an unknown option."""
    options = [OLD_NAMES.get(each, each) for each in arguments]
    unknown = set(options) - OTHERS - {f"--{name}" for name in GROUPS}
    if unknown:
        known = " ".join(f"--{name}" for name in GROUPS)
        raise SystemExit(f"unknown: {' '.join(sorted(unknown))}. Options: {known} --all --large")
    if "--all" in options:
        return list(GROUPS)
    return [name for name in GROUPS if f"--{name}" in options] or list(DEFAULT)


def measured(name: str) -> list[Row]:
    """Run a group and return its rows. Raise RuntimeError if one of its targets was not measured."""
    rows = GROUPS[name]()
    wanted = {key for key, target in TARGETS.items() if target.group == name}
    if {row.key for row in rows} != wanted:
        raise RuntimeError(f"{name}: measured {[row.key for row in rows]}, not {sorted(wanted)}")
    return rows


def main() -> int:
    """Run the groups, print the table and keep the run. Return 1 if a group failed."""
    names = chosen(sys.argv[1:])
    print(f"Python {platform.python_version()}, {history.machine()}, load {os.getloadavg()[0]:.1f}\n")
    rows: list[Row] = []
    failed = False
    for name in names:
        begun = time.monotonic()
        try:
            rows += measured(name)
        except Exception:
            traceback.print_exc()
            failed = True
        print(f"{name}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    this = history.run(rows)
    print(report(rows, history.before(this)))
    if rows:
        keep(this)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
