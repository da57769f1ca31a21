"""Secrets at rest."""

from __future__ import annotations

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.assertions import not_empty
from webapp.errors import SealBroken
from webapp.keys import load_or_make_key
from webapp.rules.encryption import Seal, new_key_text, read_key

KEY, OTHER = b"k" * 32, b"o" * 32


def test_open_returns_what_was_sealed() -> None:
    seal = Seal(KEY)
    assert seal.open(seal.seal(b"secret", "factor:1"), "factor:1") == b"secret"
    assert seal.open(seal.seal(b"", "factor:1"), "factor:1") == b""


def test_seal_never_gives_the_same_bytes_twice() -> None:
    seal = Seal(KEY)
    assert len({seal.seal(b"secret", "factor:1") for _ in range(100)}) == 100


def test_sealed_bytes_open_nowhere_else() -> None:
    sealed = Seal(KEY).seal(b"secret", "factor:1")
    with pytest.raises(SealBroken):
        Seal(KEY).open(sealed, "factor:2")
    with pytest.raises(SealBroken):
        Seal(OTHER).open(sealed, "factor:1")


def test_every_changed_byte_is_noticed() -> None:
    seal = Seal(KEY)
    sealed = seal.seal(b"secret", "factor:1")
    for at in not_empty(range(len(sealed))):
        broken = bytearray(sealed)
        broken[at] ^= 1
        with pytest.raises(SealBroken):
            seal.open(bytes(broken), "factor:1")
    for length in not_empty(range(len(sealed))):
        with pytest.raises(SealBroken):
            seal.open(sealed[:length], "factor:1")


def test_older_keys_open_and_the_newest_seals() -> None:
    old = Seal(KEY).seal(b"secret", "factor:1")
    rotated = Seal(OTHER, KEY)
    assert rotated.open(old, "factor:1") == b"secret"
    new = rotated.seal(b"secret", "factor:1")
    assert Seal(OTHER).open(new, "factor:1") == b"secret"


def test_key_has_thirty_two_bytes() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Seal(b"short")


@pytest.mark.parametrize(
    "text",
    [
        KEY.hex(),
        KEY.hex().upper() + "\n",
        base64.b64encode(KEY).decode(),
        base64.urlsafe_b64encode(KEY).decode().rstrip("="),
    ],
)
def test_read_key_takes_base64_and_hex(text: str) -> None:
    assert read_key(text) == KEY


@pytest.mark.parametrize("text", ["", "secret", "z" * 64, base64.b64encode(b"k" * 31).decode(), "ｋ" * 43])
def test_read_key_refuses_without_repeating(text: str) -> None:
    with pytest.raises(ValueError, match="base64 or hex") as refused:
        read_key(text)
    if text:
        assert text not in str(refused.value)


def test_new_key_text_is_read_back() -> None:
    assert len(read_key(new_key_text())) == 32


def test_load_or_make_key_keeps_one_key_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "site" / "seal.key"
    key = load_or_make_key(path)
    assert load_or_make_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["seal.key"]


def test_load_or_make_key_gives_all_who_start_together_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(load_or_make_key, [tmp_path / "seal.key"] * 32))
    assert len(keys) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["seal.key"]
