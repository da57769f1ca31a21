"""No sign-in survives a concurrent change of password or factors (docs/promises.md#48)."""

from __future__ import annotations

import pytest

from tests.actors import PASSWORD, Person
from tests.app_fixture import World
from webapp.challenges.method import pick
from webapp.errors import StaleFlow
from webapp.flows.password import prove
from webapp.rules.visitor import Visitor
from webapp.services import sessions
from webapp.store import accounts

VISITOR = Visitor(b"browser", "127.0.0.1", "Chrome, Windows", "127.0.0.1", "ja")


def changes_at_this_moment(world: World, account_id: str) -> None:
    """What every change of password or factors does, without the flows that it deletes."""
    with world.services.store.writing() as db:
        accounts.void_trust(db, account_id)


def test_session_begun_with_the_old_password_is_refused_s48(world: World) -> None:
    services = world.services
    proven = prove(services, VISITOR, "hanako@example.com", PASSWORD, app="shop", cookie=lambda _name: None)
    changes_at_this_moment(world, "hanako")
    with pytest.raises(StaleFlow), services.store.writing() as db:
        sessions.open_session(
            db, proven.account, VISITOR, app="shop", now=services.clock.now(), life_seconds=60
        )
    with services.store.reading() as db:
        assert db.execute("SELECT count(*) FROM sessions").fetchone()[0] == 0


def test_code_after_a_change_signs_nobody_in_s48(world: World, taro: Person) -> None:
    taro.gives_password()
    code = taro.reads_code()
    changes_at_this_moment(world, "taro")
    assert taro.gives_code(code).name == "sign_in.identifier"
    assert world.sql("SELECT count(*) FROM sessions")[0][0] == 0
    world.clock.advance(31)  # the code was not used
    assert taro.signs_in().name == "shop.home"


def test_nothing_is_asked_of_methods_that_were_cleared_meanwhile_s48() -> None:
    with pytest.raises(StaleFlow):
        pick([])
