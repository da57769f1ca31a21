"""`python -m bench.peers.side SITE FOLDER`: one site that signs in, measured in its own process and environment.

Prints the requests of a sign-in. Then, for each number that it reads, it signs in so often and prints the CPU
milliseconds of one. Before each, the time moves to the first seconds of the next step: a
code is valid once, and some sites accept it in its own step only.
"""

from __future__ import annotations

import gc
import importlib
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.client import Client

STEP_SECONDS, EARLY_SECONDS = 30, 5
WARM_UP = 5
EMAIL, PASSWORD, SECRET = "jiro@example.com", "Mihon-demo-1", "MIHONDEMOMIHONDEMOMIHONDEMO23456"
SITES = {
    "ours": "bench.peers.our_site",
    "flask-security": "bench.peers.flask_security_site",
    "django-allauth": "bench.peers.allauth_site",
    "django-two-factor-auth": "bench.peers.two_factor_site",
}
"""By name, the module with `create(folder)`. It returns a :class:`Site`."""

real_time = time.time
clock = {"offset": 0.0}


@dataclass(frozen=True)
class Site:
    """A site: its app, the sign-in by a client with a fresh code, and what only the page behind it has."""

    app: Any
    walk: Callable[[Any, str], None]
    mark: str
    client: type[Client] = Client


def now() -> float:
    """Return the time of this process."""
    return real_time() + clock["offset"]


def main(name: str, folder: Path) -> None:
    """Serve the commands on standard input."""
    time.time = now  # before the packages are imported: some keep the function
    import pyotp

    site = importlib.import_module(SITES[name]).create(folder)
    totp = pyotp.TOTP(SECRET)

    def sign_in() -> tuple[float, int]:
        clock["offset"] += STEP_SECONDS - now() % STEP_SECONDS + EARLY_SECONDS
        client, code = site.client(site.app), totp.at(int(now()))
        begun = time.process_time()
        site.walk(client, code)
        spent = time.process_time() - begun
        assert not client.location, f"one page too few: {client.location}"
        assert site.mark in client.html, f"not signed in: {client.html[:500]}"
        return spent, client.requests

    for _ in range(WARM_UP):
        _, requests = sign_in()
    print(requests, flush=True)
    for line in sys.stdin:
        gc.collect()
        times = int(line)
        print(sum(sign_in()[0] for _ in range(times)) / times * 1000, flush=True)


if __name__ == "__main__":
    # as the module that the sites import, not as a second one
    importlib.import_module("bench.peers.side").main(sys.argv[1], Path(sys.argv[2]))
