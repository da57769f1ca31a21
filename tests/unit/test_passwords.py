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
from webapp.services.hash_gate import HashGate


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
    hasher = Hasher(time_cost=1, memory_kib=8, parallelism=1, run=HashGate(2))

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


def test_fork_hashes_though_its_parent_is_hashing() -> None:
    gate, begun, end = HashGate(1), threading.Event(), threading.Event()
    hasher = Hasher(time_cost=1, memory_kib=8, parallelism=1, run=gate)

    def slow_hash(_password: str) -> None:
        begun.set()
        end.wait(20)

    parent = threading.Thread(target=gate, args=(slow_hash, "x"))
    parent.start()
    assert begun.wait(10)
    child = multiprocessing.get_context("fork").Process(target=hasher.hash, args=("Mihon-demo-1",))
    child.start()
    child.join(10)
    end.set()
    parent.join(10)
    assert child.exitcode == 0 and hasher.hash("Mihon-demo-1")


MEMORY_OF_HASHES = """
from pathlib import Path
from threading import Event, Semaphore, Thread
from webapp.rules.passwords import Hasher
from webapp.services.hash_gate import HashGate

def mebibytes():
    memory = Path("/proc/self/smaps_rollup")
    if not memory.exists():
        return 0  # only Linux has glibc, which keeps the memory
    lines = memory.read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Anonymous:")) / 1024

hasher, before = Hasher(run=HashGate(2)), mebibytes()
done, end = Semaphore(0), Event()
def hash_and_stay():
    hasher.hash("Mihon-demo-1")
    done.release()
    end.wait()
for _ in range(12): Thread(target=hash_and_stay).start()
for _ in range(12): done.acquire()
print(mebibytes() - before)
end.set()
"""


def test_memory_of_hashes_is_given_back() -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEMORY_OF_HASHES], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 10, "a hash takes 19 MiB"
