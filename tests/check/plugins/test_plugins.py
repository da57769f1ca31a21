"""The pytest plugins in another project: a folder with its own tests, run by another process."""

from __future__ import annotations

import re
from pathlib import Path

from mocksms.testing import RunningPhone
from tests.assertions import not_empty
from tests.package.stranger import SENDING, WHOLE, Project

HEAVY = ("flask", "httpx", "werkzeug", "pyotp", "secrets", "mocksms.app", "mocksms.client", "webapp.app")


def test_fixtures_work_in_functions_classes_and_loops(project: Project) -> None:
    told = project.run(
        WHOLE,
        "-n",
        "2",
    )
    assert "6 passed" in told, told


def test_short_names_are_the_same_world(project: Project) -> None:
    told = project.run(
        SENDING
        + """
def test_one_world(phone, mocksms_phone, phone_server, mocksms_server, mihon, mihon_signed_in, signed_in):
    assert phone is mocksms_phone and phone_server is mocksms_server
    assert mihon.world == phone.world
    assert "太郎" in signed_in("taro").get("/account").text
""",
        conftest='pytest_plugins = ["mocksms.testing", "webapp.sandbox.testing"]\n',
    )
    assert "1 passed" in told, told


def test_names_of_a_stranger_win(project: Project) -> None:
    told = project.run(
        "def test_own(phone, mihon, clock, signed_in): assert (phone, mihon, clock, signed_in) == (1, 2, 3, 4)",
        conftest="import pytest\n"
        + "".join(
            f"@pytest.fixture\ndef {name}(): return {value}\n"
            for value, name in enumerate(("phone", "mihon", "clock", "signed_in"), 1)
        ),
    )
    assert "1 passed" in told, told


FAILING = (
    SENDING
    + """
import httpx
POST = dict(To="+819012345678", From="+15005550006", Body="482913 is your code.")

def post(phone, sid, **more):
    path = f"{phone.url}/2010-04-01/Accounts/{sid}/Messages.json"
    return httpx.post(path, data={**POST, **more}, auth=(sid, "x"))

def test_arrived(mocksms_phone):
    send(mocksms_phone)
    assert False

def test_wrong_account(mocksms_phone):
    assert post(mocksms_phone, "AC" + "0" * 32).status_code == 201
    mocksms_phone.wait_for_code("090-1234-5678", timeout=0)

def test_another_test_s_world(mocksms_phone, mocksms_server):
    with mocksms_server.client("t" + "0" * 16) as other:
        assert post(mocksms_phone, other.account_sid).status_code == 201
        other.keep_world()
    mocksms_phone.wait_for_code("090-1234-5678", timeout=0)

def test_refused(mocksms_phone):
    assert post(mocksms_phone, mocksms_phone.account_sid, To="12").status_code == 400
    assert False

def test_undelivered(mocksms_phone):
    mocksms_phone.faults.add("undelivered", code=30003)
    post(mocksms_phone, mocksms_phone.account_sid)
    assert False

def test_site(mihon):
    assert False

def test_passes(mocksms_phone):
    send(mocksms_phone)
"""
)


def test_failed_test_shows_what_happened_in_its_world(project: Project, phone_server: RunningPhone) -> None:
    before = set(phone_server.worlds.names())
    told = project.run(
        FAILING,
        "--mocksms-url",
        phone_server.url,
        "--mocksms-artifacts",
        "artefacts",
        smtp_port=phone_server.smtp_port,
    )
    kept = set(phone_server.worlds.names()) - before - {"t" + "0" * 16}
    assert "6 failed, 1 passed" in told and len(kept) == 6, told
    parts = {part.split(" ")[0]: part for part in re.split(r"^_+ (?=test_\w+ _)", told, flags=re.M)[1:]}
    sections = {name: part.partition("- mock phone -")[2] for name, part in parts.items()}
    for name, section in not_empty(sections.items()):
        (world,) = {each for each in kept if each in section}
        assert f"its world stays: {phone_server.url}/?world={world}" in section, name
    assert "mail from shop@example.com to me+t" in sections["test_arrived"]
    assert "'Your code' (code 482913)" in sections["test_arrived"]
    sid = "AC" + "0" * 32
    why = f"default: twilio to +819012345678, POST /2010-04-01/Accounts/{sid}/Messages.json, since AccountSid {sid}"
    assert "nothing arrived" in sections["test_wrong_account"]
    assert f"{why} is no world's, so default's" in sections["test_wrong_account"], sections[
        "test_wrong_account"
    ]
    assert f"is t{'0' * 16}'s" in sections["test_another_test_s_world"]
    assert "t000" not in sections["test_site"]
    assert re.search(r"refused:\n  t\w+: .*: 400 .*21211", sections["test_refused"]), sections["test_refused"]
    assert "did not arrive:\n  sms from +15005550006 to +819012345678" in sections["test_undelivered"]
    assert ": undelivered, error 30003" in sections["test_undelivered"]
    assert "faults that are set: undelivered" in sections["test_undelivered"]
    assert re.search(r"its world stays: http://localhost:\d+/\?world=t", sections["test_site"])
    folders = {path.name: path for path in (project.folder / "artefacts").iterdir()}
    arrived = folders["test_it.py-test_arrived"]
    assert {path.name.split("-")[0] for path in arrived.iterdir()} == {
        "mail",
        "messages.json",
        "report.txt",
        "requests.json",
    }
    assert b"Subject: Your code" in next(arrived.glob("mail-*.eml")).read_bytes()
    for name in kept | {"t" + "0" * 16}:
        phone_server.worlds.delete(name)


def test_failed_test_names_the_folder_of_a_phone_of_its_own(project: Project) -> None:
    told = project.run(FAILING, "-k", "test_arrived", "-n", "1")
    world = re.search(r"its world stays: http://127.0.0.1:(\d+)/", told)
    again = re.search(r"MOCKSMS_INSTANCE=(\S+) mocksms serve --port (\d+) --smtp-port [1-9]\d+\n", told)
    assert world and again and again[2] == world[1], told
    assert list(Path(again[1], "phone").rglob("world.db")), told


def test_unused_plugins_load_nothing(project: Project) -> None:
    told = project.run(
        f"import sys\nBEFORE = sorted(sys.modules.keys() & set({HEAVY}))\ndef test_nothing(): assert BEFORE == []\n"
    )
    assert "1 passed" in told, told


def test_running_phone_is_used_and_worlds_are_deleted_or_kept(
    project: Project, phone_server: RunningPhone
) -> None:
    test = "def test_it(mocksms_phone): print('WORLD', mocksms_phone.url, mocksms_phone.world)"
    before = set(phone_server.worlds.names())
    told = project.run(test, "-s", "--mocksms-url", phone_server.url)
    assert "1 passed" in told and f"WORLD {phone_server.url}" in told, told
    assert set(phone_server.worlds.names()) == before
    told = project.run(test, "-s", "--mocksms-url", phone_server.url, "--mocksms-keep-worlds")
    (kept,) = set(phone_server.worlds.names()) - before
    assert f"WORLD {phone_server.url} {kept}" in told, told
    phone_server.worlds.delete(kept)


def test_phone_that_is_not_there_is_one_clear_line(project: Project) -> None:
    told = project.run("def test_it(mocksms_phone): pass", "--mocksms-url", "http://127.0.0.1:9")
    assert "no phone answers at http://127.0.0.1:9" in told and "another exception" not in told, told


MISSING = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("flask", "werkzeug", "aiosmtpd"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
"""


def test_bare_installation_names_the_extra(project: Project, phone_server: RunningPhone) -> None:
    told = project.run("def test_it(mocksms_phone): pass", conftest=MISSING)
    assert "pip install 'nidankai[phone]'" in told and "--mocksms-url" in told, told
    assert "another exception" not in told, told
    told = project.run(
        "def test_it(mocksms_phone): assert mocksms_phone.messages() == []\ndef test_site(mihon): pass",
        "--mocksms-url",
        phone_server.url,
        conftest=MISSING,
    )
    assert "1 passed, 1 error" in told and "pip install 'nidankai[site]'" in told, told
