"""What a killed node leaves is done by another one, once."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty

import httpx
import pytest

from tests.check.postgres.nodes import ME, Cluster, cluster, started
from tests.phone.listener import listening
from tests.postgres_fixtures import address, postgres  # noqa: F401
from webapp import paths
from webapp.sandbox.client import Mihon
from webapp.sandbox.form_client import HttpFormClient

PATIENCE_SECONDS = 90
"""Longer than a lease of 30 s and the pause of 30 s between two looks everywhere."""


@pytest.fixture
def nodes(address: str, tmp_path: Path) -> Iterator[Cluster]:  # noqa: F811
    """A cluster over a database of its own."""
    with cluster(tmp_path, address) as found:
        yield found


def wait_until(is_so: Callable[[], object]) -> None:
    """Return once it is so."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.02)  # there is nothing else to wait for


def test_message_held_by_a_killed_phone_arrives_once(nodes: Cluster) -> None:
    killed, other = started(nodes.start_phone(), nodes.start_phone())
    with other.phone() as phone:
        phone.faults.add("delay", seconds=600)
        assert killed.send("held").status_code == 201
        phone.faults.clear()
        killed.kill()
        phone.move_clock(601)
        assert phone.wait(to=ME, timeout=PATIENCE_SECONDS).body == "held"
        assert [each.body for each in phone.messages(to=ME)] == ["held"]


def test_receipt_under_way_in_a_killed_phone_is_sent_by_another(nodes: Cluster) -> None:
    killed, other = started(nodes.start_phone(), nodes.start_phone())
    with listening() as app:
        app.hold.clear()  # the app takes the request and does not answer
        assert killed.send("x", StatusCallback=f"{app.url}/status").status_code == 201
        assert app.next()[1]["MessageStatus"] == "sending"
        killed.kill()
        app.hold.set()
        nodes.run("UPDATE jobs SET due_at = due_at - 30 WHERE tries > 0")  # its lease of 30 s ends now
        came = [app.came.get(timeout=PATIENCE_SECONDS)[1]["MessageStatus"] for _ in range(3)]
        assert came == ["sending", "sent", "delivered"]
        with pytest.raises(Empty):
            app.came.get(timeout=0.3)
    assert nodes.run("SELECT count(*) FROM jobs") == [(0,)]
    assert other.http.get(f"{other.url}/healthz").is_success


def test_call_that_rang_in_a_killed_phone_ends_in_another(nodes: Cluster) -> None:
    killed, other = started(nodes.start_phone(), nodes.start_phone())
    killed.http.post(
        f"{killed.url}/2010-04-01/Accounts/AC{'0' * 32}/Calls.json",
        data={
            "To": ME,
            "From": "+15005550006",
            "Twiml": "<Response><Say>hello</Say></Response>",
            "Timeout": "20",
        },
        auth=("AC" + "0" * 32, "sandbox"),
    ).raise_for_status()
    killed.kill()
    with other.phone() as phone:
        assert phone.call(to=ME).status == "ringing"
        phone.move_clock(21)
        wait_until(lambda: phone.call(to=ME).status == "completed")


def test_code_that_a_killed_site_was_sending_is_sent_by_another(nodes: Cluster) -> None:
    phone = nodes.start_phone()
    with socket.create_server(("127.0.0.1", 0)) as mute:  # takes the connection and says nothing
        gateway = f"http://127.0.0.1:{mute.getsockname()[1]}"
        killed, other = started(
            phone, nodes.start_site(phone, WEBAPP_GATEWAY_URL=gateway), nodes.start_site(phone)
        )[1:]
        tools = Mihon(other.url)
        taro = next(each for each in tools.personas() if each["name"] == "taro")
        browser = HttpFormClient(killed.http)
        browser.go("GET", f"{killed.url}{paths.SIGN_IN}")
        browser.fill_and_send({"email": taro["phone"]})
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(browser.fill_and_send, {"password": taro["password"]})
            wait_until(lambda: nodes.run("SELECT 1 FROM outbox WHERE attempts = 1"))
            killed.kill()
            with pytest.raises(httpx.TransportError):
                asked.result()
        with phone.phone() as receives:
            assert receives.messages(to=taro["phone"]) == []
            tools.clock.advance(31)  # its lease ends
            assert receives.sms(to=taro["phone"], timeout=PATIENCE_SECONDS).code
            wait_until(lambda: not nodes.run("SELECT 1 FROM outbox"))
            assert len(receives.messages(to=taro["phone"])) == 1
