"""What the phone's settings do, and what they refuse."""

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


def test_wrong_settings_are_refused_by_name() -> None:
    with pytest.raises(config.SettingError, match="MOCKSMS_PORT"):
        config.load({}, {"MOCKSMS_PORT": "many"})
    assert config.load({"PORT": "9001"}, {}).port == 9001
    assert config.load({}, {"MOCKSMS_VOICEMAIL": "0"}).voicemail is False


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


def test_a_full_or_locked_database_is_a_503(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mocksms.store.connection_pool.BUSY_SECONDS", 0.05)
    app = create_app({"INSTANCE": str(tmp_path)})
    phone, world = Phone.in_process(app), app.extensions["mocksms"].get()
    with world.pool.read() as other:
        other.conn.execute("BEGIN IMMEDIATE")
        answer = send(phone)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "1"
        other.conn.execute("ROLLBACK")
    assert send(phone).status_code == 201
    assert len(phone.messages()) == 1
