"""The phone's settings: their effect, and invalid values."""

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from mocksms import config, create_app
from mocksms.core import inbox
from mocksms.core.models import Filter, Message
from mocksms.delivery import retention
from mocksms.testing import Phone

ME, SHOP = "+819012345678", "+15005550006"


def phone_with(tmp_path: Path, **settings: object) -> Phone:
    return Phone.in_process(create_app({"INSTANCE": str(tmp_path), **settings}))


def send(phone: Phone, account: str = "AC1", token: str = "x", **fields: str) -> Any:
    with httpx.Client(transport=phone.transport, base_url="http://localhost") as client:
        return client.post(
            f"/2010-04-01/Accounts/{account}/Messages.json", auth=(account, token),
            data={"To": ME, "From": SHOP, "Body": "x", **fields},
        )  # fmt: skip


def test_credentials_can_be_strict(tmp_path: Path) -> None:
    phone = phone_with(tmp_path, ACCOUNTS="AC1:good,AC2:other")
    assert send(phone, token="good").status_code == 201
    for account, token in (("AC1", "bad"), ("AC2", "good"), ("AC9", "good")):
        refused = send(phone, account, token)
        assert (refused.status_code, refused.json()["code"]) == (401, 20003)
    with httpx.Client(transport=phone.transport, base_url="http://localhost") as client:
        assert client.post("/2010-04-01/Accounts/AC1/Messages.json").json()["message"] == "Authenticate"


def test_strict_accounts_see_their_own_messages_alone(tmp_path: Path) -> None:
    phone = phone_with(tmp_path, ACCOUNTS="AC1:good,AC2:other")
    sid = send(phone, token="good").json()["sid"]
    with httpx.Client(transport=phone.transport, base_url="http://localhost/2010-04-01/Accounts") as client:
        for account, token, seen in (("AC1", "good", 1), ("AC2", "other", 0)):
            listed = client.get(f"/{account}/Messages.json", auth=(account, token)).json()["messages"]
            one = client.get(f"/{account}/Messages/{sid}.json", auth=(account, token))
            assert (len(listed), one.status_code) == (seen, 200 if seen else 404)


def test_regions_can_be_blocked_and_senders_owned(tmp_path: Path) -> None:
    phone = phone_with(tmp_path, GEO_BLOCKED="+44, 7", OWNED_NUMBERS="+15005551111")
    assert send(phone, From="+15005551111").status_code == 201
    assert send(phone, From="+15005551112").json()["code"] == 21606
    assert send(phone, From="+15005551111", To="+447911123456").json()["code"] == 21408


def fill(world: Any, count: int) -> None:
    for number in range(count):
        inbox.receive(
            world, Message(sid=f"SM{number}", channel="sms", sender=SHOP, recipient=ME, body=f"word {number}")
        )


def test_retention_by_count(tmp_path: Path) -> None:
    app = create_app({"INSTANCE": str(tmp_path), "KEEP_MESSAGES": 5})
    world = app.extensions["mocksms"].get()
    fill(world, 9)
    assert retention.prune(world) == 4
    assert [message.body for message in inbox.search(world, Filter())] == [
        f"word {n}" for n in (8, 7, 6, 5, 4)
    ]
    assert inbox.search(world, Filter(q="word 0")) == []
    handset = inbox.handset(world, ME)
    assert handset is not None
    assert (handset.total, handset.unread) == (5, 5)


def test_retention_by_age(tmp_path: Path) -> None:
    app = create_app({"INSTANCE": str(tmp_path), "KEEP_DAYS": 2})
    world = app.extensions["mocksms"].get()
    fill(world, 3)
    world.set_offset(3 * 86400)
    inbox.receive(world, Message(sid="SMnew", channel="sms", sender=SHOP, recipient=ME, body="new"))
    retention.prune(world)
    assert [message.body for message in inbox.search(world, Filter())] == ["new"]


WRONG = {
    "PORT": ("many", "70000", "-2", "1.5"),
    "SMTP_PORT": ("-2",),
    "HOST": ("two words", ""),
    "THREADS": ("0",),
    "ALLOWED_HOSTS": ("localhost,two words",),
    "FRAME_ANCESTORS": ("'self'; script-src *",),
    "ACCOUNTS": ("AC1", "AC1:", ":token"),
    "REGION": ("Japan", "XX", ""),
    "OWNED_NUMBERS": ("+15005551111,shop",),
    "GEO_BLOCKED": ("44;7", "UK"),
    "KEEP_DAYS": ("-1", "nan", "soon"),
    "VOICEMAIL": ("maybe",),
    "INBOUND_URL": ("localhost:5000/sms",),
    "FETCH_HOSTS": ("http://localhost",),
    "PHONES": ("hanako=hanako@example.com", "+819012345678=hanako"),
    "AUTHENTICATORS": ("+819012345678=JBSWY3DPEHPK3PXP",),
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG.items() for value in values]
)
def test_settings_that_cannot_be_used_are_refused_by_name(name: str, value: str) -> None:
    for mapping, environ in (({name: value}, {}), ({}, {f"MOCKSMS_{name}": value})):
        with pytest.raises(config.SettingError, match=rf"^MOCKSMS_{name} must be ") as refused:
            config.load(mapping, environ)
        assert "\n" not in str(refused.value)


def test_settings_are_parsed_into_their_types() -> None:
    settings = config.load(
        {"PORT": "9001", "ACCOUNTS": "AC1:good, SK2:with:colon", "OWNED_NUMBERS": "090-1234-5678"},
        {
            "MOCKSMS_VOICEMAIL": "no", "MOCKSMS_KEEP_DAYS": "0.5", "MOCKSMS_GEO_BLOCKED": "+44, 7",
            "MOCKSMS_ALLOWED_HOSTS": "Phone.example:8001, *, [::1]", "MOCKSMS_REGION": "gb",
            "MOCKSMS_PHONES": "07911 123456=Hanako@Example.com,+819012345678",
        },
    )  # fmt: skip
    assert (settings.port, settings.voicemail, settings.keep_days) == (9001, False, 0.5)
    assert settings.accounts == {"AC1": "good", "SK2": "with:colon"}
    assert settings.geo_blocked == ("44", "7")
    assert settings.allowed_hosts == {"phone.example:8001", "*", "[::1]"}
    assert settings.phones == (("+447911123456", "hanako@example.com"), ("+819012345678", ""))
    assert config.load({"OWNED_NUMBERS": "090-1234-5678"}, {}).owned_numbers == {"+819012345678"}


def test_settings_never_show_a_secret() -> None:
    for name, value in (("ACCOUNTS", "hunter2"), ("AUTHENTICATORS", "+819012345678=hunter2")):
        with pytest.raises(config.SettingError) as refused:
            config.load({name: value}, {})
        assert "hunter2" not in str(refused.value)
    with pytest.raises(config.SettingError, match=r"^MOCKSMS_AUTHENTICATORS") as refused:
        create_app({"AUTHENTICATORS": "+819012345678=otpauth://totp/x?secret=hunter1"})
    assert "hunter1" not in str(refused.value)


def test_settings_that_nobody_knows_are_refused() -> None:
    with pytest.raises(config.SettingError, match=r"MOCKSMS_SMPT_PORT is no setting .* MOCKSMS_SMTP_PORT\?"):
        config.load({}, {"MOCKSMS_SMPT_PORT": "8025"})
    assert config.load({"TESTING": True}, {"MOCKSMS_URL": "http://localhost:8001"}).port == 8001


@pytest.mark.parametrize(
    ("variable", "value"),
    [("MOCKSMS_PORT", "many"), ("MOCKSMS_PROT", "8001"), ("MOCKSMS_AUTHENTICATORS", "x")],
)
def test_settings_that_cannot_be_used_are_one_line_of_the_command(variable: str, value: str) -> None:
    command = subprocess.run(
        [sys.executable, "-m", "mocksms", "serve"], env={**os.environ, variable: value}, capture_output=True,
        text=True, timeout=30,
    )  # fmt: skip
    assert command.returncode == 2
    assert command.stderr.startswith(f"mocksms: {variable}") and command.stderr.count("\n") == 1


def test_the_handsets_key_is_made_once(tmp_path: Path) -> None:
    settings = config.load({"INSTANCE": str(tmp_path)}, {})
    keys = set()
    threads = [threading.Thread(target=lambda: keys.add(config.secret_key(settings))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert config.secret_key(settings) in keys
    assert config.secret_key(config.load({"SECRET_KEY": "own"}, {})) == "own"


def test_a_full_or_locked_database_is_a_503(tmp_path: Path) -> None:
    app = create_app({"INSTANCE": str(tmp_path)})
    phone, world = Phone.in_process(app), app.extensions["mocksms"].get()
    world.store.patience_seconds = 0.05
    world.store.close()  # the next connections have the new patience
    other = sqlite3.connect(world.store.place, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answer = send(phone)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    other.close()
    assert send(phone).status_code == 201
    assert len(phone.messages()) == 1
