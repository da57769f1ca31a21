"""The phone's commands: the address they serve or speak to, and one line for each thing that is wrong with it."""

from __future__ import annotations

import json
import os
import re
import signal
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from mocksms import cli, config, server
from mocksms.client import NotAPhone, Phone, PhoneError
from tests.meta.sources import ROOT
from tests.phone.listener import Listener, listening
from tests.processes import program

ME = "+819012345678"
MAILPIT = json.dumps({"total": 1, "messages": [{"ID": "x", "Subject": "hello"}]})
COMMANDS = {
    "messages": ["messages"],
    "wait-code": ["wait-code", ME, "--timeout", "0"],
    "reset": ["reset"],
    "fault": ["fault", "drop"],
    "clear": ["fault", "clear"],
    "make": ["world", "make"],
}


@pytest.fixture
def other() -> Iterator[Listener]:
    """Run a server that is not a phone."""
    with listening() as listener:
        yield listener


def only_line(capsys: pytest.CaptureFixture[str]) -> str:
    told = capsys.readouterr()
    assert not told.out and told.err.count("\n") == 1, told
    return told.err


@pytest.mark.parametrize(
    ("status", "body"), [(200, MAILPIT), (404, "<h1>Not Found</h1>")], ids=["mails", "404"]
)
@pytest.mark.parametrize("command", COMMANDS)
def test_an_address_that_is_not_a_phone_is_one_line(
    command: str, status: int, body: str, other: Listener, capsys: pytest.CaptureFixture[str]
) -> None:
    other.answers, other.body = [(status, body)] * 3, body
    address = other.url.replace("http://", "http://me:hunter1@")
    assert cli.main([*COMMANDS[command], "--url", address]) == 1
    line = only_line(capsys)
    assert line.startswith(f"mocksms: {other.url} is not a phone: it answered GET /healthz with {status} ")
    assert other.next()[0] == "/healthz" and other.came.empty(), "nothing is asked of a stranger's server"


def test_client_says_that_a_page_is_not_a_phone_s(other: Listener) -> None:
    other.at["/api/v1/messages"] = (200, {"Content-Type": "text/html"}, b"<h1>Welcome</h1>")
    with pytest.raises(NotAPhone, match=r"is not a phone: it answered GET /api/v1/messages with 200 OK"):
        Phone(other.url).messages()


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        ("text/plain", b"The server is busy.", "The server is busy."),
        ("text/html", b"<h1>No</h1>", "Bad Gateway"),
    ],
    ids=["text", "page"],
)
def test_proxy_s_error_does_not_mean_that_there_is_no_phone(
    other: Listener, kind: str, body: bytes, words: str
) -> None:
    other.at["/healthz"] = (502, {"Content-Type": kind}, body)
    with pytest.raises(PhoneError, match=f"^GET /healthz: 502 {words}$") as refused:
        Phone(other.url).check()
    assert not isinstance(refused.value, NotAPhone)


@pytest.mark.parametrize(
    "address", ["nonsense", "localhost:8001", "ftp://localhost", "http://", "http://[", ""]
)
def test_an_address_that_cannot_be_is_wrong_usage(
    address: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["messages", "--url", address])
    assert ended.value.code == 2 and "not the address of a phone" in capsys.readouterr().err
    if address:
        monkeypatch.setenv("MOCKSMS_URL", address)
        assert cli.main(["messages"]) == 2
        assert only_line(capsys).startswith("mocksms: MOCKSMS_URL must be an http or https address")


@pytest.mark.parametrize(
    ("variable", "nearest"), [("MOCKSMS_ULR", "MOCKSMS_URL"), ("MOCKSMS_PROT", "MOCKSMS_PORT")]
)
@pytest.mark.parametrize("command", [["messages"], ["serve"]], ids=["messages", "serve"])
def test_an_unknown_variable_is_one_line_with_the_nearest_name(
    command: list[str],
    variable: str,
    nearest: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(variable, "x")
    assert cli.main(command) == 2
    assert only_line(capsys) == f"mocksms: {variable} is no setting of the phone; did you mean {nearest}?\n"


@pytest.mark.parametrize(
    "option", [("--port", "99999"), ("--port", "-1"), ("--smtp-port", "x")], ids="=".join
)
def test_serve_refuses_a_port_that_cannot_be(
    option: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["serve", *option])
    assert ended.value.code == 2
    assert re.search(
        rf"argument {option[0]}: must be a whole number .*, not '{option[1]}'", capsys.readouterr().err
    )


def test_serve_without_its_extra_names_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert cli.main(["serve"]) == 1
    assert only_line(capsys) == "mocksms: more packages are needed. Run: pip install 'nidankai[phone]'\n"


@pytest.mark.parametrize(
    ("prog", "shown"), [({}, "mocksms"), ({"prog": "python -m mocksms"}, "python -m mocksms")]
)
def test_usage_shows_the_command_as_it_was_started(
    prog: dict[str, str], shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--help"], **prog)
    assert capsys.readouterr().out.startswith(f"usage: {shown} [-h]")


ANY = "0.0.0.0"


@pytest.mark.parametrize(
    ("host", "allowed", "address"),
    [
        ("127.0.0.1", "", "127.0.0.1:8001"),
        ("192.0.2.7", "", "192.0.2.7:8001"),
        ("::1", "", "[::1]:8001"),
        (ANY, "", "localhost:8001"),
        ("::", "*", "localhost:8001"),
        (ANY, "a.example,127.0.0.1", "127.0.0.1:8001"),
        (ANY, "phone.example", "phone.example:8001"),
        (ANY, "a.example:9001,phone.example:8001", "phone.example:8001"),
        ("192.0.2.7", "localhost,phone.example", "phone.example:8001"),
        ("127.0.0.1", "[::1]:8001", "127.0.0.1:8001"),
        ("127.0.0.1", "[::1]:8001,localhost", "localhost:8001"),
    ],
    ids="-".join,
)
def test_commands_and_serve_name_an_address_that_the_phone_answers_to(
    host: str, allowed: str, address: str
) -> None:
    given = {"MOCKSMS_HOST": host, "MOCKSMS_ALLOWED_HOSTS": allowed, "MOCKSMS_PASSWORD": "x"}
    environ = {name: value for name, value in given.items() if value}
    assert config.address(environ) == f"http://{address}"
    assert server._addresses(config.load({}, environ)).startswith(f"mocksms: http://{address} ")


def test_free_ports_are_different_and_known_to_the_process_that_serves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = ("port", "smtp_port", "smtp_tls_port")
    for name in names:
        monkeypatch.setenv(f"MOCKSMS_{name.upper()}", "0")
    chosen = server._with_ports(config.load())
    ports = [getattr(chosen, name) for name in names]
    assert 0 not in ports and len(set(ports)) == 3
    assert [getattr(config.load(), name) for name in names] == ports


def test_one_port_for_two_servers_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    both = config.load({"PORT": port, "SMTP_PORT": port}, {})
    with pytest.raises(server.CannotServe, match=f"the mail server cannot use port {port} of"):
        server._with_ports(both)


@contextmanager
def serve(instance: Path, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """Run `mocksms serve` on free ports."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MOCKSMS_")}
    command = [sys.executable, "-m", "mocksms", "serve", "--port", "0", "--smtp-port", "0"]
    env = {**kept, "MOCKSMS_INSTANCE": str(instance), **settings}
    with program(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        yield process


def test_serve_prints_its_address_is_healthy_and_ends_on_sigterm_with_0(tmp_path: Path) -> None:
    with serve(tmp_path) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        told = re.fullmatch(r"mocksms: (http://127\.0\.0\.1:\d+) \(mail server: 127\.0\.0\.1:(\d+)\)\n", line)
        assert told, line
        assert httpx.get(f"{told[1]}/healthz").text == "ok\n"
        with smtplib.SMTP("127.0.0.1", int(told[2]), timeout=10) as server:
            assert server.noop()[0] == 250
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_serve_says_in_one_line_what_only_the_serving_process_reads(tmp_path: Path) -> None:
    with serve(tmp_path, MOCKSMS_AUTHENTICATORS="+819012345678=otpauth://totp/x?secret=1") as process:
        out, err = process.communicate(timeout=30)
    assert process.returncode == 2 and not out
    assert err == "mocksms: MOCKSMS_AUTHENTICATORS: link 1 cannot be used (not_base32)\n"


def test_a_reader_that_has_enough_is_no_error(tmp_path: Path) -> None:
    """As `mocksms messages | head -1`: the pipe is closed before the command writes."""
    code = "import os, sys; from mocksms import cli; cli._messages = lambda _: print('x' * 100_000) or 0; "
    done = subprocess.run(
        ["/bin/bash", "-c", f'{sys.executable} -c "$CODE" messages | true; exit "${{PIPESTATUS[0]}}"'],
        cwd=ROOT,
        env={**os.environ, "CODE": f"{code} sys.exit(cli.main())"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
