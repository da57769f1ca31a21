"""`make check`: run all checks, in parts.

`ONLY=look,node` selects; each part has 20 minutes. The output ends with a table of results. A part is a folder of
tests below tests/check, which `make test` leaves out, or a command in COMMANDS. `more` runs the
tests that `make test` leaves out: the same in another language, width, colour or number (tests/more.py).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tools.programs import CHECK

ROOT = Path(__file__).resolve().parent.parent
LONGEST_SECONDS = 20 * 60
PYTEST = (sys.executable, "-m", "pytest")
LONG_TESTS = ("-o", "timeout=900")
"""A part's tests may take longer than the three minutes of a test of `make test`: some run it, or install packages."""
NOTHING_RAN = 5
"""Exit code of pytest without any test."""
COMMANDS = {
    "test": PYTEST,
    "more": (*PYTEST, *LONG_TESTS, "-m", "more"),
    "mutants": (sys.executable, "-m", "tools.mutants"),
}
"""The parts that are not folders of tests/check."""


@dataclass(frozen=True)
class Result:
    """The result of a part."""

    part: str
    words: str
    seconds: float

    @property
    def is_good(self) -> bool:
        """Return whether everything in the part passed."""
        return self.words == "passed"


def parts(root: Path = ROOT) -> dict[str, tuple[str, ...]]:
    """Return the command of each part by name: a folder counts once it has tests."""
    folders = sorted({path.parent.name for path in (root / CHECK).glob("*/test_*.py")})
    return {**COMMANDS, **{name: (*PYTEST, *LONG_TESTS, f"{CHECK}/{name}") for name in folders}}


def main(arguments: list[str]) -> int:
    """Run the selected parts, or all. Return 0 if all passed, 1 if one failed, 2 for an unknown part."""
    known = parts()
    asked = [name for argument in arguments for name in argument.split(",") if name] or list(known)
    unknown = [name for name in asked if name not in known]
    if unknown:
        print(
            f"nidankai: no part is called {', '.join(unknown)}; the parts: {', '.join(known)}",
            file=sys.stderr,
        )
        return 2
    results = [run(name, known[name]) for name in dict.fromkeys(asked)]
    print(table(results), flush=True)
    return 0 if all(result.is_good for result in results) else 1


def run(part: str, command: tuple[str, ...], seconds: float = LONGEST_SECONDS) -> Result:
    """Run one part. Kill it with all its processes when its time is over."""
    print(f"nidankai: {part} …", flush=True)
    begin = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        code = process.wait(seconds)
        words = {0: "passed", NOTHING_RAN: "nothing ran"}.get(code, f"failed ({code})")
    except subprocess.TimeoutExpired:
        words = f"not done in {seconds / 60:g} minutes"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return Result(part, words, time.monotonic() - begin)


def table(results: list[Result]) -> str:
    """Return the final table: part, result, minutes and seconds."""
    rows = [("part", "result", "time")]
    rows += [(r.part, r.words, "{}:{:02}".format(*divmod(round(r.seconds), 60))) for r in results]
    widths = [max(len(row[at]) for row in rows) for at in range(3)]
    return "\n" + "\n".join(
        "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
