"""Stolen cookies, forms without their token, and ways off the site."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

import webapp
from tests.assertions import not_empty
from tests.check.attacks.shapes import PASSWORD, Owner, Shape
from tests.check.attacks.test_guesses import at_code, at_password, is_signed_in
from tests.check.attacks.visitor import Visitor

ELSEWHERE = (
    "//evil.example",
    "https://evil.example/",
    "https:evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%09/evil.example",
    "\t//evil.example",
    "/\r\nLocation: https://evil.example",
    "javascript:alert(1)",
    "///evil.example",
    "/a/..//evil.example",
    "@evil.example",
)
OF_BOTH_PROCESSES = range(6)
"""Connections, one a request: more than enough to meet both."""


def rules(shape: Shape, method: str) -> Iterator[str]:
    """Yield the path of each rule of this kind of site, its variable parts as `{}`."""
    keys: dict[str, Any] = {"secret_key": "x" * 32, "seal_keys": ("00" * 32,)}
    with tempfile.TemporaryDirectory() as folder:
        site = webapp.create_app({"instance": folder, "sandbox": not shape.is_production, **keys})
        site.extensions["nidankai"].store.close()
    for rule in site.url_map.iter_rules():
        if method in (rule.methods or ()):
            yield "".join("{}" if part.startswith("<") else part for part in parts(rule.rule))


def parts(rule: str) -> list[str]:
    return rule.replace("<", "\0<").replace(">", ">\0").split("\0")


@contextmanager
def fresh(visitor: Visitor) -> Iterator[Visitor]:
    """Yield a browser with the same cookies and a connection of its own."""
    twin = visitor.twin()
    try:
        yield twin
    finally:
        twin.http.close()


def is_dead_everywhere(stolen: Visitor) -> bool:
    found = []
    for _ in OF_BOTH_PROCESSES:
        with fresh(stolen) as each:
            found.append(is_signed_in(each))
    return not any(found)


def signs_in(shape: Shape, owner: Owner, **fields: Any) -> Visitor:
    visitor = at_code(shape, owner.name)
    visitor.fill_and_send({"otpCode": shape.phone.wait_for_code(owner.number), **fields})
    assert is_signed_in(visitor)
    return visitor


def signs_out(shape: Shape, visitor: Visitor) -> None:
    visitor.go("GET", f"{shape.front.url}/account")
    visitor.press_element("nav-item-signout")


def test_session_is_dead_after_sign_out_in_both_processes(shape: Shape) -> None:
    visitor = signs_in(shape, shape.owner())
    stolen = visitor.twin()
    signs_out(shape, visitor)
    assert is_dead_everywhere(stolen) and is_dead_everywhere(visitor)


def test_session_of_before_the_code_is_dead_after_it(shape: Shape) -> None:
    owner = shape.owner()
    visitor = at_code(shape, owner.name)
    fixed = visitor.twin()
    visitor.fill_and_send({"otpCode": shape.phone.wait_for_code(owner.number)})
    assert is_signed_in(visitor)
    assert is_dead_everywhere(fixed)
    signs_out(shape, visitor)


def test_trust_alone_opens_nothing_and_ends_with_its_record(shape: Shape) -> None:
    owner = shape.owner()
    visitor = signs_in(shape, owner, rememberDevice=True)
    stolen = visitor.twin()
    signs_out(shape, visitor)
    assert is_dead_everywhere(stolen)
    first = signs_in(shape, owner)
    first.go("GET", f"{shape.front.url}/a/settings/approval")
    first.press_element("confirm-continue")
    first.fill_and_send({"otpCode": shape.phone.wait_for_code(owner.number)})
    first.press_element("", "/a/settings/approval/trusted/revoke-all")
    for _ in range(2):
        with fresh(stolen) as each:
            each.go("GET", f"{shape.front.url}/ap/signin")
            each.send(email=f"{owner.name}@example.com")
            each.send(password=PASSWORD)
            assert "otpCode" in each.html and not is_signed_in(each)
    shape.phone.wait_for_code(owner.number)


def test_every_form_needs_its_token(shape: Shape) -> None:
    visitor = at_password(shape, "hanako")
    visitor.send(password=PASSWORD)
    assert is_signed_in(visitor)
    own, other = ({"Origin": url, "Referer": f"{url}/"} for url in (shape.front.url, "https://evil.example"))
    found: dict[str, int] = {}
    for path in not_empty(list(rules(shape, "POST"))):
        for data in ({}, {"csrf_token": "not-the-token"}):
            # A tool for programs takes no token, and nothing from other sites' pages.
            for headers in not_empty([other] if "/api/" in path else [own, other]):
                answer = visitor.http.post(path.replace("{}", "x"), data=data, headers=headers)
                found[path] = answer.status_code
                assert 400 <= answer.status_code < 500, path
    assert is_signed_in(visitor), "nobody was signed out"
    assert set(found.values()) <= {400, 403, 404, 405, 413, 415, 422}, found


def test_token_of_another_browser_is_none(shape: Shape) -> None:
    owner, thief = at_password(shape, "hanako"), shape.visitor("198.51.100.99")
    thief.go("GET", f"{shape.front.url}/ap/signin")
    form = owner.find_form(["password"])
    data = {**form.fill({"password": PASSWORD}), "csrf_token": [thief.token]}
    answer = owner.http.post(
        form.action, data=data, headers={"Origin": shape.front.url, "Referer": form.action}
    )
    assert answer.status_code == 400 and not is_signed_in(owner)


@pytest.mark.parametrize("place", range(len(ELSEWHERE)))
def test_no_way_leads_off_the_site(shape: Shape, place: int) -> None:
    to = ELSEWHERE[place]
    visitor = shape.visitor()
    asked = [
        visitor.http.get(path, params={name: to})
        for path in ("/", "/ap/signin", "/ap/cvf/confirm", "/account", "/ap/register", "/music/older")
        for name in ("return_to", "next", "lang", "url")
    ]
    visitor.url = f"{shape.front.url}/ap/signin"
    visitor.go("GET", str(httpx.URL(visitor.url, params={"return_to": to})))
    visitor.send(email="hanako@example.com")
    form = visitor.find_form(["password"])
    asked.append(
        visitor.http.post(
            form.action,
            data=form.fill({"password": PASSWORD}),
            headers={"Origin": shape.front.url, "Referer": visitor.url},
        )
    )
    assert is_signed_in(visitor)
    for answer in asked:
        leads = httpx.URL(str(answer.url)).join(answer.headers.get("Location", ""))
        assert leads.netloc.decode() == urlsplit(shape.front.url).netloc, answer.headers["Location"]
