"""Password hashes: parameters, one hash per request, no account distinguishable from another."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import argon2
import pytest

from webapp.rules.passwords import Hasher
from webapp.services.hash_threads import HashThreads


@pytest.fixture(scope="module")
def hasher() -> Hasher:
    return Hasher(time_cost=1, memory_kib=8, parallelism=1)


def test_hash_is_argon2id_with_owasp_parameters_by_default() -> None:
    assert Hasher().hash("Mihon-demo-1").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_matches_only_the_right_password(hasher: Hasher) -> None:
    hashed = hasher.hash("Mihon-demo-1")
    assert hasher.matches(hashed, "Mihon-demo-1")
    assert not hasher.matches(hashed, "mihon-demo-1")
    assert not hasher.matches(hashed, "")


def test_hash_salts_each_time(hasher: Hasher) -> None:
    assert hasher.hash("same") != hasher.hash("same")


def test_matches_takes_both_keyboards_spelling(hasher: Hasher) -> None:
    assert hasher.matches(hasher.hash("ﾐﾎﾝ-①"), "ミホン-1")


@pytest.mark.parametrize("hashed", [None, "", "!", "$argon2id$v=19$m=8,t=1,p=1$broken"])
def test_matches_nothing_without_a_sound_hash(hasher: Hasher, hashed: str | None) -> None:
    assert not hasher.matches(hashed, "Mihon-demo-1")


def test_unknown_account_costs_one_hash_like_a_known_one_s32(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[argon2.Parameters] = []
    verify = argon2.PasswordHasher.verify

    def counting(self: argon2.PasswordHasher, hashed: str | bytes, password: str | bytes) -> bool:
        seen.append(argon2.extract_parameters(str(hashed)))
        return verify(self, hashed, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", counting)
    monkeypatch.setattr(argon2.PasswordHasher, "hash", None)  # a second hash would fail here
    hasher = Hasher(time_cost=1, memory_kib=8, parallelism=1)
    known = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43
    hasher.matches(known, "x")
    hasher.matches(None, "x")
    assert len(seen) == 2
    assert seen[0] == seen[1]


def test_no_more_than_so_many_hash_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, lock, full = 0, 0, threading.Lock(), threading.Barrier(2)
    hasher = Hasher(time_cost=1, memory_kib=8, parallelism=1, run=HashThreads(2))

    def slow_hash(self: argon2.PasswordHasher, password: str | bytes) -> str:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        full.wait(10)  # two are in here together, always; a third would be counted
        with lock:
            running -= 1
        return "hashed"

    monkeypatch.setattr(argon2.PasswordHasher, "hash", slow_hash)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(hasher.hash, ["x"] * 8))
    assert most == 2


def test_rush_hashes_in_few_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every thread that ever hashed keeps 19 MiB."""
    seen: set[int] = set()
    monkeypatch.setattr(argon2.PasswordHasher, "hash", lambda *_: seen.add(threading.get_ident()))
    hasher = Hasher(time_cost=1, memory_kib=8, parallelism=1, run=HashThreads(2))
    with ThreadPoolExecutor(16) as rush:
        callers = set(rush.map(lambda _: (hasher.hash("x"), threading.get_ident())[1], range(200)))
    assert 1 <= len(seen) <= 2 and not seen & callers


def test_fork_hashes_in_its_own_threads() -> None:
    hasher = Hasher(time_cost=1, memory_kib=8, parallelism=1, run=HashThreads())
    hashed = hasher.hash("Mihon-demo-1")
    child = multiprocessing.get_context("fork").Process(target=hasher.hash, args=("Mihon-demo-1",))
    child.start()
    child.join(10)
    assert child.exitcode == 0 and hasher.matches(hashed, "Mihon-demo-1")


MEMORY_OF_HASHES = """
from pathlib import Path
from threading import Thread
from webapp.rules.passwords import Hasher
from webapp.services.hash_threads import HashThreads

def mebibytes():
    memory = Path("/proc/self/smaps_rollup")
    if not memory.exists():
        return 0  # only Linux has glibc, which keeps the memory
    lines = memory.read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Anonymous:")) / 1024

hasher, before = Hasher(run=HashThreads(2)), mebibytes()
threads = [Thread(target=hasher.hash, args=("Mihon-demo-1",)) for _ in range(12)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(mebibytes() - before)
"""


def test_memory_of_hashes_is_given_back() -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEMORY_OF_HASHES], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 10, "a hash takes 19 MiB"
