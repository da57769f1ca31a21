"""Servers end with the process that started them, also when that is killed: their ports are free again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.meta.sources import ROOT
from tests.processes import STOP_SECONDS, answers, free_ports, program
from webapp.edge import lifeline

SOON_SECONDS = 2.0


def children(process: int) -> list[int]:
    """Return the processes that a process started, and all that these started."""
    found = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [each for child in map(int, found) for each in (child, *children(child))]


def runs(process: int) -> bool:
    """Return whether a process is more than an entry that nobody has read yet."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


@contextmanager
def started(
    command: Sequence[str], settings: dict[str, str], ports: Sequence[int]
) -> Iterator[tuple[int, list[int]]]:
    """Start servers. Yield the process that was started, and those below it."""
    ours = ("WEBAPP_", "MOCKSMS_", "NIDANKAI_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    below: list[int] = []
    with program(
        [sys.executable, *command], cwd=ROOT, env={**kept, **settings}, stdout=subprocess.DEVNULL
    ) as top:
        try:
            while not all(answers(f"http://127.0.0.1:{port}") for port in ports):
                assert top.poll() is None
                time.sleep(0.05)
            below = children(top.pid)
            assert len(below) >= len(ports)
            yield top.pid, below
        finally:
            for each in filter(runs, below):
                os.kill(each, signal.SIGKILL)


def all_end(processes: Sequence[int], seconds: float = SOON_SECONDS) -> bool:
    """Return whether all processes end soon."""
    until = time.monotonic() + seconds
    while any(map(runs, processes)):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def test_killed_run_leaves_neither_site_nor_phone(tmp_path: Path) -> None:
    ports = free_ports(3)
    settings = dict(zip(("SITE_PORT", "PHONE_PORT", "SMTP_PORT"), map(str, ports), strict=True))
    with started(["-m", "webapp.command", "run"], {**settings, "INSTANCE": str(tmp_path)}, ports[:2]) as (
        run,
        below,
    ):
        assert len(below) == 4, "two that watch, two that serve"
        os.kill(run, signal.SIGKILL)
        assert all_end(below)


@pytest.mark.parametrize("app", ["site", "phone"])
def test_killed_watcher_leaves_none_that_serves(app: str, tmp_path: Path) -> None:
    port, smtp = free_ports(2)
    command = {
        "site": ["-m", "webapp", "--port", str(port), "--workers", "2"],
        "phone": ["-m", "mocksms", "serve", "--port", str(port), "--smtp-port", str(smtp)],
    }[app]
    settings = {"WEBAPP_SANDBOX": "1", "WEBAPP_INSTANCE": str(tmp_path), "MOCKSMS_INSTANCE": str(tmp_path)}
    with started(command, settings, [port]) as (watcher, below):
        assert len(below) == {"site": 2, "phone": 1}[app]
        os.kill(watcher, signal.SIGKILL)
        assert all_end(below)


def test_run_goes_on_after_a_hang_up_that_it_was_told_to_ignore(tmp_path: Path) -> None:
    ports = free_ports(3)
    settings = dict(zip(("SITE_PORT", "PHONE_PORT", "SMTP_PORT"), map(str, ports), strict=True))
    code = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN); from webapp import run; run.main()"  # nohup
    with started(["-c", code], {**settings, "INSTANCE": str(tmp_path)}, ports[:2]) as (run, below):
        os.kill(run, signal.SIGHUP)
        time.sleep(1)  # it would end within 0.3 s
        assert runs(run)
        os.kill(run, signal.SIGTERM)
        assert all_end([run, *below], STOP_SECONDS)


def test_processes_that_hang_end_together(tmp_path: Path) -> None:
    """Each holds the pipes of those that were forked before it."""
    code = """
import multiprocessing, signal, sys, time
from pathlib import Path
from webapp.edge import lifeline

def hang(name):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # as while something is under way
    lifeline.end_with_parent()
    Path(sys.argv[1], name).touch()
    time.sleep(60)

for name in "abcd":
    multiprocessing.get_context("fork").Process(target=hang, args=(name,)).start()
time.sleep(60)
"""
    with program([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT) as watcher:
        until = time.monotonic() + 30
        while len(list(tmp_path.iterdir())) < 4:
            assert time.monotonic() < until and watcher.poll() is None
            time.sleep(0.02)
        below = children(watcher.pid)
        assert len(below) == 4
        os.kill(watcher.pid, signal.SIGKILL)
        assert all_end(below, 2 * lifeline.PATIENCE_SECONDS)


def test_server_lives_without_input_unless_asked_to_end_with_it() -> None:
    heard: list[str] = []
    lifeline.end_with_input(lambda: heard.append("end"), {})
    code = """
import os, sys, time
from webapp.edge import lifeline
lifeline.end_with_input(lambda: os._exit(7), os.environ)
time.sleep(float(sys.argv[1]))
"""
    for asks, ends_with in (({}, 0), (lifeline.ASKS, 7)):
        command = [sys.executable, "-c", code, "0.5" if not asks else "30"]
        environ = {**os.environ, **asks}
        done = subprocess.run(command, cwd=ROOT, env=environ, stdin=subprocess.DEVNULL, timeout=60)
        assert done.returncode == ends_with
    assert not heard
