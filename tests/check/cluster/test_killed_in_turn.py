"""1,000 sign-ins and 10,000 texts go through two nodes of each app while a node is killed every five seconds."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import httpx
import pytest

from mocksms.testing import NothingCame, Phone, PhoneError
from tests.assertions import not_empty
from tests.check.cluster.people import PASSWORD, Person, make_people
from tests.check.postgres import balancer
from tests.check.postgres.nodes import ACCOUNT, SHARED_KEYS, SHOP, Cluster, Node, cluster, started
from tests.postgres_fixtures import address, postgres  # noqa: F401
from tests.processes import free_ports
from webapp import paths
from webapp.errors import GatewayFailed
from webapp.outbound.gateway import Gateway
from webapp.sandbox.client import Mihon
from webapp.sandbox.form_client import Answer, HttpFormClient
from webapp.services.codes import digest
from webapp.store.codes import COLUMNS, SentCode

SIGN_INS, TEXTS = 1000, 10_000
USERS, SENDERS = 16, 8
KILL_SECONDS = 5.0
RESEND_SECONDS = 5
PATIENCE_SECONDS = 120
LATE_SECONDS = RESEND_SECONDS + 3
"""After so long a person begins again: there is no second code within RESEND_SECONDS of one that was not used."""
LOG_IN = "phone-secret"
ALLOWED = {200, 201, 204, 302, 303, 502, 503}
"""What a balancer and its nodes may answer: no node says 500, and no page says that a request was wrong."""

PEPPER = hmac.new(SHARED_KEYS["WEBAPP_SECRET_KEY"].encode(), b"codes", hashlib.sha256).digest()
NO_NODE = re.compile(": 50[23] ")
T = TypeVar("T")


class TryAgain(Exception):
    """No node answered this request, or the page says to try again."""


@dataclass
class Team:
    """Two nodes of each app behind a balancer."""

    nodes: Cluster
    phones: list[Node]
    sites: list[Node]
    phone: str
    site: str
    killed: int = 0
    answers: Counter[int] = field(default_factory=Counter)

    @property
    def gateway(self) -> str:
        """Return the phone's address for senders, whose token is the log-in."""
        return self.phone.replace(f"qa:{LOG_IN}@", "")

    def note(self, answer: httpx.Response) -> None:
        """Count an answer's status."""
        self.answers[answer.status_code] += 1

    def kill_in_turn(self, work: list[Future[int]]) -> None:
        """Kill a node every few seconds and start it again, until the work is done."""
        turn = itertools.cycle([(self.phones, 0), (self.sites, 0), (self.phones, 1), (self.sites, 1)])
        for running, place in turn:
            until = time.monotonic() + KILL_SECONDS
            running[place].wait_until_up()
            while time.monotonic() < until:
                if all(each.done() for each in work):
                    return
                time.sleep(0.05)  # nodes are killed by the clock, wherever the work is
            running[place].kill()
            self.killed += 1
            running[place] = self.nodes.restart(running[place])


@pytest.fixture
def team(tmp_path: Path, address: str) -> Iterator[Team]:  # noqa: F811
    """A team whose nodes find each other by the balancer, as in deploy/team.yaml."""
    with cluster(tmp_path, address) as nodes, ExitStack() as until_end:
        phone_port, mail_port, site_port = free_ports(3)
        phones = list(started(*(nodes.start_phone(MOCKSMS_PASSWORD=LOG_IN) for _ in range(2))))
        until_end.enter_context(balancer.http(phone_port, [urlsplit(each.url).port or 0 for each in phones]))
        until_end.enter_context(balancer.tcp(mail_port, [each.smtp_port for each in phones]))
        settings = {
            "WEBAPP_GATEWAY_URL": f"http://127.0.0.1:{phone_port}",
            "WEBAPP_GATEWAY_TOKEN": LOG_IN,
            "WEBAPP_SMTP_PORT": str(mail_port),
            "WEBAPP_SITE_URL": f"http://localhost:{site_port}",
            "WEBAPP_SEND_CAP": "1000000",
            "WEBAPP_RESEND_SECONDS": str(RESEND_SECONDS),
        }
        sites = list(started(*(nodes.start_site(phones[0], **settings) for _ in range(2))))
        until_end.enter_context(balancer.http(site_port, [urlsplit(each.url).port or 0 for each in sites]))
        yield Team(
            nodes,
            phones,
            sites,
            f"http://qa:{LOG_IN}@127.0.0.1:{phone_port}",
            f"http://localhost:{site_port}",
        )


@contextmanager
def browser(team: Team) -> Iterator[httpx.Client]:
    """Lend a browser without a screen."""
    with httpx.Client(
        base_url=team.site, trust_env=False, timeout=30, event_hooks={"response": [team.note]}
    ) as http:
        yield http


def send(gateway: Gateway, to: str, body: str) -> int:
    """Send a text as docs/deploy.md#a-team asks of senders. Return how often it was tried."""
    began, is_in_doubt = time.time(), False
    until = time.monotonic() + PATIENCE_SECONDS
    for tries in itertools.count(1):
        try:
            gateway.text(to, body, began - 1 if is_in_doubt else None)
        except GatewayFailed as failed:
            if failed.kind == "refused" or time.monotonic() > until:
                raise
            is_in_doubt = is_in_doubt or not failed.is_unsent
            time.sleep(1)  # what Retry-After says
        else:
            return tries
    raise AssertionError


def sign_in(team: Team, phone: Phone, who: Person) -> tuple[int, httpx.Cookies]:
    """Sign in by a password and a code; begin again when no node answers. Return the tries and the session."""
    until = time.monotonic() + PATIENCE_SECONDS
    for tries in itertools.count(1):
        with browser(team) as http:
            try:
                with_session(HttpFormClient(http), phone, who)
            except (TryAgain, httpx.TransportError):
                assert time.monotonic() < until, f"{who.number} gives up after {tries} tries"
                time.sleep(0.5)  # a person who presses reload
            else:
                return tries, http.cookies
    raise AssertionError


def with_session(client: HttpFormClient, phone: Phone, who: Person) -> None:
    """Sign in once. Raise TryAgain when no node answers, or the code was not sent."""
    newest = patiently(lambda: phone.messages(to=who.number, limit=1))
    since = newest[0].id if newest else 0
    answered(client.go("GET", paths.SIGN_IN))
    answered(client.fill_and_send({"email": who.email}))
    page = answered(client.fill_and_send({"password": PASSWORD}))
    if "送信できませんでした" in page.html:
        raise TryAgain("the gateway did not answer")
    assert urlsplit(client.url).path == paths.SIGN_IN_CODE, client.url
    while urlsplit(client.url).path == paths.SIGN_IN_CODE:  # a code of the try before may come late
        message = patiently(partial(phone.wait, to=who.number, since=since, timeout=2), LATE_SECONDS)
        since = message.id
        answered(client.fill_and_send({"otpCode": message.code}))
    answered(client.go("GET", paths.ACCOUNT))
    assert who.name in client.html


def answered(answer: Answer) -> Answer:
    """Return a page. Raise TryAgain if it says that the site can't be reached."""
    if answer.status in (502, 503):
        raise TryAgain(str(answer.status))
    return answer


def patiently(ask: Callable[[], T], seconds: float = PATIENCE_SECONDS) -> T:
    """Ask the phone until a node of it answers, and has it. Raise TryAgain."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            return ask()
        except NothingCame:
            continue
        except (PhoneError, httpx.TransportError) as failed:
            if isinstance(failed, PhoneError) and not NO_NODE.search(str(failed)):
                raise
        time.sleep(0.2)  # as docs/deploy.md says
    raise TryAgain("nothing came")


def all_work(team: Team, people: list[Person]) -> tuple[int, int, list[httpx.Cookies]]:
    """Sign in and send while nodes are killed. Return the tries of both, and the sessions."""
    sessions: list[httpx.Cookies] = []

    def signs_in(who: Person, times: int) -> int:
        tries = 0
        with closing(Phone(team.phone)) as phone:
            for _ in range(times):
                some, session = sign_in(team, phone, who)
                tries += some
                sessions.append(session)
        return tries

    def sends(share: int) -> int:
        gateway = Gateway(team.gateway, ACCOUNT, LOG_IN, SHOP, deadline_seconds=10)
        with closing(gateway):
            return sum(
                send(gateway, f"+81903333333{share}", f"text-{number}.")
                for number in range(share, TEXTS, SENDERS)
            )

    with ThreadPoolExecutor(USERS + SENDERS) as pool:
        shares = [len(range(at, SIGN_INS, USERS)) for at in range(USERS)]
        signing = [pool.submit(signs_in, who, times) for who, times in zip(people, shares, strict=True)]
        sending = [pool.submit(sends, share) for share in range(SENDERS)]
        team.kill_in_turn([*signing, *sending])
        return sum(each.result() for each in signing), sum(each.result() for each in sending), sessions


def test_nothing_is_lost_or_doubled_while_nodes_are_killed(team: Team, tmp_path: Path) -> None:
    people = make_people(team.nodes.address, tmp_path / "people", USERS)
    began = time.monotonic()
    signing, sending, sessions = all_work(team, people)
    print(
        f"\n{SIGN_INS} sign-ins in {signing} tries and {TEXTS} texts in {sending}: {team.killed} nodes killed,"
        f" {time.monotonic() - began:.0f} s, answers {dict(team.answers)}"
    )
    assert team.killed >= 4
    started(*team.phones, *team.sites)
    assert set(team.answers) <= ALLOWED
    every_text_came_once(team)
    every_code_came_once(team, people)
    every_session_is_kept(team, sessions)
    every_node_tells_the_same(team)
    for log in not_empty(tmp_path.glob("node-*/log")):
        assert "Traceback" not in (said := log.read_text()), said[said.index("Traceback") :][:3000]


def every_text_came_once(team: Team) -> None:
    """All texts of the senders are there, each once."""
    kept = team.nodes.run("SELECT body FROM messages WHERE recipient LIKE '+81903333333%%'")
    assert Counter(str(row[0]) for row in kept) == Counter(f"text-{number}." for number in range(TEXTS))


def every_code_came_once(team: Team, people: list[Person]) -> None:
    """Each code that the site made came once, and none before its time, whichever node sent it."""
    tools = Mihon(team.sites[0].url)
    until = time.monotonic() + PATIENCE_SECONDS
    while team.nodes.run("SELECT 1 FROM outbox"):
        tools.clock.advance(61)  # what was on its way in a killed node is tried again now
        time.sleep(1)  # until a node has looked
        assert time.monotonic() < until
    made = defaultdict(list)
    for row in team.nodes.run(f"SELECT {COLUMNS} FROM codes"):
        code = SentCode(**dict(zip(SentCode._fields, row, strict=True)))  # type: ignore[arg-type]
        made[code.recipient].append(code)
    for who in people:
        rows = team.nodes.run(
            "SELECT body, created_at FROM messages WHERE recipient = %s ORDER BY id", who.number
        )
        came = Counter(re.search(r"\d{6}", str(body))[0] for body, _ in rows)  # type: ignore[index]
        meant = Counter(plain(code, came) for code in made[who.number])
        unsent = [code for code in made[who.number] if plain(code, came) is None]
        assert [code for code in unsent if code.state == "used"] == []
        assert [code for code in unsent if code.state == "live" and code.sent_to and not code.failure] == []
        assert came - meant == Counter(), "a code came twice"


def plain(code: SentCode, came: Iterable[str]) -> str | None:
    """Return which of these a code is."""
    return next((each for each in came if hmac.compare_digest(code.digest, digest(code, each, PEPPER))), None)


def every_session_is_kept(team: Team, sessions: list[httpx.Cookies]) -> None:
    """Whoever was signed in still is, at either node."""
    assert len(sessions) == SIGN_INS
    for number, cookies in enumerate(sessions):
        with httpx.Client(base_url=team.site, trust_env=False, timeout=30, cookies=cookies) as http:
            assert http.get(paths.ACCOUNT).status_code == 200, number


def every_node_tells_the_same(team: Team) -> None:
    """The stream of each node has every event once, in the order of their ids."""
    events = [int(str(row[0])) for row in team.nodes.run("SELECT id FROM events ORDER BY id")]
    assert len(events) >= TEXTS + SIGN_INS
    for node in team.phones:
        assert read_ids(node, len(events)) == events


def read_ids(node: Node, wanted: int) -> list[int]:
    """Return the first ids of a node's stream, as a client that resumes."""
    found: list[int] = []
    while len(found) < wanted:
        after = {"Last-Event-ID": str(found[-1] if found else 0)}
        with node.http.stream("GET", f"{node.url}/api/v1/events", headers=after) as stream:
            ids = (int(line[4:]) for line in stream.iter_lines() if line.startswith("id: "))
            found += itertools.islice(ids, wanted - len(found))
    return found
