"""Measure CPU per piece of work, statements and commits, start-up and memory of a process."""

from __future__ import annotations

import gc
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WRITE = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)", re.I)
BOUNDARY = re.compile(r"\s*(BEGIN|COMMIT|END|ROLLBACK|SAVEPOINT|RELEASE|PRAGMA)", re.I)


def cpu_milliseconds(
    works: dict[str, Callable[[], float]], rounds: int = 7, times: int = 40
) -> dict[str, float]:
    """Return the CPU milliseconds of one run of each work, the median of rounds in which they take turns.

    A work runs once and returns the CPU seconds that count (see `timed`), so preparation isn't measured. Taking turns
    gives both the same share of other load.
    """
    results: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        for _ in range(5):
            work()
    for _ in range(rounds):
        for name, work in works.items():
            gc.collect()
            results[name].append(sum(work() for _ in range(times)) / times * 1000)
    return {name: statistics.median(values) for name, values in results.items()}


def timed(work: Callable[[], object]) -> float:
    """Return the CPU seconds of a call in this process, all threads together."""
    start = time.process_time()
    work()
    return time.process_time() - start


class Trace:
    """Count SQL: statements without transaction control, and commits."""

    def __init__(self, switch: Callable[[Callable[[str], None] | None], object]) -> None:
        """``switch`` starts a listener that gets each statement; with None it stops it."""
        self.switch = switch
        self.log: list[str] = []

    def __enter__(self) -> Trace:
        self.switch(self.log.append)
        return self

    def __exit__(self, *_problem: object) -> None:
        self.switch(None)

    @property
    def statements(self) -> list[str]:
        """Return the statements in order; SQLite repeats a DELETE that acts on a foreign key."""
        told = [
            sql
            for sql, before in zip(self.log, ["", *self.log], strict=False)
            if sql != before or sql[:6] != "DELETE"
        ]
        return [sql for sql in told if not BOUNDARY.match(sql) and not sql.lstrip().startswith("--")]

    @property
    def commits(self) -> int:
        """Return how many transactions wrote: those ended by COMMIT, and single writes."""
        count, inside = 0, False
        for sql in self.log:
            word = sql.split(None, 1)[0].upper()
            if word == "BEGIN":
                inside = True
            elif word in ("COMMIT", "END", "ROLLBACK"):
                inside, count = False, count + (word != "ROLLBACK")
            elif WRITE.match(sql) and not inside:
                count += 1
        return count


# numpy is a development requirement (for the phone's voices), not one of the apps. sqlite-utils would load it, so
# it is hidden here.
START = """
import sys, time
sys.modules["numpy"] = None
from pathlib import Path
{make}
client = app.test_client()
answer = client.get("{path}", base_url="http://localhost:8000")
assert answer.status_code == 200, answer.status_code
done = time.process_time()  # since the interpreter started
for _ in range(50): client.get("{path}", base_url="http://localhost:8000")
import resource
pages = Path("/proc/self/statm")
size = (int(pages.read_text().split()[1]) * resource.getpagesize() if pages.exists()
        else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
print(done, size / 2**20)
"""


def start_and_memory(make: str, path: str, tries: int = 5) -> tuple[float, float]:
    """Return CPU seconds from a bare interpreter to the first 200, and MiB after 51 pages; the best of some tries.

    `make` is Python code that imports and makes `app`. The best try is the one least disturbed by other load. The
    first one keeps the modules that Python compiled, whatever the environment says.
    """
    script = START.format(make=make, path=path)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    found: list[tuple[float, float]] = []
    for _ in range(tries):
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        seconds, mebibytes = done.stdout.split()[-2:]
        found.append((float(seconds), float(mebibytes)))
    return min(seconds for seconds, _ in found), min(size for _, size in found)
