"""The bench's table: verdicts and their units, what is not measured, and the runs that are kept."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bench import history, measure, table
from bench.peers import sign_ins
from bench.site import SiteWalk, sql_rows
from bench.table import TARGETS, Row, Target

BENCH = Path(table.__file__).parent


def made(monkeypatch: pytest.MonkeyPatch, **fields: Any) -> None:
    """Make `row` the only target."""
    target = Target("row", "site", "work", fields.pop("unit", "ms"), **fields)
    monkeypatch.setattr(table, "TARGETS", {"row": target})


@pytest.mark.parametrize(
    ("ours", "verdict"),
    [
        (300, "met"),
        (300.4, "missed by 1 MiB (0.1%)"),
        (345, "missed by 45 MiB (15.0%)"),
        (1_800, "missed by 1,500 MiB (500.0%)"),
    ],
)
def test_verdict_has_the_unit_of_the_row(monkeypatch: pytest.MonkeyPatch, ours: float, verdict: str) -> None:
    made(monkeypatch, unit="MiB", digits=0, at_most=300)
    assert Row("row", ours).verdict == verdict


def test_sign_ins_keep_to_their_statements_and_commits(tmp_path: Path) -> None:
    site = SiteWalk(tmp_path)
    try:
        verdicts = {row.key: row.verdict for row in sql_rows(site)}
    finally:
        site.mail_server.stop()
    assert verdicts == dict.fromkeys(
        ("sign_in_statements", "sign_in_commits", "sms_statements", "sms_commits"), "met"
    )


@pytest.mark.parametrize(
    ("ours", "verdict"), [(15, "met"), (15.04, "missed by 0.01 × (0.3%)"), (18, "missed by 0.30 × (20.0%)")]
)
def test_verdict_beside_something_is_about_the_ratio(
    monkeypatch: pytest.MonkeyPatch, ours: float, verdict: str
) -> None:
    made(monkeypatch, against="floor", at_most=1.5)
    assert Row("row", ours, 10).verdict == verdict


def test_verdict_of_a_rate_asks_for_more(monkeypatch: pytest.MonkeyPatch) -> None:
    made(monkeypatch, unit="a second", digits=0, at_least=100)
    assert Row("row", 100).verdict == "met"
    assert Row("row", 77).verdict == "missed by 23 a second (23.0%)"


def test_verdict_of_zero_has_no_percent(monkeypatch: pytest.MonkeyPatch) -> None:
    made(monkeypatch, unit="modules", digits=0, at_most=0)
    assert Row("row", 0).verdict == "met"
    assert Row("row", 2).verdict == "missed by 2 modules"


@pytest.mark.parametrize(("ours", "beside"), [(None, 10), (10, None), (None, None)])
def test_what_was_not_measured_is_not_met(
    monkeypatch: pytest.MonkeyPatch, ours: float | None, beside: float | None
) -> None:
    made(monkeypatch, against="floor", at_most=1.5)
    assert Row("row", ours, beside).verdict == "not measured here"


def test_table_has_every_target_and_the_option_of_those_not_run() -> None:
    lines = table.report([Row("sign_in", 9, 5)], {"sign_in": Row("sign_in", 8, 5)}).splitlines()
    assert len(lines) == 2 + len(TARGETS)
    (measured,) = [line for line in lines if f"{TARGETS['sign_in'].work}, ms" in line]
    cells = [cell.strip() for cell in measured.strip("|").split("|")]
    assert cells[1:] == ["5.00", "9.00", "1.80 ×", "≤ 1.5 ×", "missed by 0.30 × (20.0%)", "+12 %"]
    (other,) = [line for line in lines if TARGETS["engine_ingest"].work in line]
    assert "not run: ARGS=--engines" in other


def test_change_compares_what_the_target_is_for() -> None:
    assert Row("sign_in", 16, 10).change(Row("sign_in", 8, 5)) == "±0 %"
    assert Row("sign_in", 12, 10).change(Row("sign_in", 8, 5)) == "−25 %"
    assert Row("sign_in", 12, 10).change(None) == "–"
    assert Row("plugin_modules", 0).change(Row("plugin_modules", 0)) == "±0 %"
    assert Row("plugin_modules", 2).change(Row("plugin_modules", 0)) == "was 0"


def test_target_needs_one_bound() -> None:
    with pytest.raises(ValueError, match="x needs"):
        table.read('[x]\ngroup = "site"\nwork = "x"\nunit = "ms"\n')
    with pytest.raises(ValueError, match="x needs"):
        table.read('[x]\ngroup = "site"\nwork = "x"\nunit = "ms"\nat_most = 1\nat_least = 1\n')


def run_of(machine: str, number: int, **rows: float | None) -> dict[str, Any]:
    kept = {key: {"ours": ours, "beside": None, "verdict": ""} for key, ours in rows.items()}
    return {"date": str(number), "machine": machine, "rows": kept}


def test_history_keeps_the_last_runs(tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    for number in range(history.MOST_RUNS + 3):
        history.keep(run_of("here", number), file)
    assert [each["date"] for each in history.runs(file)] == [str(n) for n in range(3, history.MOST_RUNS + 3)]
    assert list(tmp_path.iterdir()) == [file]


def test_history_survives_a_line_that_was_cut_short(tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    file.write_text(json.dumps(run_of("here", 1)) + '\n{"date": "2", "mach')
    history.keep(run_of("here", 3), file)
    assert [each["date"] for each in history.runs(file)] == ["1", "3"]


def test_a_run_is_compared_by_row_with_the_last_one_on_the_same_machine(tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    for kept in (
        run_of("here", 1, search=5, delete=2),
        run_of("here", 2, delete=3, of_an_earlier_bench=1),
        run_of("elsewhere", 3, search=50),
        run_of("here", 4, delete=None),
    ):
        history.keep(kept, file)
    assert history.before(run_of("here", 5), file) == {"search": Row("search", 5), "delete": Row("delete", 3)}
    assert history.before(run_of("nowhere", 5), file) == {}


def test_run_names_commit_python_machine_and_rows() -> None:
    this = history.run([Row("delete", 2)])
    assert set(this) == {"date", "commit", "python", "machine", "rows"} and all(this.values())
    assert this["rows"] == {"delete": {"ours": 2, "beside": None, "verdict": "missed by 1.00 s (100.0%)"}}


def keys_in_code() -> Iterator[str]:
    """Yield the keys of the rows in the bench's code: those of `Row("key", …)` and of `Peer("name", "key", …)`."""
    for path in BENCH.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                place = {"Row": 0, "Peer": 1}.get(node.func.id, len(node.args))
                for key in node.args[place : place + 1]:
                    if isinstance(key, ast.Constant):
                        yield str(key.value)


def test_rows_and_targets_are_the_same() -> None:
    assert set(keys_in_code()) == set(TARGETS)


def test_every_group_has_targets_and_fails_without_one_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from bench import __main__ as bench

    assert set(bench.GROUPS) == {target.group for target in TARGETS.values()}
    keys = [key for key, target in TARGETS.items() if target.group == "stored"]
    for wrong in (keys[1:], [*keys, "sign_in"]):
        monkeypatch.setitem(bench.GROUPS, "stored", partial(list, [Row(key, 1) for key in wrong]))
        with pytest.raises(RuntimeError, match="stored: measured"):
            bench.measured("stored")


def test_a_group_that_fails_leaves_the_others_in_the_table(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from bench import __main__ as bench

    monkeypatch.setattr("sys.argv", ["bench", "--scale", "--tests"])
    monkeypatch.setattr(bench, "keep", lambda this: history.keep(this, tmp_path / "history.jsonl"))
    monkeypatch.setitem(bench.GROUPS, "scale", lambda: 1 / 0)
    monkeypatch.setitem(bench.GROUPS, "tests", lambda: [Row("whole_run", 7)])
    assert bench.main() == 1
    told = capsys.readouterr()
    assert "ZeroDivisionError" in told.err
    assert "met" in next(line for line in told.out.splitlines() if TARGETS["whole_run"].work in line)
    assert list(history.runs(tmp_path / "history.jsonl")[0]["rows"]) == ["whole_run"]


def test_a_peer_that_ends_leaves_the_others_in_the_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    lost, *others = (peer.name for peer in sign_ins.PEERS)

    @contextmanager
    def running(name: str, _python: str) -> Iterator[sign_ins.Side]:
        code = "import sys\nprint(6, flush=True)\nfor line in sys.stdin: print(2.5, flush=True)"
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", "print(6)" if name == lost else code]
        with subprocess.Popen(command, text=True, stdin=pipe, stdout=pipe, stderr=pipe) as process:
            yield sign_ins.Side(process)
            process.kill()
            process.communicate()

    monkeypatch.setattr(sign_ins, "running", running)
    monkeypatch.setattr(sign_ins, "python_of", lambda _peer: "")
    spent, lines = sign_ins.measure()
    assert spent == dict.fromkeys((sign_ins.OURS, *others), 2.5)
    assert [line[1] for line in lines] == ["ms CPU", "2.50", "–", "2.50", "2.50"]


@pytest.mark.parametrize(
    ("options", "groups"),
    [
        ("", "site concurrency phone stored developers"),
        ("--crowd", "concurrency"),
        ("--peers --site", "site peers"),
        ("--engines --large", "engines"),
        ("--all", "site concurrency phone stored developers scale engines peers tests"),
    ],
)
def test_options_choose_groups(options: str, groups: str) -> None:
    from bench.__main__ import chosen

    assert chosen(options.split()) == groups.split()


def test_unknown_option_is_refused() -> None:
    from bench.__main__ import chosen

    with pytest.raises(SystemExit, match="unknown: --peer"):
        chosen(["--peer"])


def test_a_start_may_keep_the_modules_that_it_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    make = "assert not sys.dont_write_bytecode\nfrom flask import Flask; app = Flask('small')"
    seconds, mebibytes = measure.start_and_memory(
        f"{make}\napp.add_url_rule('/', view_func=str)", "/", tries=1
    )
    assert 0 < seconds < mebibytes
