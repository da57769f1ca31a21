"""The README's block *Run it for a team*, with processes of this machine in place of containers."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml  # type: ignore[import-untyped]

from mocksms.testing import Phone
from tests.assertions import not_empty
from tests.check.postgres import balancer
from tests.check.postgres.browser import TARO, sign_in
from tests.docs.blocks import blocks
from tests.meta.sources import ROOT
from tests.postgres_fixtures import address, postgres  # noqa: F401
from tests.processes import answers, free_ports, program
from webapp import paths
from webapp.sandbox.server import CHEAP_HASH

LONGEST_BLOCK = 10
START_SECONDS = 90
STAND_IN = f"""#!{sys.executable}
import json, os, sys
json.dump({{"arguments": sys.argv[1:], "environment": dict(os.environ)}}, open(os.environ["NOTES"], "w"))
"""
"""A `docker` that notes what it is asked."""


@dataclass
class Team:
    """The services of deploy/team.yaml as processes. Those in containers have a host each; these have ports."""

    environment: dict[str, str]
    folder: Path
    database: str
    until_end: ExitStack
    ports: dict[str, int] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        text = (ROOT / "deploy" / "team.yaml").read_text()
        self.services: dict[str, dict[str, Any]] = yaml.safe_load(text)["services"]
        nodes = [name for name in self.services if name.startswith(("site-", "phone-"))]
        names = ["site", "phone", "smtp", *nodes, *(f"{name}-smtp" for name in nodes)]
        self.ports = dict(zip(names, free_ports(len(names)), strict=True))
        self.nodes = nodes

    @property
    def site(self) -> str:
        """Return the site's address at the balancer."""
        return f"http://localhost:{self.ports['site']}"

    @property
    def phone(self) -> str:
        """Return the phone's address at the balancer, with its log-in."""
        return f"http://qa:{self.environment['MOCKSMS_PASSWORD']}@127.0.0.1:{self.ports['phone']}"

    def start(self, name: str) -> None:
        """Start a node with its own settings, and wait until it is ready."""
        settings = {key: self._here(str(value)) for key, value in self.services[name]["environment"].items()}
        kept = {
            key: value for key, value in os.environ.items() if not key.startswith(("WEBAPP_", "MOCKSMS_"))
        }
        port, smtp = self.ports[name], self.ports[f"{name}-smtp"]
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        settings |= {
            "MOCKSMS_INSTANCE": str(folder),
            "MOCKSMS_HOST": "127.0.0.1",
            "MOCKSMS_SMTP_HOST": "127.0.0.1",
        }
        command = ["webapp.command", "phone", "--port", str(port), "--smtp-port", str(smtp)]
        if name.startswith("site-"):
            command = ["webapp.command", "site", "--port", str(port)]
            cheap = {f"WEBAPP_{key.upper()}": str(value) for key, value in CHEAP_HASH.items()}
            settings |= {"WEBAPP_INSTANCE": str(folder), "WEBAPP_SMTP_PORT": str(self.ports["smtp"]), **cheap}
        log = self.until_end.enter_context((folder / "log").open("a"))
        process = self.until_end.enter_context(
            program(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env={**kept, **settings},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        )
        self.processes[name] = process
        until = time.monotonic() + START_SECONDS
        while not answers(f"http://127.0.0.1:{port}"):
            assert process.poll() is None and time.monotonic() < until, (folder / "log").read_text()[-2000:]
            time.sleep(0.1)  # there is nothing else to wait for
        assert (
            httpx.get(f"http://127.0.0.1:{port}{paths.READY}", trust_env=False, timeout=30).status_code == 200
        )

    def restart(self, name: str) -> None:
        """Stop a node as a supervisor does, and start it again."""
        self.processes[name].send_signal(signal.SIGTERM)
        self.processes[name].wait(30)
        self.start(name)

    def _here(self, value: str) -> str:
        """Return a setting with its variables' values, and this machine's ports for the containers' hosts."""
        value = re.sub(r"\$\{(\w+)[^}]*\}", lambda found: self.environment[found[1]], value)
        if value.startswith("postgresql://"):
            return self.database
        for old, new in {
            "http://balancer:8001": f"http://127.0.0.1:{self.ports['phone']}",
            "http://localhost:8000": self.site,
            "http://localhost:8001": f"http://localhost:{self.ports['phone']}",
        }.items():
            value = value.replace(old, new)
        return "127.0.0.1" if value == "balancer" else value


@pytest.fixture
def team(tmp_path: Path, address: str) -> Iterator[Team]:  # noqa: F811
    """What the README's block starts."""
    (block,) = blocks("README.md", "bash")
    assert block.text.strip().count("\n") < LONGEST_BLOCK
    docker = tmp_path / "docker"
    docker.write_text(STAND_IN)
    docker.chmod(0o755)
    environ = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "NOTES": str(tmp_path / "notes")}
    subprocess.run(["bash", "-e", "-c", block.text], cwd=ROOT, env=environ, check=True, timeout=60)
    notes = json.loads((tmp_path / "notes").read_text())
    assert notes["arguments"] == ["compose", "--file", "deploy/team.yaml", "up", "--detach", "--wait"]
    with ExitStack() as until_end:
        found = Team(notes["environment"], tmp_path, address, until_end)
        of = {app: [name for name in found.nodes if name.startswith(app)] for app in ("site", "phone")}
        for app, nodes in of.items():
            until_end.enter_context(balancer.http(found.ports[app], [found.ports[name] for name in nodes]))
        mail = [found.ports[f"{name}-smtp"] for name in of["phone"]]
        until_end.enter_context(balancer.tcp(found.ports["smtp"], mail))
        for name in (*of["phone"], *of["site"]):
            found.start(name)
        yield found


def test_team_signs_in_at_any_node_and_loses_nothing_in_a_rolling_restart(team: Team) -> None:
    plain = f"http://127.0.0.1:{team.ports['phone']}"
    with httpx.Client(trust_env=False, timeout=60) as http:
        assert http.get(f"{plain}/api/v1/messages").status_code == 401, "the phone asks for a log-in"
        assert http.get(f"{team.site}{paths.API_WORLDS}").status_code == 401, "so do the tools"
        assert http.get(f"{team.site}{paths.SIGN_IN}").status_code == 200
    node = f"http://127.0.0.1:{team.ports['phone-1']}/api/v1/messages"
    with httpx.Client(trust_env=False, timeout=60) as http:
        for address, status in (*[("203.0.113.66", 401)] * 10, ("203.0.113.66", 429), ("203.0.113.67", 401)):
            asked = http.get(node, auth=("qa", "wrong"), headers={"X-Forwarded-For": address})
            assert asked.status_code == status, "each person has wrong passwords of their own"
    accepted: list[str] = []
    stop = threading.Event()

    def send() -> None:
        url = f"{plain}/2010-04-01/Accounts/AC{'0' * 32}/Messages.json"
        with httpx.Client(trust_env=False, timeout=60, auth=("AC" + "0" * 32, "sandbox")) as http:
            for number in range(100_000):
                if stop.is_set():
                    return
                with suppress(httpx.TransportError):
                    data = {"To": "+819099990000", "From": "+15005550006", "Body": f"kept {number}"}
                    if http.post(url, data=data).status_code == 201:
                        accepted.append(data["Body"])

    sender = threading.Thread(target=send)
    sender.start()
    try:
        with closing(Phone(team.phone)) as phone:
            for name in not_empty(team.nodes):
                assert "太郎" in sign_in(team.site, phone)
                team.restart(name)
            assert "太郎" in sign_in(team.site, phone)
            assert len(phone.messages(to=TARO)) == len(team.nodes) + 1
    finally:
        stop.set()
        sender.join()
    with httpx.Client(
        base_url=plain, auth=("qa", team.environment["MOCKSMS_PASSWORD"]), trust_env=False
    ) as http:
        bodies: list[str] = []
        query: dict[str, Any] = {"to": "+819099990000", "limit": 100}
        while query.get("cursor", 1):
            page = http.get("/api/v1/messages", params=query).json()
            bodies += [each["body"] for each in page["messages"]]
            query["cursor"] = page["next"]
    assert len(accepted) > 20 and set(accepted) <= set(bodies)
    assert len(bodies) == len(set(bodies))
