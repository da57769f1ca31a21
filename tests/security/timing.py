"""Whether time tells a known account from an unknown one: the area under the ROC curve (AUC) of many requests."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable

from werkzeug.test import Client

from tests.app_fixture import SITE_URL, AppFixture, World
from webapp.store import accounts

PATHS = {"forgot": "/ap/forgotpassword", "register": "/ap/register", "recovery": "/ap/recovery"}
FIELDS = {
    "forgot": {},
    "register": {"customerName": "Yuki", "password": "ringo-mikan-budou-77"},
    "recovery": {"password": "not-the-password-1"},
}
WRONG_PASSWORD = "パスワードが正しくありません"
WARM_UP = 20
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def address(by: str, number: int, *, is_known: bool) -> str:
    """Return the mail address or number of one of the accounts, or of nobody."""
    if by == "mail":
        return f"{'known' if is_known else 'nosuch'}{number}@example.com"
    return f"0{9020000000 + number + (0 if is_known else 10_000_000)}"


def make_accounts(world: World, count: int) -> None:
    """Make accounts with a mail address and a number each."""
    password_hash = world.services.hasher.hash("Mihon-demo-1")
    with world.services.store.writing() as db:
        for number in range(count):
            accounts.add(
                db,
                now=0.0,
                name=f"Person {number}",
                email=address("mail", number, is_known=True),
                phone=f"+81{address('number', number, is_known=True)[1:]}",
                password_hash=password_hash,
                language="ja",
                time_zone="Asia/Tokyo",
            )


def auc_of(apps: AppFixture, where: str, by: str, count: int) -> float:
    """Ask for ``count`` known and unknown accounts in random order; .5 means that time tells nothing.

    The time is that of the answer and of the page that it leads to, as a browser sees them.
    """
    world = apps.fresh()
    make_accounts(world, count)
    order = [(is_known, number) for is_known in (True, False) for number in range(count)]
    random.SystemRandom().shuffle(order)
    ask = _asks(apps, where)
    for number in range(WARM_UP):
        ask(address(by, count + number, is_known=False))
    times: dict[bool, list[float]] = {True: [], False: []}
    for is_known, number in order:
        times[is_known].append(ask(address(by, number, is_known=is_known)))
    return _auc(times[True], times[False])


def _asks(apps: AppFixture, where: str) -> Callable[[str], float]:
    client = Client(apps.site)

    def opened(method: str, path: str, data: dict[str, str] | None = None) -> tuple[str, str | None]:
        answer = client.open(path, method=method, data=data, base_url=SITE_URL)
        html = answer.get_data(as_text=True)
        answer.close()  # a server does so once the answer has left
        return html, answer.headers.get("Location")

    token = _TOKEN.search(opened("GET", PATHS[where])[0])
    assert token is not None

    def ask(typed: str) -> float:
        data = {"csrf_token": token[1], "email": typed, **FIELDS[where]}
        begun = time.perf_counter()
        html, location = opened("POST", PATHS[where], data)
        if location is not None:
            opened("GET", location)
        taken = time.perf_counter() - begun
        assert location is not None or WRONG_PASSWORD in html
        return taken

    return ask


def _auc(known: list[float], unknown: list[float]) -> float:
    ranked = sorted([(value, True) for value in known] + [(value, False) for value in unknown])
    ranks = sum(rank for rank, (_, is_known) in enumerate(ranked, start=1) if is_known)
    return (ranks - len(known) * (len(known) + 1) / 2) / (len(known) * len(unknown))
