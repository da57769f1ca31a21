"""`make check` runs the selected parts, has no part without tests, and reports how each ended."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from tests.assertions import not_empty
from tests.meta.sources import ROOT
from tools import check
from tools.programs import CHECK


def part(tmp_path: Path, code: str, seconds: float = 60) -> check.Result:
    return check.run("part", (sys.executable, "-c", code), seconds)


def test_parts_are_the_folders_that_have_tests(tmp_path: Path) -> None:
    (tmp_path / CHECK / "look").mkdir(parents=True)
    assert "look" not in check.parts(tmp_path)
    (tmp_path / CHECK / "look" / "test_pages.py").touch()
    assert check.parts(tmp_path)["look"][-1] == f"{CHECK}/look"


def test_every_test_of_the_check_is_in_a_part() -> None:
    parts = check.parts()
    for path in not_empty((ROOT / CHECK).rglob("test_*.py")):
        assert path.parent.parent == ROOT / CHECK, f"{path}: a part is a folder of {CHECK}"
        assert parts[path.parent.name][-1] == f"{CHECK}/{path.parent.name}"


def test_unknown_part_gets_one_line_with_the_parts(capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main(["test,nonsense"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "no part is called nonsense" in line and all(name in line for name in not_empty(check.parts()))


def test_parts_pass_fail_run_nothing_or_take_too_long(tmp_path: Path) -> None:
    assert part(tmp_path, "").is_good
    assert part(tmp_path, "raise SystemExit(3)").words == "failed (3)"
    assert part(tmp_path, "raise SystemExit(5)").words == "nothing ran"
    assert part(tmp_path, "import time; time.sleep(60)", seconds=0.2).words.startswith("not done in")


def test_check_fails_with_any_part_and_ends_in_a_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = {"good": (sys.executable, "-c", ""), "bad": (sys.executable, "-c", "raise SystemExit(1)")}
    monkeypatch.setattr(check, "parts", lambda: commands)
    monkeypatch.setattr(time, "monotonic", lambda: 7.0)  # on a busy machine a part takes a second
    assert check.main([]) == 1
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[-3:] == [
        ["part", "result", "time"],
        ["good", "passed", "0:00"],
        ["bad", "failed", "(1)", "0:00"],
    ]
    assert check.main(["good"]) == 0
