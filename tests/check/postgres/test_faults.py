"""The server is gone for a while, is slow, or takes no more connections; nodes are killed while they write."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from mocksms.testing import Phone
from tests.check.postgres.nodes import ME, Cluster, Node, cluster, started
from tests.meta.sources import ROOT
from tests.postgres_fixtures import address, postgres  # noqa: F401
from tests.processes import free_ports, program
from webapp import paths
from webapp.sandbox.client import Mihon
from webapp.sandbox.form_client import HttpFormClient

PATIENCE_SECONDS = 90
TOGETHER = 24


@contextmanager
def relay(port: int, url: str, seconds: float = 0.0) -> Iterator[str]:
    """Relay a server to a port, and yield the server's address there. At the end of the block it is gone."""
    command = [sys.executable, "-m", "tests.check.postgres.relay", str(port), url, str(seconds)]
    user = f"{urlsplit(url).username}@" if urlsplit(url).username else ""
    with program(command, cwd=ROOT):
        there = f"postgresql://{user}127.0.0.1:{port}{urlsplit(url).path}?sslmode=disable"
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                psycopg.connect(there).close()
            except psycopg.OperationalError:
                assert time.monotonic() < until
                time.sleep(0.05)  # there is nothing else to wait for
            else:
                break
        yield there


def send_until_taken(node: Node, body: str) -> int:
    """Send a text as an app with patience does. Return how often it was asked to try again, clearly each time."""
    until = time.monotonic() + PATIENCE_SECONDS
    for refusals in range(PATIENCE_SECONDS * 10):
        answer = node.send(body)
        if answer.status_code == 201:
            return refusals
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1"), answer.text
        assert answer.json()["code"] == 20503
        assert time.monotonic() < until
        time.sleep(0.1)
    raise AssertionError


def bodies(nodes: Cluster) -> list[str]:
    """Return the texts of all messages, in the order of their arrival."""
    return [str(row[0]) for row in nodes.run("SELECT body FROM messages ORDER BY id")]


def test_server_that_is_gone_for_a_while_costs_clear_refusals_only(
    address: str,  # noqa: F811
    tmp_path: Path,
) -> None:
    (port,) = free_ports(1)
    with ExitStack() as gone:
        there = gone.enter_context(relay(port, address))
        with cluster(tmp_path, there, address) as nodes:
            phone = nodes.start_phone()
            site = nodes.start_site(phone)
            started(phone, site)
            assert phone.send("before").status_code == 201
            hanako = next(each for each in Mihon(site.url).personas() if each["name"] == "hanako")
            browser = HttpFormClient(site.http)
            assert signs_in(browser, site, hanako, "/") == 200
            halfway = HttpFormClient(httpx.Client(trust_env=False, timeout=60))
            halfway.go("GET", f"{site.url}{paths.SIGN_IN}")
            halfway.fill_and_send({"email": hanako["phone"]})
            gone.close()
            with ThreadPoolExecutor(TOGETHER) as pool:
                began = time.monotonic()
                refused = list(pool.map(lambda number: phone.send(f"lost {number}"), range(TOGETHER)))
                took = time.monotonic() - began
                assert [(each.status_code, each.headers["Retry-After"]) for each in refused] == [
                    (503, "1")
                ] * TOGETHER
                assert took < 30, f"refused after {took:.0f} s"
            account = f"{site.url}{paths.ACCOUNT}"
            page = site.http.get(account)
            assert page.status_code == 503 and int(page.headers["Retry-After"]) > 0 and "<main" in page.text
            assert halfway.fill_and_send({"password": hanako["password"]}).status == 503
            with pytest.raises(OSError, match="451"), phone.phone() as receives:
                receives_mail(receives)
            with relay(port, address):
                send_until_taken(phone, "after")
                until = time.monotonic() + PATIENCE_SECONDS
                while site.http.get(account).status_code != 200:
                    assert time.monotonic() < until
                    time.sleep(0.1)
                assert signs_in(halfway, site, hanako, "/") == 200
                assert bodies(nodes) == ["before", "after"]


def signs_in(browser: HttpFormClient, site: Node, who: dict[str, Any], lands: str) -> int:
    """Sign in by a password, and return the status of the last page."""
    browser.go("GET", f"{site.url}{paths.SIGN_IN}")
    browser.fill_and_send({"email": who["phone"]})
    answer = browser.fill_and_send({"password": who["password"]})
    assert urlsplit(browser.url).path == lands
    return answer.status


def receives_mail(phone: Phone) -> None:
    """Send a mail to the phone. Raise OSError when it is refused."""
    import smtplib

    with smtplib.SMTP("127.0.0.1", phone.smtp_port or 0, timeout=60) as server:
        try:
            server.sendmail("shop@example.com", ["me@example.com"], "Subject: x\r\n\r\nx")
        except smtplib.SMTPDataError as refused:
            raise OSError(str(refused.smtp_code)) from refused


def test_wait_outlives_a_server_that_goes_and_comes(address: str, tmp_path: Path) -> None:  # noqa: F811
    (port,) = free_ports(1)
    with ExitStack() as gone:
        there = gone.enter_context(relay(port, address))
        with cluster(tmp_path, there, address) as nodes:
            waits, sends = started(nodes.start_phone(), nodes.start_phone())
            with (
                ThreadPoolExecutor(1) as pool,
                waits.http.stream(
                    "GET", f"{waits.url}/api/v1/events", headers={"Last-Event-ID": "0"}
                ) as stream,
            ):
                lines = stream.iter_lines()
                assert next(lines).startswith("retry")
                gone.close()
                assert sends.send("refused").status_code == 503
                with relay(port, address):
                    pool.submit(send_until_taken, sends, "back again").result()
                    assert "back again" in next(line for line in lines if line.startswith("data: "))


def test_slow_server_makes_slow_answers_and_no_errors(address: str, tmp_path: Path) -> None:  # noqa: F811
    (port,) = free_ports(1)
    with relay(port, address, 0.03) as there, cluster(tmp_path, there, address) as nodes:
        (phone,) = started(nodes.start_phone())
        with ThreadPoolExecutor(TOGETHER) as pool:
            answers = list(pool.map(lambda number: phone.send(f"slow {number}").status_code, range(TOGETHER)))
        assert answers == [201] * TOGETHER
        assert sorted(bodies(nodes)) == sorted(f"slow {number}" for number in range(TOGETHER))


def test_table_that_is_locked_for_long_is_refused_clearly(address: str, tmp_path: Path) -> None:  # noqa: F811
    with cluster(tmp_path, address) as nodes:
        (phone,) = started(nodes.start_phone())
        assert phone.send("before").status_code == 201
        with psycopg.connect(address) as db:
            db.execute("LOCK TABLE mocksms_1.messages")
            for answer in (
                phone.send("refused"),
                phone.http.get(f"{phone.url}/api/v1/messages"),
            ):
                assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
            db.rollback()
        assert phone.send("after").status_code == 201
        assert bodies(nodes) == ["before", "after"]


def test_connections_that_are_used_up_delay_and_lose_nothing(address: str, tmp_path: Path) -> None:  # noqa: F811
    """The server gives this user four connections, for nodes that want twenty each."""
    name = urlsplit(address).path.removeprefix("/")
    with psycopg.connect(address, autocommit=True) as db:
        db.execute(f"CREATE ROLE {name} LOGIN CONNECTION LIMIT 4".encode())
        db.execute(f"GRANT CREATE ON DATABASE {name} TO {name}".encode())
    scarce = urlsplit(address)._replace(netloc=f"{name}@").geturl()
    try:
        with cluster(tmp_path, scarce, address) as nodes, ThreadPoolExecutor(TOGETHER) as pool:
            phones = started(nodes.start_phone(), nodes.start_phone())
            sent = [f"text {number}" for number in range(5 * TOGETHER)]
            refusals = sum(pool.map(lambda text: send_until_taken(phones[hash(text) % 2], text), sent))
            print(f"\n{len(sent)} texts by four connections: {refusals} times asked to try again")
            reads = pool.map(
                lambda _: phones[0].http.get(f"{phones[0].url}/api/v1/messages"), range(TOGETHER)
            )
            assert {each.status_code for each in reads} <= {200, 503}
            assert sorted(bodies(nodes)) == sorted(sent)
    finally:
        with psycopg.connect(address, autocommit=True) as db:
            db.execute(f"DROP OWNED BY {name} CASCADE".encode())
            db.execute(f"DROP ROLE {name}".encode())


def test_phones_that_are_killed_while_they_write_lose_nothing_and_double_nothing(
    address: str,  # noqa: F811
    tmp_path: Path,
) -> None:
    with cluster(tmp_path, address) as nodes, ThreadPoolExecutor(8) as pool:
        (steady,) = started(nodes.start_phone())
        for turn in range(3):
            (killed,) = started(nodes.start_phone())
            texts = [f"text {turn} {number}" for number in range(200)]
            sending = [pool.submit(send_if_alive, killed, text) for text in texts]
            next(each for each in sending[20 * turn :] if each.result())
            killed.kill()
            taken = {text for text, each in zip(texts, sending, strict=True) if each.result()}
            assert 0 < len(taken) < len(texts)
            kept = [body for body in bodies(nodes) if body.startswith(f"text {turn} ")]
            assert len(kept) == len(set(kept)) and taken <= set(kept)
            assert len(set(kept) - taken) <= 8, "only what was under way may be kept without an answer"
            assert steady.send(f"beside {turn}").status_code == 201
        with steady.phone() as phone:
            assert [each.body for each in phone.messages(to=ME, limit=1)] == ["beside 2"]


def send_if_alive(node: Node, text: str) -> bool:
    """Send a text. Return whether it was taken."""
    try:
        return node.send(text).status_code == 201
    except httpx.TransportError:
        return False
