"""Signed links and random tokens."""

from __future__ import annotations

import pytest

from tests.assertions import not_empty
from webapp.errors import LinkExpired, LinkTampered
from webapp.rules.links import Signer, new_token, token_hash

NOW = 1_800_000_000.0


def test_read_returns_the_payload_until_its_age() -> None:
    signer = Signer("secret")
    token = signer.sign("deny", "flow-1", NOW)
    assert signer.read("deny", token, 600, NOW) == "flow-1"
    assert signer.read("deny", token, 600, NOW + 600) == "flow-1"
    with pytest.raises(LinkExpired):
        signer.read("deny", token, 600, NOW + 601)


def test_read_refuses_a_link_from_the_future() -> None:
    signer = Signer("secret")
    with pytest.raises(LinkExpired):
        signer.read("deny", signer.sign("deny", "flow-1", NOW), 600, NOW - 60)


def test_read_refuses_other_purposes_and_other_secrets() -> None:
    token = Signer("secret").sign("deny", "flow-1", NOW)
    with pytest.raises(LinkTampered):
        Signer("secret").read("approve", token, 600, NOW)
    with pytest.raises(LinkTampered):
        Signer("other").read("deny", token, 600, NOW)


@pytest.mark.parametrize("token", ["", "x", "..", "a.b.c", "ü.ü.ü", "\x00"])
def test_read_refuses_nonsense(token: str) -> None:
    with pytest.raises(LinkTampered):
        Signer("secret").read("deny", token, 600, NOW)


def test_read_notices_every_changed_character() -> None:
    signer = Signer("secret")
    token = signer.sign("deny", "flow-1", NOW)
    for at, char in not_empty(enumerate(token)):
        changed = token[:at] + ("A" if char != "A" else "E") + token[at + 1 :]
        with pytest.raises(LinkTampered):
            signer.read("deny", changed, 600, NOW)


def test_new_tokens_are_url_safe_and_differ() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(len(token) == 32 and token.replace("-", "").replace("_", "").isalnum() for token in tokens)


def test_token_hash_is_not_the_token() -> None:
    assert len(token_hash("token")) == 32
    assert token_hash("token") == token_hash("token") != token_hash("Token")
