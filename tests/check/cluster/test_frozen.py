"""PostgreSQL or a node hangs, as when a machine is suspended: its connections stay open and say nothing."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psycopg
import pytest

from tests import postgres_server
from tests.check.postgres.nodes import Cluster, Node, cluster, started
from tests.check.postgres.test_faults import bodies, receives_mail, send_until_taken, signs_in
from tests.postgres_fixtures import address, postgres  # noqa: F401
from webapp import paths
from webapp.sandbox.client import Mihon
from webapp.sandbox.form_client import HttpFormClient

FROZEN_SECONDS = 60
TOGETHER = 24
REFUSED_SECONDS = 20
"""A request is refused after 11 s at most; the rest is for a busy machine."""


@contextmanager
def frozen(processes: Iterable[int]) -> Iterator[None]:
    """Stop processes at once, and let them go on at the end of the block."""
    stopped = list(processes)
    try:
        for each in stopped:
            os.kill(each, signal.SIGSTOP)
        yield
    finally:
        for each in reversed(stopped):
            os.kill(each, signal.SIGCONT)


def processes() -> dict[int, tuple[int, int]]:
    """Return the parent and the group of each process."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended
            _, parent, group, *_ = stat.read_text().rpartition(")")[2].split()
            found[int(stat.parent.name)] = (int(parent), int(group))
    return found


def of_server(address: str) -> list[int]:  # noqa: F811
    """Return the processes of a server on this machine, the first is the parent of the others."""
    with psycopg.connect(address) as db:
        main = processes()[db.info.backend_pid][0]
    return [main, *(each for each, (parent, _) in processes().items() if parent == main)]


def of_node(node: Node) -> list[int]:
    """Return the processes of a node: it has a group of its own."""
    return [each for each, (_, group) in processes().items() if group == node.process.pid]


def statuses(pool: ThreadPoolExecutor, node: Node, count: int, *, is_write: bool) -> None:
    """Ask many times at once. Each is told within so many seconds to try again."""

    def ask(number: int) -> httpx.Response:
        return node.send(f"lost {number}") if is_write else node.http.get(f"{node.url}/api/v1/messages")

    began = time.monotonic()
    answers = list(pool.map(ask, range(count)))
    assert time.monotonic() - began < REFUSED_SECONDS
    assert [(each.status_code, each.headers["Retry-After"]) for each in answers] == [(503, "1")] * count


@pytest.fixture
def own_address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database of a server on this machine, whose processes can be stopped."""
    monkeypatch.delenv("POSTGRES_URL", raising=False)
    with postgres_server.running() as url, postgres_server.database(url) as found:
        yield found


def test_server_that_hangs_for_a_minute_costs_clear_refusals_only(own_address: str, tmp_path: Path) -> None:
    with cluster(tmp_path, own_address) as nodes, ThreadPoolExecutor(TOGETHER) as pool:
        phone = nodes.start_phone()
        site = nodes.start_site(phone)
        started(phone, site)
        assert phone.send("before").status_code == 201
        hanako = next(each for each in Mihon(site.url).personas() if each["name"] == "hanako")
        assert signs_in(HttpFormClient(site.http), site, hanako, "/") == 200
        account = f"{site.url}{paths.ACCOUNT}"
        with (
            phone.http.stream("GET", f"{phone.url}/api/v1/events", headers={"Last-Event-ID": "0"}) as stream,
            phone.phone() as receives,
        ):
            lines = stream.iter_lines()
            assert "before" in next(line for line in lines if line.startswith("data: "))
            with frozen(of_server(own_address)):
                until = time.monotonic() + FROZEN_SECONDS
                statuses(pool, phone, TOGETHER, is_write=True)
                page = pool.submit(site.http.get, account)
                statuses(pool, phone, TOGETHER, is_write=False)
                assert page.result().status_code == 503 and "<main" in page.result().text
                with pytest.raises(OSError, match="451"):
                    receives_mail(receives)
                while time.monotonic() < until:
                    statuses(pool, phone, 4, is_write=True)
            send_until_taken(phone, "after")
            assert "after" in next(line for line in lines if line.startswith("data: "))
        until = time.monotonic() + FROZEN_SECONDS
        while site.http.get(account).status_code != 200:
            assert time.monotonic() < until
        assert bodies(nodes) == ["before", "after"]


def test_node_that_hangs_within_a_write_keeps_no_other_from_writing(
    address: str,  # noqa: F811
    tmp_path: Path,
) -> None:
    with cluster(tmp_path, address) as nodes, ThreadPoolExecutor(8) as pool:
        stands, other = started(nodes.start_phone(), nodes.start_phone())
        texts = [f"text {number}" for number in range(2000)]
        sending = pool.map(lambda text: stands.send(text).status_code, texts)
        with frozen_within_a_write(nodes, stands):
            began = time.monotonic()
            refusals = send_until_taken(other, "beside")
            took = time.monotonic() - began
        print(f"\na message beside a node that hangs: {refusals} refusals in {took:.0f} s")
        assert refusals and took < REFUSED_SECONDS
        answers = dict(zip(texts, sending, strict=True))
        assert set(answers.values()) <= {201, 503}
        kept = [body for body in bodies(nodes) if body != "beside"]
        assert len(kept) == len(set(kept)) and set(kept) == {text for text in texts if answers[text] == 201}
        assert stands.send("again").status_code == 201


@contextmanager
def frozen_within_a_write(nodes: Cluster, node: Node) -> Iterator[None]:
    """Stop a node while it holds a world's lock."""
    for _ in range(1000):
        with frozen(of_node(node)):
            nodes.run("SELECT pg_sleep(0.1)")  # until the server has read what the node sent before
            if nodes.run(
                "SELECT 1 FROM pg_stat_activity JOIN pg_locks USING (pid) WHERE locktype = 'advisory' AND granted"
                " AND state = 'idle in transaction' AND datname = current_database()"
            ):
                yield
                return
    pytest.fail("the node was never stopped within a write")
