"""Guesses and requests for codes at once over both processes: each limit is met exactly."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pyotp

from tests.check.attacks.shapes import PASSWORD, SECRET, Shape, production
from tests.check.attacks.visitor import Visitor

AT_ONCE = 12
TOLD, HELD = 200, 429
FRESH = "ringo-mikan-budou-77"


def at_once(work: Sequence[Callable[[], int]]) -> list[int]:
    """Start all of it at the same moment, and return the results."""
    gate = threading.Barrier(len(work))

    def begin(each: Callable[[], int]) -> int:
        gate.wait(30)
        return each()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(begin, work))


def waits_over(seconds: float) -> int:
    """Return how many waits of 2, 4, 8 … seconds end within some seconds: each allows another guess."""
    count, wait = 0, 2
    while (seconds := seconds - wait) >= 0:
        count, wait = count + 1, 2 * wait
    return count


def at_password(shape: Shape, name: str, sender: str = "198.51.100.7") -> Visitor:
    visitor = shape.visitor(sender)
    visitor.go("GET", f"{shape.front.url}/ap/signin")
    visitor.send(email=f"{name}@example.com")
    return visitor


def at_code(shape: Shape, name: str) -> Visitor:
    visitor = at_password(shape, name)
    assert visitor.send(password=PASSWORD) == TOLD
    assert "otpCode" in visitor.html
    return visitor


def is_signed_in(visitor: Visitor) -> bool:
    return visitor.http.get("/account").status_code == 200


def registers(shape: Shape, number: str, sender: str) -> Callable[[], int]:
    """Return what registers with a number: the last step of it."""
    visitor = shape.visitor(sender)
    visitor.go("GET", f"{shape.front.url}/ap/register")
    return partial(visitor.send, customerName="Yuki", email=number, password=FRESH)


def texts(shape: Shape, **chosen: str) -> int:
    """Return how many texts have come, once no more come."""
    chosen |= {"channel": "sms", "limit": "500"}
    until, before, count = time.monotonic() + 10, -1, 0
    while before != (count := len(shape.phone.messages(**chosen))) or time.monotonic() < until - 8:
        before = count
        time.sleep(0.2)  # nothing tells that the site sends no more
    return count


def test_wrong_passwords_over_both_processes_are_counted_exactly(shape: Shape) -> None:
    visitors = [at_password(shape, "sachiko", "198.51.100.21") for _ in range(AT_ONCE)]
    begin = time.monotonic()
    found = at_once([partial(each.send, password="not-the-password-1") for each in visitors])
    seconds = time.monotonic() - begin
    assert sorted(set(found)) == [TOLD, HELD]
    assert 6 <= found.count(TOLD) <= 6 + waits_over(seconds), (
        "five without a wait, and the one that begins it"
    )


def test_wrong_codes_over_both_processes_are_counted_exactly(shape: Shape) -> None:
    first = at_code(shape, (owner := shape.owner()).name)
    code = shape.phone.wait_for_code(owner.number)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    found = at_once([partial(first.twin().send, otpCode=wrong) for _ in range(AT_ONCE)])
    assert (found.count(TOLD), found.count(HELD)) == (3, AT_ONCE - 3), (
        "three, then the one that begins a wait"
    )
    assert first.send(otpCode=code) == HELD, "the right code waits, too"
    until = time.monotonic() + 10
    while not is_signed_in(first):
        assert time.monotonic() < until, "five wrong ones would have ended the code"
        first.send(otpCode=code)


def test_code_of_an_app_is_good_once_over_both_processes(shape: Shape) -> None:
    visitors = [at_code(shape, "jiro") for _ in range(AT_ONCE)]
    code = pyotp.TOTP(SECRET).now()
    at_once([partial(each.send, otpCode=code) for each in visitors])
    assert [is_signed_in(each) for each in visitors].count(True) == 1


def test_sent_code_is_good_once_over_both_processes(shape: Shape) -> None:
    first = at_code(shape, (owner := shape.owner()).name)
    twins = [first.twin() for _ in range(AT_ONCE)]
    code = shape.phone.wait_for_code(owner.number)
    at_once([partial(each.send, otpCode=code) for each in twins])
    assert [is_signed_in(each) for each in twins].count(True) == 1


def test_recipient_gets_one_code_of_many_requests(shape: Shape) -> None:
    owner = shape.owner()
    visitors = [at_password(shape, owner.name) for _ in range(AT_ONCE)]
    at_once([partial(each.send, password=PASSWORD) for each in visitors])
    at_once([partial(resends, visitors[0].twin()) for _ in range(AT_ONCE)])
    assert texts(shape, to=owner.number) == 1


def resends(visitor: Visitor) -> int:
    form = visitor.find_form([], "/ap/mfa/resend")
    return visitor.go("POST", form.action, form.fill({})).status


def test_texts_to_strangers_keep_to_their_budgets(tmp_path: Path) -> None:
    with production(tmp_path) as shape:
        one = [registers(shape, f"090-7777-{at:04}", "198.51.100.50") for at in range(AT_ONCE)]
        found = at_once(one)
        assert (found.count(TOLD), found.count(HELD)) == (10, AT_ONCE - 10), "ten an hour for a sender"
        assert texts(shape) == 10
        at_once([registers(shape, f"090-8888-{at:04}", f"203.0.113.{at}") for at in range(20)])
        assert texts(shape) == 25, "the total of all senders"
        assert shape.failures() == []
        shape.front.close()
