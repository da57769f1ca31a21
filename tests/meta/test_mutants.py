"""Each promise has a mutant in tools/mutants.toml, and each mutant's line is where the table says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.assertions import not_empty
from tests.meta.sources import ROOT
from tools import check, mutants, promises
from tools.mutants import Copy, Mutant

HERE = "webapp/source.py"
GOOD = Mutant(7, HERE, "old line", "new line", "The line is another.")


def problems(*found: Mutant, promised: tuple[int, ...] = (7,), root: Path) -> list[str]:
    (root / "webapp").mkdir(exist_ok=True)
    (root / HERE).write_text("first\nold line\ntwice twice\n")
    return mutants.problems(list(found), promised, root)


def test_every_promise_has_a_mutant_whose_line_is_found() -> None:
    wrong = mutants.problems(mutants.mutants(), promises.tests())
    assert not wrong, "docs/contributing.md#how-to-keep-the-mutants says what to do:\n" + "\n".join(wrong)


def test_mutants_are_faults_of_sound_code(tmp_path: Path) -> None:
    """A name that is nowhere would fail every test; that is no fault anybody would make."""
    for number, mutant in enumerate(mutants.mutants()):
        if mutant.file.endswith(".py"):
            broken = (ROOT / mutant.file).read_text().replace(mutant.old, mutant.new)
            (tmp_path / f"{number}_{Path(mutant.file).name}").write_text(broken)
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F821,E9"]
    judged = subprocess.run([*command, *not_empty(tmp_path.iterdir())], capture_output=True, text=True)
    assert not judged.returncode, judged.stdout


def test_mutants_that_fit_have_no_problem(tmp_path: Path) -> None:
    assert problems(GOOD, root=tmp_path) == []
    assert GOOD.place(tmp_path) == f"{HERE}:2"


@pytest.mark.parametrize(
    ("mutant", "problem"),
    [
        (Mutant(7, "webapp/gone.py", "old", "new", "Why."), "no such file"),
        (Mutant(7, HERE, "lost line", "new", "Why."), "0 times, not once: lost line"),
        (Mutant(7, HERE, "twice", "new", "Why."), "2 times, not once: twice"),
        (Mutant(7, HERE, "old line", "old line", "Why."), "changes nothing"),
        (Mutant(7, HERE, "old line", "new", " "), "does not say why"),
        (Mutant(8, HERE, "old line", "new", "Why."), "there is no such promise"),
        (Mutant(8, HERE, "old line", "new", "Why."), "promise 7 has no mutant"),
    ],
)
def test_mutants_that_do_not_fit_are_named(tmp_path: Path, mutant: Mutant, problem: str) -> None:
    assert any(problem in each for each in problems(mutant, root=tmp_path))


def test_mutants_are_a_part_of_the_check() -> None:
    assert check.parts()["mutants"][-1] == "tools.mutants"


class Fake(Copy):
    """A copy of one file, whose tests end as they are told to."""

    def __init__(self, root: Path, code: int, output: str) -> None:
        self.root, self.code, self.output = root, code, output
        self.seen: list[str] = []

    def run(self, *arguments: str) -> tuple[int, str]:
        self.seen.append((self.root / HERE).read_text())
        return self.code, self.output


@pytest.mark.parametrize(
    ("code", "output", "killer", "problem"),
    [
        (1, "FAILED tests/test_x.py::test_a_s07[a b] - assert 0", "tests/test_x.py::test_a_s07", ""),
        (0, "3 passed", "", "SURVIVES"),
        (1, f"FAILED {mutants.MAIN_JOB}::test_person", "", "BREAKS MORE"),
        (1, "ERROR tests/test_x.py::test_a_s07 - OSError", "", "BREAKS MORE"),
        (4, "ERROR: not found", "", "NOT RUN"),
        (-1, "not done in 300 seconds", "", "NOT RUN"),
    ],
)
def test_outcome_is_told_by_what_failed_first_s95(
    tmp_path: Path, code: int, output: str, killer: str, problem: str
) -> None:
    problems(GOOD, root=tmp_path)
    whole = (tmp_path / HERE).read_text()
    copy = Fake(tmp_path, code, output)
    outcome = copy.try_out(GOOD, [])
    assert (outcome.killer, outcome.problem[: len(problem)]) == (killer, problem)
    assert (outcome.problem == "") == (problem == "")
    assert copy.seen == [whole.replace("old", "new")]
    assert (tmp_path / HERE).read_text() == whole


@pytest.mark.parametrize("output", ["FAILED tests/test_x.py::test_a_s07 - assert 0", "collection failed"])
def test_test_that_fails_without_the_mutant_proves_nothing_s95(tmp_path: Path, output: str) -> None:
    problems(GOOD, root=tmp_path)
    killed = mutants.Outcome(7, f"{HERE}:2", killer="tests/test_x.py::test_a_s07")
    code = 1 if output.startswith("FAILED") else 3
    (doubtful,) = mutants.unreliable([killed], Fake(tmp_path, code, output))
    assert doubtful.problem.startswith("PROVES NOTHING")
    assert mutants.unreliable([killed], Fake(tmp_path, 0, "1 passed")) == []


def test_unknown_promise_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert mutants.main(["7,999", "all"]) == 2
    assert "no such promise: 999, all" in capsys.readouterr().err
