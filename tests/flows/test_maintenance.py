"""Tables stay bounded and late notices are sent, automatically (docs/screens.md#events)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import pytest

from tests.actors import Person
from tests.app_fixture import AppFixture, World
from webapp.pages.framework.maintenance import EVERY_SECONDS
from webapp.store import feedback
from webapp.store.engine import Unreachable


def rows(world: World, table: str) -> int:
    return int(world.sql(f"SELECT count(*) FROM {table}")[0][0])


def browses(world: World) -> None:
    """One answer, read to its end as a server does."""
    answer = world.browser().raw("GET", "/healthz")
    answer.close()


def test_node_is_not_ready_while_its_database_is_gone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = world.browser()
    assert browser.raw("GET", "/readyz").status_code == 200

    def gone(_store: object) -> NoReturn:
        raise Unreachable("gone")

    monkeypatch.setattr(type(world.site.extensions["nidankai"].store), "reading", gone)
    assert browser.client.get("/readyz").status_code == 503
    assert browser.client.get("/healthz").status_code == 200


def test_upkeep_deletes_what_has_expired(world: World, taro: Person) -> None:
    taro.gives_password()
    taro.elsewhere().signs_in(trust=True)
    world.clock.advance(40 * 86400)
    browses(world)
    assert [rows(world, table) for table in ("codes", "sessions", "trusted")] == [0, 0, 0]
    assert rows(world, "events") > 0
    world.clock.advance(60 * 86400)
    browses(world)
    assert rows(world, "events") == 0


def test_upkeep_takes_its_time(world: World) -> None:
    for _ in range(2):  # whatever time another test had left: the second answer takes its turn
        world.clock.advance(2 * EVERY_SECONDS)
        browses(world)
    with world.services.store.writing() as db:
        feedback.add(db, at=0.0, reason="other", words="", language="ja")
    world.clock.advance(EVERY_SECONDS / 2)
    browses(world)
    assert rows(world, "feedback") == 1
    world.clock.advance(EVERY_SECONDS / 2)
    browses(world)
    assert rows(world, "feedback") == 0


def test_upkeep_delivers_the_notice_that_could_not_leave(apps_with: Callable[..., AppFixture]) -> None:
    apps = apps_with(smtp_port=1)  # nobody listens there
    world = apps.fresh()
    taro = world.person("taro")
    taro.signs_in()
    taro.opens_settings()
    taro.browser.post("/a/settings/approval/trusted/revoke-all", {"csrf_token": taro.browser.csrf_token})
    assert rows(world, "outbox") == 1
    assert apps._smtp is not None
    apps.services.outbound.mailer = type(apps.services.outbound.mailer)(
        "127.0.0.1", apps._smtp.port, "Mihon <no-reply@mihon.example.com>"
    )
    world.clock.advance(EVERY_SECONDS + 3600)
    browses(world)
    assert rows(world, "outbox") == 0
    assert "コード" in world.phone.mail(taro.email).subject
