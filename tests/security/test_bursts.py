"""Simultaneous guesses get no more answers than sequential ones (docs/promises.md#22)."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.actors import PASSWORD, Person
from tests.app_fixture import AppFixture, World
from tests.assertions import not_empty
from tests.security.tools import rows, sends
from webapp.errors import Throttled, WrongPassword
from webapp.flows import account_changes, older_device, recovery, sign_in
from webapp.flows.password import guess_key
from webapp.rules.passwords import Hasher
from webapp.rules.visitor import Visitor
from webapp.store import accounts, sessions, throttles
from webapp.store.flows import Flow
from webapp.store.throttles import Throttle

AT_ONCE = 12
LATE = 20  # wrong tries in a row after which each costs the longest wait: no test runs so long
VISITOR = Visitor(b"browser", "127.0.0.1", "Chrome, Windows", "127.0.0.1", "ja")


def has_seen(world: World, key: str, count: int) -> None:
    """So many wrong tries were made before, and their waits are over."""
    with world.services.store.writing() as db:
        throttles.write(db, key, Throttle(count, 0.0), world.clock.now())


def seen(world: World, key: str) -> int:
    with world.services.store.reading() as db:
        return throttles.read(db, key).count


class Meanwhile(Hasher):
    """The site's own hashing, during which something else happens too."""

    def __init__(self, happens: Callable[[], None], time_cost: int = 1) -> None:
        super().__init__(time_cost, 8, 1)
        self._happens = happens

    def matches(self, hashed: str | None, password: str) -> bool:
        is_right = super().matches(hashed, password)
        self._happens()
        return is_right


def test_one_of_many_guesses_at_once_is_told_of_s22(apps_with: Callable[..., AppFixture]) -> None:
    """With hashing as dear as in life, so that all have begun before the first is done."""
    world = apps_with(argon2_time_cost=2, argon2_memory_kib=19456).fresh()
    key = guess_key(world.services, "hanako@example.com", "127.0.0.1")
    has_seen(world, key, LATE)
    guessers = [world.person("hanako") for _ in range(AT_ONCE)]
    for guesser in guessers:
        guesser.gives_name()
    starts = threading.Barrier(AT_ONCE)
    statuses: list[int] = []

    def guess(guesser: Person) -> None:
        starts.wait()
        answer = sends(guesser.browser, "/ap/signin?step=password", password="wrong")
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=guess, args=(guesser,)) for guesser in guessers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(statuses) == {200: 1, 429: AT_ONCE - 1}
    assert seen(world, key) == LATE + 1


def no_cookie(_name: str) -> None:
    return None


def signs_in(services: Any, typed: str) -> None:
    sign_in.submit_password(
        services, VISITOR, "jiro@example.com", typed, app="shop", return_to="/", cookie=no_cookie
    )


def signs_in_on_an_older_device(
    services: Any, typed: str, who: str = "jiro", pending: Flow | None = None
) -> Any:
    name = f"{who}@example.com"
    return older_device.submit(services, VISITOR, pending, name, typed, return_to="/", cookie=no_cookie)


def asks_for_a_reset(services: Any, typed: str) -> None:
    recovery.enter(services, VISITOR, "jiro@example.com", typed, cookie=no_cookie)


@pytest.mark.parametrize("guess", [signs_in, signs_in_on_an_older_device, asks_for_a_reset])
@pytest.mark.parametrize(("password", "time_cost"), [(PASSWORD, 1), (PASSWORD, 2), ("wrong", 1)])
def test_guess_is_not_told_of_when_a_wait_began_while_it_was_hashed_s22(
    world: World, guess: Callable[[Any, str], None], password: str, time_cost: int
) -> None:
    """The right one isn't hashed again with another time cost, which would take longer."""
    key = guess_key(world.services, "jiro@example.com", VISITOR.address)
    before = rows(world, "accounts"), rows(world, "flows")

    def others_guess() -> None:
        for _ in not_empty(range(world.services.config.password_free_tries + 1)):
            with pytest.raises(WrongPassword):
                guess(world.services, "wrong")

    with pytest.raises(Throttled):
        guess(replace(world.services, hasher=Meanwhile(others_guess, time_cost)), password)
    assert seen(world, key) == world.services.config.password_free_tries + 1
    assert (rows(world, "accounts"), rows(world, "flows")) == before


def test_password_typed_again_before_the_code_is_not_told_of_when_a_wait_began_meanwhile_s22(
    world: World,
) -> None:
    services, key = world.services, guess_key(world.services, "taro@example.com", VISITOR.address)

    def others_guess() -> None:
        with pytest.raises(WrongPassword):
            signs_in_on_an_older_device(services, "wrong", "taro", pending)

    with world.site.app_context():
        pending = signs_in_on_an_older_device(services, PASSWORD, "taro")
        has_seen(world, key, 1)
        assert signs_in_on_an_older_device(services, PASSWORD, "taro", pending) == pending
        assert seen(world, key) == 0
        has_seen(world, key, LATE)
        with pytest.raises(Throttled):
            signs_in_on_an_older_device(
                replace(services, hasher=Meanwhile(others_guess)), PASSWORD, "taro", pending
            )
        assert seen(world, key) == LATE + 1


@pytest.mark.parametrize("present", [PASSWORD, "wrong"])
def test_present_password_is_not_told_of_when_a_wait_began_meanwhile_s22(
    world: World, hanako: Person, present: str
) -> None:
    hanako.signs_in()
    services, key = world.services, "present_password:hanako"
    with services.store.reading() as db:
        account = accounts.get(db, "hanako")
    with services.store.reading() as db:
        session = sessions.of_account(db, "hanako", world.clock.now(), 3600)[0]
    has_seen(world, key, LATE)

    def change(parts: Any, typed: str) -> None:
        account_changes.change_password(
            parts, VISITOR, account, session, present=typed, new="quite-another-long-one-7"
        )

    def others_guess() -> None:
        with pytest.raises(WrongPassword):
            change(services, "wrong")

    with pytest.raises(Throttled):
        change(replace(services, hasher=Meanwhile(others_guess)), present)
    assert seen(world, key) == LATE + 1
    with services.store.reading() as db:
        assert accounts.get(db, "hanako") == account
