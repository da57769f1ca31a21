"""What the phone refuses to do for others: changes for other pages, requests to itself, mail for no world."""

from __future__ import annotations

import smtplib
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import mocksms
from mocksms import config
from mocksms.core.sender_app import AppRequest, SenderApp
from mocksms.delivery.http_client import _is_own, send_signed
from mocksms.testing import RunningPhone, run_phone, twilio_client
from tests.assertions import not_empty
from tests.phone.listener import Listener, listening

ME, SHOP = "+819012345678", "+15005550006"
APP = "http://localhost:3000"
FOREIGN = {
    "site": {"Origin": "http://evil.example"},
    "port": {"Origin": "http://127.0.0.1:8000"},
    "no-address": {"Origin": "http://["},
    "opaque": {"Origin": "null"},
    "no-origin": {"Sec-Fetch-Site": "cross-site"},
    "same-site": {"Sec-Fetch-Site": "same-site"},
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPhone]:
    """A phone that has room for two worlds, and believes one other origin."""
    phone = run_phone(str(tmp_path_factory.mktemp("phone")), MAX_WORLDS=2, ALLOWED_ORIGINS=APP)
    yield phone
    phone.stop()


def changes(phone: RunningPhone) -> list[tuple[str, str]]:
    """Return every changing call of the tester API, with the provider's wires."""
    found = [("POST", f"/2010-04-01/Accounts/AC{'0' * 32}/Messages.json"), ("POST", "/"), ("POST", "/log-in")]
    described = httpx.get(f"{phone.url}/api/v1/openapi.json").json()["paths"]
    for path, calls in described.items():
        found += [(name.upper(), f"/api/v1{path}") for name in calls if name in ("post", "put", "delete")]
    return found


@pytest.mark.parametrize("kind", FOREIGN)
def test_page_of_another_origin_changes_nothing_s82(running: RunningPhone, kind: str) -> None:
    for method, path in not_empty(changes(running)):
        asked = httpx.request(method, running.url + path, headers=FOREIGN[kind])
        assert asked.status_code == 403, (method, path)


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": APP}, {"Origin": "own"}, {"Sec-Fetch-Site": "same-origin"}]
)
def test_program_own_page_and_allowed_origin_pass_s82(running: RunningPhone, headers: dict[str, str]) -> None:
    own = {name: value.replace("own", running.url) for name, value in headers.items()}
    assert httpx.post(f"{running.url}/api/v1/reset", headers=own).status_code == 204
    twilio_client(running.url).messages.create(to=ME, from_=SHOP, body="x")


def test_origins_are_refused_by_default_and_read_as_such_s82() -> None:
    assert config.load({}, {}).allowed_origins == frozenset()
    for value in ("*", "localhost:3000", "http://localhost:3000/"):
        with pytest.raises(config.SettingError, match="MOCKSMS_ALLOWED_ORIGINS must be origins"):
            config.load({"ALLOWED_ORIGINS": value}, {})


@pytest.fixture
def app() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


def fetched(running: RunningPhone, url: str) -> tuple[int, str]:
    """Let the phone fetch an address. Return status and problem."""
    found = send_signed(running.worlds.get(), SenderApp(), AppRequest(url, [("Body", "x")]))
    return found.status, found.problem


def test_phone_never_calls_itself_s83(running: RunningPhone) -> None:
    ports = [running.server.server_port, running.smtp_port]
    for port in ports:
        for host in ("localhost", "127.0.0.1"):
            status, problem = fetched(running, f"http://{host}:{port}/api/v1/reset")
            assert status == 0 and "is this phone itself" in problem, (host, port)


def test_phone_never_calls_itself_by_a_redirect_s83(running: RunningPhone, app: Listener) -> None:
    for status in (302, 307):
        app.at["/away"] = (status, {"Location": f"{running.url}/api/v1/reset"}, b"")
        assert "is this phone itself" in fetched(running, f"{app.url}/away")[1]


class Connected:
    """A connection between two addresses: a test has no second machine."""

    def __init__(self, own: str, peer: str) -> None:
        self.own, self.peer = own, peer

    def getsockname(self) -> tuple[str, int]:
        return self.own, 40_000

    def getpeername(self) -> tuple[str, int]:
        return self.peer, 8001


@pytest.mark.parametrize(
    ("own", "peer", "is_own"),
    [("192.0.2.7", "192.0.2.9", False), ("192.0.2.7", "192.0.2.7", True), ("127.0.0.1", "127.0.0.9", True)],
    ids=["elsewhere", "address", "loopback"],
)
def test_phone_calls_a_port_like_its_own_on_other_machines_s83(own: str, peer: str, is_own: bool) -> None:
    connected: Any = Connected(own, peer)
    assert _is_own(connected, {8001}) is is_own
    assert not _is_own(connected, {8002})


def test_default_hosts_are_this_machine_s83(running: RunningPhone, app: Listener) -> None:
    assert fetched(running, f"{app.url}/status")[0] == 200
    for url in ("http://192.0.2.1/", "http://localhost.evil.example/", "http://127.0.0.1.nip.example/"):
        assert "is not in MOCKSMS_FETCH_HOSTS" in fetched(running, url)[1]


def test_hosts_may_have_one_port_s83(tmp_path: Path, app: Listener) -> None:
    port = httpx.URL(app.url).port
    phone = run_phone(str(tmp_path), FETCH_HOSTS=f"127.0.0.1:{port}")
    try:
        assert fetched(phone, f"http://127.0.0.1:{port}/")[0] == 200
        app.at["/away"] = (307, {"Location": "http://127.0.0.1:9/"}, b"")
        for url in ("http://127.0.0.1:9/", "http://127.0.0.1/", f"http://127.0.0.1:{port}/away"):
            assert "is not in MOCKSMS_FETCH_HOSTS" in fetched(phone, url)[1], url
    finally:
        phone.stop()


def mailed(running: RunningPhone, world: str, before: str = "") -> int:
    """Send a mail that names a world. Return the answer's code."""
    source = f"{before}X-World: {world}\r\nSubject: hello\r\n\r\nThe code is 123456.\r\n"
    with smtplib.SMTP("127.0.0.1", running.smtp_port) as server:
        try:
            server.sendmail("shop@example.com", ["hanako@example.com"], source)
        except smtplib.SMTPDataError as refused:
            return refused.smtp_code
    return 250


def in_all(running: RunningPhone) -> int:
    return sum(len(running.client(name).messages()) for name in running.worlds.names())


def test_message_for_a_world_that_cannot_be_made_is_refused_s84(running: RunningPhone) -> None:
    running.client("second").make_world()
    before = in_all(running)
    padding = "".join(f"X-Filler-{number}: {'x' * 900}\r\n" for number in range(40))
    assert mailed(running, "third") == mailed(running, "third", padding) == 452
    assert mailed(running, "no world's name") == 554
    headers, account = {"X-World": "third"}, f"{running.url}/2010-04-01/Accounts/AC{'0' * 32}"
    message = {"To": ME, "From": SHOP, "Body": "x", "Twiml": "<Response/>"}
    for path in ("Messages", "Calls"):
        asked = httpx.post(f"{account}/{path}.json", data=message, headers=headers, auth=("AC1", "t"))
        assert asked.status_code == 409, path
    assert in_all(running) == before and running.worlds.names() == ["default", "second"]


def test_reading_makes_no_world_s84(running: RunningPhone) -> None:
    before = running.worlds.names()
    account = f"/2010-04-01/Accounts/AC{'0' * 32}"
    for path in (
        "/",
        "/api/v1/messages",
        "/api/v1/code?to=x",
        f"{account}/Messages.json",
        "/_aws/sns/sms-messages",
    ):
        asked = httpx.get(running.url + path, headers={"X-World": "unseen"}, auth=("AC1", "t"))
        assert asked.status_code == 404, path
    assert running.worlds.names() == before


def loose(folder: Path) -> dict[str, str]:
    """Return what others may use below a folder, with its mode."""
    found = {path: stat.S_IMODE(path.lstat().st_mode) for path in not_empty(folder.rglob("*"))}
    return {str(path.relative_to(folder)): oct(mode) for path, mode in found.items() if mode & 0o077}


USED = """
import os, sys
os.umask(0)
from pathlib import Path
import mocksms, webapp
from mocksms.providers.smtp import mail_server
from webapp.sandbox.server import CHEAP_HASH

folder = Path(sys.argv[1])
phone = mocksms.create_app({"INSTANCE": str(folder), "SMTP_PORT": -1})
mails = mail_server.start(phone, "127.0.0.1", 0, tls_port=0)
client = phone.test_client()
assert client.put("/api/v1/worlds/w1").status_code == 201
sent = {"Action": "Publish", "PhoneNumber": "+819012345678", "Message": "The code is 123456."}
assert client.post("/", data=sent, headers={"X-World": "w1"}).status_code == 200
assert client.get("/handsets/+819012345678/").status_code == 200
site = webapp.create_app({"instance": str(folder / "site"), "sandbox": True, **CHEAP_HASH}).test_client()
assert site.put("/sandbox/api/worlds/w1").status_code == 201
assert site.get("/ap/signin").status_code == 200
from webapp.sandbox.store.trace_log import TraceLog
site.application.extensions["nidankai_worlds"].get().trace_log.keep_picture(b"x", "png")
mails.stop()
"""


def test_files_are_their_owners_alone_s85(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o755)
    subprocess.run([sys.executable, "-c", USED, str(shared / "data" / "instance")], check=True, timeout=60)
    assert loose(shared) == {}
    assert stat.S_IMODE(shared.stat().st_mode) == 0o755


def test_folder_that_exists_keeps_its_mode_s85(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    phone: Any = mocksms.create_app({"INSTANCE": str(tmp_path), "SMTP_PORT": -1})
    phone.extensions["mocksms"].close()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o750
    assert loose(tmp_path) == {}
