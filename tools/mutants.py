"""`make mutants`: break the code on purpose, once for each promise, and check that the promise's tests fail.

`tools/mutants.toml` holds the mutants. Each is put into a copy of the tree, where the main job of both apps must
still work and a test of the promise must fail. At the end the failed tests run once without mutants and must pass.
"""

from __future__ import annotations

import contextlib
import importlib.util
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

from tools import promises

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "tools" / "mutants.toml"
MAIN_JOB = "tests/security/test_main_job.py"
WORKERS = 2
LONGEST_SECONDS = 300
"""Seconds for one mutant."""
GRACE_SECONDS = 10
NOT_COPIED = shutil.ignore_patterns(".*", "__pycache__", "instance", "node_modules")
PYTEST = ("-m", "pytest", "-n", "0", "-q", "--tb=no", "--show-capture=no", "-rfE", "-p", "no:cacheprovider")
FAILED = re.compile(r"^(FAILED|ERROR) ([^\s\[]+)", re.MULTILINE)
PASSED, SOME_FAILED = 0, 1
NEWLINE = "\n"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault that breaks a promise: the line ``old`` of a file becomes ``new``."""

    promise: int
    file: str
    old: str
    new: str
    why: str

    def place(self, root: Path) -> str:
        """Return the file and the first line that changes."""
        before, _, _ = (root / self.file).read_text().partition(self.old)
        pairs = enumerate(zip_longest(self.old.splitlines(), self.new.splitlines()))
        changed = next(at for at, (old, new) in pairs if old != new)
        return f"{self.file}:{before.count(NEWLINE) + changed + 1}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a mutant: the test that killed it, or what went wrong."""

    promise: int
    place: str
    killer: str = ""
    problem: str = ""

    def __str__(self) -> str:
        return f"{self.promise:>3}  {self.place}  {self.problem or self.killer}"


def mutants(table: Path = TABLE) -> list[Mutant]:
    """Return the mutants of the table."""
    return [Mutant(**each) for each in tomllib.loads(table.read_text())["mutant"]]


def problems(found: list[Mutant], promised: Iterable[int], root: Path = ROOT) -> list[str]:
    """Return the promises without a mutant and the mutants that don't match the source."""
    promised = set(promised)
    wrong = [f"promise {number} has no mutant" for number in sorted(promised - {m.promise for m in found})]
    for mutant in found:
        name = f"promise {mutant.promise}, {mutant.file}"
        path = root / mutant.file
        if mutant.promise not in promised:
            wrong.append(f"{name}: there is no such promise")
        if not path.is_file():
            wrong.append(f"{name}: there is no such file")
        elif (count := path.read_text().count(mutant.old)) != 1:
            wrong.append(f"{name}: the file has {count} times, not once: {mutant.old.strip()}")
        if mutant.old == mutant.new or not mutant.why.strip():
            wrong.append(f"{name}: it changes nothing, or does not say why it is a fault")
    return wrong


class Copy:
    """A copy of the tree in which mutants are tried one by one."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        shutil.copytree(ROOT, folder, ignore=NOT_COPIED, symlinks=True)

    def try_out(self, mutant: Mutant, tests: list[str]) -> Outcome:
        """Run the main job and the promise's tests with a mutant, until the first failure."""
        path = self.root / mutant.file
        whole = path.read_text()
        outcome = Outcome(mutant.promise, mutant.place(self.root))
        try:
            self._write(path, whole.replace(mutant.old, mutant.new))
            code, output = self.run("-x", MAIN_JOB, *tests)
        finally:
            self._write(path, whole)
        failed = FAILED.search(output)
        if code == PASSED:
            return replace(outcome, problem="SURVIVES: its tests pass")
        if code != SOME_FAILED or failed is None:
            return replace(outcome, problem=f"NOT RUN: {output.strip().splitlines()[-1:]}")
        if failed[1] == "ERROR" or failed[2].startswith(MAIN_JOB):
            return replace(outcome, problem=f"BREAKS MORE than its promise: {failed[2]}")
        return replace(outcome, killer=failed[2])

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run tests in the copy. Return pytest's exit code and output."""
        process = subprocess.Popen(
            [sys.executable, *PYTEST, *arguments],
            cwd=self.root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            output, _ = process.communicate(timeout=LONGEST_SECONDS)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)  # pytest stops what its tests have started
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=GRACE_SECONDS)
            return -1, f"not done in {LONGEST_SECONDS} seconds"
        finally:
            process.kill()
            process.communicate()
        return process.returncode, output

    def _write(self, path: Path, text: str) -> None:
        """Replace a source file and delete its compiled form."""
        path.write_text(text)
        if path.suffix == ".py":
            Path(importlib.util.cache_from_source(path)).unlink(missing_ok=True)


def main(arguments: list[str]) -> int:
    """Try the selected mutants, or all. Return 0 if each is killed by a test that passes without it."""
    tests = {number: _nodes(found) for number, found in promises.tests().items()}
    known = {str(number): number for number in tests}
    asked = [name for argument in arguments for name in argument.split(",") if name] or list(known)
    if unknown := [name for name in asked if name not in known]:
        print(f"nidankai: no such promise: {', '.join(unknown)}", file=sys.stderr)
        return 2
    # The last promises (crashes, crowds) take longest, so they go first.
    chosen = [mutant for mutant in reversed(mutants()) if str(mutant.promise) in asked]
    wrong = problems(chosen, [known[name] for name in asked])
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
        return 1
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies = [Copy(Path(folder, str(number))) for number in range(WORKERS)]
        outcomes = _try_all(chosen, tests, copies)
        outcomes += unreliable(outcomes, copies[0])
    bad = [outcome for outcome in outcomes if outcome.problem]
    print(f"{len(chosen)} mutants in {time.monotonic() - begin:.0f} s, {len(bad)} problems")
    print("\n".join(map(str, bad)))
    return 1 if bad else 0


def _try_all(chosen: list[Mutant], tests: dict[int, list[str]], copies: list[Copy]) -> list[Outcome]:
    free: queue.SimpleQueue[Copy] = queue.SimpleQueue()
    for copy in copies:
        free.put(copy)

    def work(mutant: Mutant) -> Outcome:
        copy = free.get()
        try:
            outcome = copy.try_out(mutant, tests[mutant.promise])
        finally:
            free.put(copy)
        print(outcome, flush=True)
        return outcome

    with ThreadPoolExecutor(len(copies)) as pool:
        return list(pool.map(work, chosen))


def unreliable(outcomes: list[Outcome], copy: Copy) -> list[Outcome]:
    """Run the failed tests without any mutant. Return those that still fail."""
    killers = dict.fromkeys(outcome.killer for outcome in outcomes if outcome.killer)
    if not killers:
        return []
    code, output = copy.run(*killers)
    failed = {name for _, name in FAILED.findall(output)}
    if code not in (PASSED, SOME_FAILED):
        failed = set(killers)
    return [
        replace(outcome, problem=f"PROVES NOTHING: {outcome.killer} fails without the mutant too")
        for outcome in outcomes
        if outcome.killer in failed
    ]


def _nodes(found: dict[str, list[str]]) -> list[str]:
    return [f"{path}::{name}" for path, names in found.items() for name in names]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
