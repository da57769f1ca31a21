"""Check that tests make every transition of every flow: counted over all workers, judged after a whole run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from webapp.flows.state_machine import StateMachine, Transition

MADE: set[str] = set()


def _name(table: StateMachine, move: Transition, source: str) -> str:
    return f"{table.kind}: {move.name} from {source}"


def _note(_sender: Any, *, table: StateMachine, move: Transition, source: str, **_rest: Any) -> None:
    MADE.add(_name(table, move, source))


def listen() -> None:
    """Count the transitions in this process from now on."""
    from webapp.flows.state_machine import transitioned

    transitioned.connect(_note)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Send a worker's transitions to the controller; judge a whole run in the process that has all of them."""
    config = session.config
    if hasattr(config, "workeroutput"):
        config.workeroutput["moves"] = sorted(MADE)
        return
    if _is_whole_run(config) and session.testscollected and _missing():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Add a finished worker's transitions."""
    MADE.update(getattr(node, "workeroutput", {}).get("moves", []))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Name the transitions that no test made."""
    if _is_whole_run(config) and (missing := _missing()):
        terminalreporter.section("moves of flows that no test makes", red=True)
        terminalreporter.line("\n".join(missing))


def _missing() -> list[str]:
    from webapp.flows.state_machines import all_machines

    all_moves = {_name(t, m, source) for t in all_machines() for m in t.transitions for source in m.sources}
    return sorted(all_moves - MADE)


def _is_whole_run(config: pytest.Config) -> bool:
    option = config.option
    chosen = option.keyword or option.markexpr or option.collectonly or getattr(option, "lf", False)
    return not chosen and [str(arg).rstrip("/") for arg in config.args] in (["tests"], [])
