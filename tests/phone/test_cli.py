"""The phone's commands."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests

from mocksms import cli
from mocksms.edge import lifeline
from mocksms.testing import Phone, run_phone, twilio_client

ROOT = Path(__file__).resolve().parents[2]
ME, SHOP = "+819012345678", "+15005550006"


def run(phone: Phone, *words: str) -> int:
    return cli.main([words[0], "--url", phone.url, "--world", phone.world, *words[1:]])


def test_reading_and_driving(phone: Phone, twilio: Any, capsys: pytest.CaptureFixture[str]) -> None:
    twilio.messages.create(to=ME, from_=SHOP, body="482913 is your code")
    assert run(phone, "wait-code", ME) == 0
    assert capsys.readouterr().out == "482913\n"
    assert run(phone, "messages", "--to", ME) == 0
    assert capsys.readouterr().out.endswith(f"\tsms\t{ME}\t482913 is your code\n")
    assert run(phone, "messages", "--json", "--limit", "1") == 0
    assert '"code": "482913"' in capsys.readouterr().out
    assert run(phone, "fault", "drop", "--times", "1", "--to", ME) == 0
    assert phone.faults.all()[0]["what"] == "drop"
    assert run(phone, "fault", "clear") == 0
    assert phone.faults.all() == []
    assert run(phone, "fault", "explode") == 1
    assert run(phone, "world", "list") == 0
    assert f"{phone.world}\t{phone.account_sid}\n" in capsys.readouterr().out
    assert run(phone, "reset") == 0
    assert phone.messages() == []
    assert cli.main(["messages", "--url", "http://127.0.0.1:9"]) == 1
    assert "no phone answers" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["wait-code", ME, "--timeout", "0"], "no new code"),
        (["wait-code", ME, "--new", "--timeout", "0"], "no new code"),
        (["wait-code", ME, "--since", "99999"], "since is ahead"),
        (["wait-code", ME, "--pattern", "("], "pattern"),
        (["messages", "--channel", "fax"], "channel"),
        (["fault", "explode"], "what"),
        (["reset", "--world", "never-made"], "never-made"),
    ],
    ids=["no_code", "new", "since", "pattern", "channel", "fault", "world"],
)
def test_what_is_not_there_or_refused_is_exit_code_1_and_one_line(
    phone: Phone, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert run(phone, *words) == 1
    line = capsys.readouterr().err
    assert said in line and line.startswith("mocksms: ") and line.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["dance"],
        ["wait-code"],
        ["wait-code", ME, "--timeout", "soon"],
        ["world", "burn"],
        ["messages", "--all"],
    ],
    ids=["none", "command", "to", "timeout", "action", "option"],
)
def test_wrong_usage_is_exit_code_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class Served:
    """`python -m mocksms serve` in a process of its own."""

    def __init__(self, instance: Path, port: int = 0, **settings: str) -> None:
        self.settings = settings
        self._start(instance, port)

    def _start(self, instance: Path, port: int) -> None:
        self.instance, self.port = instance, port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        environment = {
            **os.environ, "MOCKSMS_INSTANCE": str(instance), "MOCKSMS_PORT": str(self.port),
            "MOCKSMS_SMTP_PORT": "-1", **lifeline.ASKS, **self.settings,
        }  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mocksms", "serve"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_until_up(self) -> None:
        """Returns at the first answer; on another port where somebody was faster to take the free one."""
        transport = httpx.HTTPTransport(retries=4)  # waits a little longer before each
        with httpx.Client(transport=transport, timeout=30) as client:
            for tries_left in reversed(range(20)):
                try:
                    assert client.get(f"{self.url}/healthz").status_code == 200
                    return
                except httpx.ConnectError:
                    if not tries_left:
                        raise
                    if self.process.poll() is not None:
                        self.process.communicate()
                        self._start(self.instance, 0)

    def stop(self) -> None:
        """Ends it as Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=30)

    def children(self) -> list[int]:
        """The processes that do the work."""
        found = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True)
        return [int(pid) for pid in found.stdout.split()]


def test_acknowledged_messages_survive_kill_9_s68(tmp_path: Path) -> None:
    """Killed in the middle of a rush: what was answered by then is there, to the last message."""
    served = Served(tmp_path)
    acknowledged: list[str] = []
    rush = threading.Event()

    def send(sender: int) -> None:
        client = twilio_client(served.url)
        with contextlib.suppress(requests.exceptions.RequestException):  # the phone is gone
            for number in range(1000):
                body = f"number {number} of {sender}"
                acknowledged.append(client.messages.create(to=ME, from_=SHOP, body=body).sid or "")
                if len(acknowledged) > 100:
                    rush.set()

    try:
        served.wait_until_up()
        working = [*served.children(), served.process.pid]
        senders = [threading.Thread(target=send, args=(sender,)) for sender in range(4)]
        for thread in senders:
            thread.start()
        assert rush.wait(60)
        for pid in working:
            os.kill(pid, signal.SIGKILL)
        for thread in senders:
            thread.join()
    finally:
        served.process.kill()
        served.process.communicate()
    again = run_phone(str(tmp_path))
    with again.client() as phone:
        kept = {message.sid for message in phone.messages(limit=1000)}
    again.stop()
    assert len(acknowledged) > 100
    assert set(acknowledged) - kept == set()


def test_connections_that_are_only_kept_leave_room_for_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOCKSMS_THREADS", "8")
    served = Served(tmp_path)
    try:
        served.wait_until_up()
        kept = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(40)]
        assert httpx.get(f"{served.url}/healthz", timeout=20).status_code == 200
        for each in kept:
            each.close()
    finally:
        served.process.kill()
        served.process.communicate()


def test_a_taken_port_gives_one_line_and_a_signal_ends_open_streams(tmp_path: Path) -> None:
    served = Served(tmp_path)
    try:
        served.wait_until_up()
        with httpx.stream("GET", f"{served.url}/api/v1/events", timeout=30) as stream:
            assert next(stream.iter_lines()).startswith("retry")
            second = Served(tmp_path / "another", served.port)
            _, said = second.process.communicate(timeout=30)
            assert second.process.returncode == 1
            assert said.count("\n") == 1
            assert f"port {served.port}" in said
            assert "MOCKSMS_PORT" in said
            served.process.send_signal(signal.SIGINT)
            served.process.communicate(timeout=30)
        assert served.process.returncode == 0
    finally:
        served.process.kill()


def test_second_phone_on_one_folder_is_refused_in_one_line_until_the_first_is_killed(tmp_path: Path) -> None:
    first = Served(tmp_path)
    try:
        first.wait_until_up()
        second = Served(tmp_path)
        _, said = second.process.communicate(timeout=30)
        assert (second.process.returncode, said.count("\n")) == (1, 1)
        assert f"process {first.process.pid}" in said and str(tmp_path) in said and "MOCKSMS_INSTANCE" in said
        assert httpx.get(f"{first.url}/healthz").status_code == 200
        for process in (*first.children(), first.process.pid):
            os.kill(process, signal.SIGKILL)
        first.process.communicate(timeout=30)
        third = Served(tmp_path)
        try:
            third.wait_until_up()
        finally:
            third.stop()
    finally:
        first.process.kill()


def test_phones_share_a_folder_on_purpose_only(tmp_path: Path) -> None:
    first, second = (Served(tmp_path, MOCKSMS_SHARED="1") for _ in range(2))
    try:
        for each in (first, second):
            each.wait_until_up()
        third = Served(tmp_path)
        _, said = third.process.communicate(timeout=30)
        assert third.process.returncode == 1 and "MOCKSMS_SHARED" in said
        assert Phone(first.url, "w1").make_world()
        assert "w1" in [each["name"] for each in Phone(second.url).worlds()]
    finally:
        first.stop()
        second.stop()
