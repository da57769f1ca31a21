"""`kill -9` at any statement of a step: the account is completely before or completely after it
(docs/promises.md#65).
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import engines
from tests import lockout as recovery
from tests.actors import Person, key_on
from tests.app_fixture import World
from tests.assertions import not_empty
from tests.more import more
from tests.security.tools import to_mid_step
from webapp.sandbox.server import CHEAP_HASH

pytestmark = pytest.mark.xdist_group("crashes")
ROOT = Path(__file__).parent.parent.parent
SETTINGS = "/a/settings/approval"
Step = tuple[Person, str, dict[str, str]]


def proving_an_app(world: World) -> Step:
    hanako = world.person("hanako")
    hanako.signs_in()
    hanako.secret = key_on(hanako.begins_set_up())
    return hanako, f"{SETTINGS}/setup/register", {"method": "app", "otpCode": hanako.app_code()}


def turning_on(world: World) -> Step:
    hanako, _, data = proving_an_app(world)
    hanako.browser.submit(otpCode=data["otpCode"])
    return hanako, f"{SETTINGS}/setup/howto", {"rememberDevice": "y"}


def approving(world: World) -> Step:
    hanako = world.person("hanako")
    hanako.signs_in()
    hanako.asks_for_settings()
    stranger = world.person("hanako")
    page = hanako.opens_mail_link()
    stranger.browser.get(page.path)
    return stranger, page.path, {"decision": "approve"}


def denying(world: World) -> Step:
    stranger, path, _ = approving(world)
    return stranger, path, {"decision": "deny"}


def going_on(world: World) -> Step:
    hanako = world.person("hanako")
    hanako.signs_in()
    hanako.asks_for_settings()
    hanako.approves()
    hanako.browser.reload()
    return hanako, "/ap/cvf/approval", {}


def signing_in_with_trust(world: World) -> Step:
    jiro = world.person("jiro")
    jiro.gives_password()
    return jiro, "/ap/mfa", {"otpCode": jiro.app_code(), "rememberDevice": "y"}


def at_settings(world: World) -> Person:
    """Taro, with another browser trusted, stepped up."""
    taro = world.person("taro")
    taro.elsewhere().signs_in(trust=True)
    taro.signs_in()
    world.clock.advance(60)
    taro.opens_settings()
    world.clock.advance(60)
    return taro


def turning_off(world: World) -> Step:
    taro = at_settings(world)
    return taro, f"{SETTINGS}/disable", {}


def clearing(world: World) -> Step:
    taro = at_settings(world)
    return taro, f"{SETTINGS}/disable", {"clearSettings": "y"}


def asking_everywhere(world: World) -> Step:
    taro = at_settings(world)
    return taro, f"{SETTINGS}/trusted/revoke-all", {}


def deciding_a_reset(world: World) -> Step:
    taro = world.person("taro")
    recovery.begins(taro)
    recovery.sends(taro)
    desk = recovery.reviewer(world)
    page = recovery.begins_review(desk, taro.name)
    return desk, page.path, {"verdict": "approve", "reason": "ok"}


STEPS: list[Any] = [
    more(proving_an_app),
    turning_on,
    more(approving),
    more(denying),
    going_on,
    signing_in_with_trust,
    more(turning_off),
    more(clearing),
    asking_everywhere,
    deciding_a_reset,
]


@pytest.fixture(scope="module")
def crashing() -> Iterator[subprocess.Popen[str]]:
    """Start the program that replays requests. It ends once nothing more can come."""
    command = [sys.executable, "-m", "tests.security.crashing"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_step_is_wholly_done_or_not_at_all_s65(
    world: World, crashing: subprocess.Popen[str], tmp_path: Path, step: Callable[[World], Step]
) -> None:
    to_mid_step(world)
    person, path, data = step(world)
    result = crash(world, crashing, tmp_path, person, path, data)
    before, after = result["before"], result["after"]
    assert before != after
    assert len(result["crashes"]) >= 3
    for number, crashed in not_empty(enumerate(result["crashes"], 1)):
        assert crashed["after_crash"] in (before, after), f"between before and after at statement {number}"
        assert crashed["after_repeat"] in (None, after), f"cannot be repeated after statement {number}"


def crash(
    world: World,
    crashing: subprocess.Popen[str],
    folder: Path,
    person: Person,
    path: str,
    data: dict[str, str],
) -> dict[str, Any]:
    """Replay the request in a process of its own, killed at each of its statements in turn."""
    source, instance = Path(world.services.config.instance), folder / "site"
    shutil.copytree(source, instance, ignore=shutil.ignore_patterns("worlds"))
    (folder / "before.db").write_bytes(world.services.store.copy())
    with engines.database() as url:
        return replay(world, crashing, folder, person, path, data, url)


def replay(
    world: World,
    crashing: subprocess.Popen[str],
    folder: Path,
    person: Person,
    path: str,
    data: dict[str, str],
    database_url: str,
) -> dict[str, Any]:
    """Replay it on this database, or in the folder's file."""
    names = ("mihon_8000_session", "mihon_8000_browser")
    spec = {
        "instance": str(folder / "site"),
        "database_url": database_url,
        "database": str(folder / "before.db"),
        "settings": {**CHEAP_HASH, "site_url": world.services.config.site_url},
        "now": world.clock.now(),
        "cookies": {name: person.browser.cookie(name) for name in names if person.browser.cookie(name)},
        "path": path,
        "data": {"csrf_token": person.browser.csrf_token, **data},
    }
    (folder / "spec.json").write_text(json.dumps(spec))
    assert crashing.stdin is not None and crashing.stdout is not None
    print(folder / "spec.json", file=crashing.stdin, flush=True)
    assert crashing.stdout.readline() == "0\n", "the traceback is above"
    result: dict[str, Any] = json.loads((folder / "result.json").read_text())
    return result
