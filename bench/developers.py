"""The rows for developers and testers: what the pytest plugin costs a run that doesn't use it, and the tests."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
import time

from bench.measure import ROOT
from bench.table import Row

PLUGINS = ("mocksms.pytest_plugin", "webapp.sandbox.pytest_plugin")
TRIES = 5
IMPORTED = f"""
import sys
import pytest
before = set(sys.modules)
import {", ".join(PLUGINS)}
new = set(sys.modules) - before
print(sum(name.split(".")[0] in ("flask", "httpx") or name.endswith(".app") for name in new))
"""
TIME = re.compile(r"import time:\s*\d+ \|\s*(\d+) \|\s*(\S+)$", re.M)
TESTS = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")


def _plugin() -> tuple[float, int]:
    """Return the milliseconds that importing both plugins takes beside pytest, the best of some tries, and the modules
    of Flask, httpx and the apps that come with them."""
    times, modules = [], 0
    for _ in range(TRIES):
        command = [sys.executable, "-X", "importtime", "-c", IMPORTED]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        found = {name: int(microseconds) for microseconds, name in TIME.findall(done.stderr)}
        times.append(sum(found[name] for name in PLUGINS) / 1000)  # each includes its packages
        modules = int(done.stdout)
    return min(times), modules


def _collection() -> float:
    """Return the CPU seconds of collecting all tests in one process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [*TESTS, "-n", "0", "--collect-only"]
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def rows() -> list[Row]:
    """Measure all rows but the whole run of the tests."""
    milliseconds, modules = _plugin()
    return [
        Row("plugin_import", milliseconds),
        Row("plugin_modules", modules),
        Row("collection", min(_collection() for _ in range(2))),
    ]


def whole_run() -> list[Row]:
    """Run all tests and return the minutes on the clock. Raise CalledProcessError if one fails."""
    begun = time.monotonic()
    subprocess.run(TESTS, cwd=ROOT, stdout=sys.stderr, stdin=subprocess.DEVNULL, check=True)
    return [Row("whole_run", (time.monotonic() - begun) / 60)]
