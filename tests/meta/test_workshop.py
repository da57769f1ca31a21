"""Make's scripts: a problem on a fresh machine is one line that says what to do."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.assertions import not_empty
from tests.meta.sources import ROOT
from tools import bootstrap, browser
from webapp import run

ONE_LINE = 1


def make(target: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Call make as a newcomer does."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        ["make", "--silent", *target.split()],
        cwd=ROOT,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield int(listener.getsockname()[1])


def free_ports(count: int) -> list[str]:
    """Ports that were free a moment ago."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [str(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


def test_make_alone_lists_every_target() -> None:
    listed = make("help").stdout
    rules = (ROOT / "Makefile").read_text().splitlines()
    targets = next(line for line in rules if line.startswith(".PHONY")).split()[1:]
    assert make("").stdout == listed
    assert all(f"make {target} " in listed for target in not_empty(targets) if target != "help")


def test_run_names_the_port_that_is_taken_and_the_variable(taken_port: int, tmp_path: Path) -> None:
    answer = make("run", SITE_PORT=str(taken_port), INSTANCE=str(tmp_path))
    told = [line for line in answer.stderr.splitlines() if not line.startswith("make")]
    assert answer.returncode != 0 and len(told) == ONE_LINE
    assert f"port {taken_port}" in told[0] and "SITE_PORT=" in told[0]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({"PHONE_PORT": "eight"}, "PHONE_PORT=eight is not a port"),
        ({"PHONE_PORT": "²"}, "PHONE_PORT=² is not a port"),
        ({"SMTP_PORT": "70000"}, "SMTP_PORT=70000 is not a port"),
        ({"SITE_PORT": "8123", "PHONE_PORT": "8123"}, "used twice"),
    ],
)
def test_run_refuses_senseless_ports(environment: dict[str, str], word: str) -> None:
    with pytest.raises(run.BadSetting, match=word):
        run.place_from(environment)


@pytest.mark.parametrize(
    ("variable", "line"),
    [
        (
            "MOCKSMS_PROT",
            "phone | mocksms: MOCKSMS_PROT is no setting of the phone; did you mean MOCKSMS_PORT?",
        ),
        (
            "WEBAPP_THREDS",
            "site  | webapp: WEBAPP_THREDS is no setting of the site; did you mean WEBAPP_THREADS?",
        ),
    ],
    ids=["phone", "site"],
)
def test_run_ends_at_a_bad_setting_with_the_app_s_own_line(
    variable: str,
    line: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, port in zip(run.PORTS, free_ports(3), strict=True):
        monkeypatch.setenv(name, port)
    monkeypatch.setenv("INSTANCE", str(tmp_path))
    monkeypatch.setenv(variable, "1")
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        assert run.main() == 2
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    told = capsys.readouterr()
    assert line in told.out.splitlines() and not told.err


def test_run_starts_both_says_where_to_go_and_stops_both(tmp_path: Path) -> None:
    ports = dict(zip(run.PORTS, free_ports(3), strict=True))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WEBAPP_", "MOCKSMS_"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "webapp.command", "run"],
        cwd=ROOT,
        env={**kept, **ports, "INSTANCE": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    watchdog = threading.Timer(90, process.kill)
    watchdog.start()
    assert process.stdout is not None
    told: list[str] = []
    for line in process.stdout:
        told.append(line)
        if "Ctrl-C" in line:
            process.send_signal(signal.SIGINT)
    watchdog.cancel()
    assert process.wait() == 0, "".join(told)
    text = "".join(told)
    assert (
        f"http://localhost:{ports['SITE_PORT']}" in text and f"http://localhost:{ports['PHONE_PORT']}" in text
    )
    assert "hanako@example.com" in text and "Mihon-demo-1" in text
    assert "Traceback" not in text
    for port in not_empty(ports.values()):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", int(port))) != 0, f"something still listens on {port}"


def test_run_stops_the_other_when_one_dies() -> None:
    dead = subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"], text=True)
    dead.wait()
    apps = [run.App("phone", dead, "http://127.0.0.1:9/healthz")]
    with pytest.raises(run.CannotRun, match=r"the phone stopped by itself \(exit code 3\)"):
        run.watch(apps, threading.Event())


def test_wrong_python_gets_one_clear_line(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\nif [ "$1" = -V ]; then echo "Python 3.9.2"; else exit 1; fi\n')
    old.chmod(0o755)
    script = (
        (ROOT / "tools" / "python-wrapper")
        .read_text()
        .replace("/usr/local/bin/python3", "")
        .replace("/opt/homebrew/bin/python3", "")
    )
    answer = subprocess.run(
        ["/bin/sh", "-c", script], cwd=tmp_path, env={"PATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert answer.returncode == 1 and len(answer.stderr.splitlines()) == ONE_LINE
    assert "3.11 or newer" in answer.stderr and "Python 3.9.2" in answer.stderr


def test_missing_ensurepip_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.setattr("shutil.which", lambda _name: "/usr/bin/apt-get")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr(bootstrap, "PYTHON", Path("/nonexistent/python"))
    with pytest.raises(bootstrap.BootstrapError, match=r"apt-get install python3\.\d+-venv"):
        bootstrap.make_environment()


def test_browser_path_is_used_and_a_wrong_one_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER_PATH", sys.executable)
    assert browser.find() == sys.executable
    monkeypatch.setenv("BROWSER_PATH", "/nonexistent/chrome")
    assert browser.ensure("python") is None


def test_locks_are_hashed_and_name_no_registry() -> None:
    for name in (
        "requirements.txt",
        "requirements-voice.txt",
        "requirements-postgres.txt",
        "requirements-dev.txt",
        "requirements-docs.txt",
    ):
        text = (ROOT / name).read_text()
        pins = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
        assert pins and all("==" in pin for pin in not_empty(pins)), name
        assert text.count("--hash=sha256:") >= len(pins)
        assert "://" not in text and "\n--" not in text, f"{name} names a registry"


def test_locks_agree_and_hold_what_is_asked_for() -> None:
    pins: dict[str, str] = {}
    for name in (
        "requirements.txt",
        "requirements-voice.txt",
        "requirements-postgres.txt",
        "requirements-dev.txt",
        "requirements-docs.txt",
    ):
        for package, version in not_empty(
            re.findall(r"^([a-z0-9._-]+)==([^ ]+)", (ROOT / name).read_text(), re.M)
        ):
            assert pins.setdefault(package, version) == version, f"{package} is pinned twice; run `make lock`"
    asked = re.findall(r"^[A-Za-z][A-Za-z0-9._-]+", _asked(), re.M)
    missing = [name for name in asked if re.sub(r"[-_.]+", "-", name).lower() not in pins]
    assert not missing, f"asked for but not locked; run `make lock`: {missing}"


def _asked() -> str:
    return "\n".join(
        (ROOT / name).read_text()
        for name in (
            "requirements.in",
            "requirements-voice.in",
            "requirements-postgres.in",
            "requirements-dev.in",
            "requirements-docs.in",
        )
    )
