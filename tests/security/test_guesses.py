"""Passwords of phone and tools are guessed slowly: wrong log-ins of the network make their address wait."""

from __future__ import annotations

from typing import Any

import pytest

from mocksms.shared import guesses as of_phone
from tests.own_apps import Make, make_phone, make_site
from tests.security.log_in import FAR, PASSWORD, log_in
from webapp.shared import guesses as of_site

__all__ = ["make_phone", "make_site"]

BOTH = pytest.mark.parametrize("module", [of_phone, of_site], ids=["phone", "site"])


class Clock:
    now = 5.0

    def __call__(self) -> float:
        return self.now


def waits(guesses: Any, module: Any, address: str | None, is_right: bool = False) -> float:
    """Return the seconds that the address must wait, 0 if it may try."""
    try:
        assert guesses.judge(address, is_right) is is_right
    except module.Held as held:
        return float(held.seconds)
    return 0.0


@BOTH
def test_address_waits_longer_after_each_wrong_password_s94(module: Any) -> None:
    clock = Clock()
    guesses = module.Guesses(clock)
    assert [waits(guesses, module, "192.0.2.7") for _ in range(10)] == [0.0] * 10
    seen = []
    for _ in range(12):
        seen.append(waits(guesses, module, "192.0.2.7"))
        clock.now += seen[-1]
        assert waits(guesses, module, "192.0.2.7") == 0.0
    assert seen == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    clock.now += 2 * 3600
    assert [waits(guesses, module, "192.0.2.7") for _ in range(10)] == [0.0] * 10


@BOTH
def test_other_address_and_no_address_wait_for_nobody_s94(module: Any) -> None:
    guesses = module.Guesses(Clock())
    for address in ("192.0.2.7", "2001:db8::1", "127.0.0.1", None):
        for _ in range(10):
            waits(guesses, module, address)
    for address in ("192.0.2.7", "::ffff:192.0.2.7", "2001:db8::1", "2001:db8::ffff:1", "127.0.0.1"):
        assert waits(guesses, module, address, is_right=True) > 0, address
    for address in ("192.0.2.7:4711", "192.0.2.7:4712", "[2001:db8::1]:4711"):  # as some proxies write them
        assert waits(guesses, module, address, is_right=True) > 0, address
    for address in ("192.0.2.8", "192.0.2.8:4711", "2001:db8:0:1::1", "[2001:db8:0:1::1]:4711", None):
        assert waits(guesses, module, address, is_right=True) == 0, address


@BOTH
def test_wait_ends_also_for_the_right_password_s94(module: Any) -> None:
    clock = Clock()
    guesses = module.Guesses(clock)
    for _ in range(10):
        waits(guesses, module, "192.0.2.7")
    assert waits(guesses, module, "192.0.2.7", is_right=True) == 1
    clock.now += 1
    assert waits(guesses, module, "192.0.2.7", is_right=True) == 0


@BOTH
def test_places_are_bounded_s94(module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PLACES", 3)
    guesses = module.Guesses(Clock())
    for number in range(9):
        waits(guesses, module, f"192.0.2.{number}")
    assert len(guesses._wrong) == 3


def is_braked(app: Any, asked: str, form: str, clock: Clock) -> None:
    """Guess the password of an app by HTTP Basic, then in its form."""
    client, elsewhere = app.test_client(), {"REMOTE_ADDR": "192.0.2.8"}
    early = app.test_client()
    page = early.get(form, environ_base=FAR).text
    for number in range(10):
        assert client.get(asked, environ_base=FAR, auth=("x", f"guess {number}")).status_code == 401
    for headers in ({}, {"Accept": "text/html"}):
        held = client.get(asked, environ_base=FAR, auth=("x", PASSWORD), headers=headers)
        assert (held.status_code, held.headers["Retry-After"]) == (429, "1")
    held = log_in(early, form + "?lang=en", page, PASSWORD)
    assert (held.status_code, held.headers["Retry-After"]) == (429, "1") and "Wait before you" in held.text
    assert client.get(asked, environ_base=elsewhere, auth=("x", PASSWORD)).status_code == 200
    assert client.get(asked).status_code == 200
    assert client.get(asked, environ_base=FAR).status_code == 401  # no log-in, no guess
    clock.now += 1
    assert log_in(early, form, page, PASSWORD).status_code == 303
    for _ in range(2):
        client.get(asked, environ_base=FAR, auth=("x", "guess"))
    assert client.get(asked, environ_base=FAR, auth=("x", "guess")).status_code == 429
    assert early.get(asked, environ_base=FAR).status_code == 200  # who is logged in waits for nobody


def is_braked_behind_a_proxy(app: Any, asked: str) -> None:
    """Guess through a proxy on this machine that nobody trusts; this machine itself never waits."""
    client, passed_on = app.test_client(), {"X-Forwarded-For": "192.0.2.9"}
    for number in range(10):
        assert client.get(asked, headers=passed_on, auth=("x", f"guess {number}")).status_code == 401
    assert client.get(asked, headers=passed_on, auth=("x", PASSWORD)).status_code == 429
    for _ in range(2):
        assert client.get(asked, auth=("x", "guess")).status_code == 200


def test_phone_brakes_guesses_s94(make_phone: Make) -> None:
    app = make_phone(PASSWORD=PASSWORD)
    clock = Clock()
    app.extensions["mocksms.guesses"] = of_phone.Guesses(clock)
    is_braked(app, "/api/v1/messages", "/log-in", clock)
    is_braked_behind_a_proxy(app, "/api/v1/messages")


def test_site_brakes_guesses_s94(make_site: Make) -> None:
    app = make_site(tools_password=PASSWORD)
    clock = Clock()
    app.extensions["nidankai_guesses"] = of_site.Guesses(clock)
    is_braked(app, "/sandbox/api/worlds", "/sandbox/log-in", clock)
    is_braked_behind_a_proxy(app, "/sandbox/api/worlds")
