"""Full sign-ins of this site and of comparable ones: each in its own process, taking turns, by the same client."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.measure import ROOT
from bench.peers.installing import PIP, VENV, Unavailable, installed

TURNS, TIMES = 9, 15
OURS = "ours"
COMMON = (
    "On every side: CSRF, each code once, a cheap argon2, SQLite with WAL and synchronous NORMAL; each page is fetched"
    " and each form sent, without sockets."
)


@dataclass(frozen=True)
class Peer:
    """A site to compare with: the row, and what is not equal."""

    name: str
    row: str
    unequal: str


PEERS = (
    Peer(
        "flask-security",
        "peer_flask_security",
        "name and password on one page; its own plain pages in English; a signed cookie, no session row; no audit and"
        " no throttle; its key of stored secrets is derived cheaply here",
    ),
    Peer(
        "django-allauth",
        "peer_allauth",
        "name and password on one page; its own plain pages in English; session rows and rate limits, no audit",
    ),
    Peer(
        "django-two-factor-auth",
        "peer_two_factor",
        "name and password on one page, whose answer is the page for the code; its own plain pages in English;"
        " session rows and a throttle of codes, no audit",
    ),
)


class Side:
    """A running site: `requests` of a sign-in, and `times` of the turns in CPU milliseconds."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        self.commands, self.answers, self.errors = process.stdin, process.stdout, process.stderr
        self.times: list[float] = []
        self.requests = int(self._line())

    def take_turn(self) -> None:
        """Sign in TIMES times. Raise :class:`Unavailable`."""
        try:
            self.commands.write(f"{TIMES}\n")
            self.commands.flush()
        except OSError:
            raise Unavailable("ended") from None
        self.times.append(float(self._line()))

    def _line(self) -> str:
        line = self.answers.readline()
        if not line:
            error = self.errors.read().strip().splitlines()
            raise Unavailable(f"failed: {(error or ['no output'])[-1]}"[:70].replace("|", "/"))
        return line


@contextmanager
def running(name: str, python: str) -> Iterator[Side]:
    """Yield a site that runs in this environment. Raise :class:`Unavailable`."""
    pipe = subprocess.PIPE
    with TemporaryDirectory() as folder:
        command = [python, "-m", "bench.peers.side", name, folder]
        process = subprocess.Popen(command, cwd=ROOT, text=True, stdin=pipe, stdout=pipe, stderr=pipe)
        try:
            yield Side(process)
        finally:
            process.kill()
            process.communicate()


def python_of(peer: Peer) -> str:
    """Return the Python that has the peer installed in its pinned versions. Raise :class:`Unavailable`."""
    pins = Path(__file__).with_name(f"{peer.name}.txt")
    folder = installed(_with_version(peer), (VENV, (*PIP, "--no-deps", *pins.read_text().split())))
    return str(folder / "bin" / "python")


def _with_version(peer: Peer) -> str:
    pins = Path(__file__).with_name(f"{peer.name}.txt").read_text().lower().split()
    return next(pin for pin in pins if pin.startswith(f"{peer.name}==")).replace("==", "-")


def measure() -> tuple[dict[str, float], list[tuple[str, ...]]]:
    """Return CPU milliseconds of a sign-in by side, and a table that also says what is not equal."""
    found: dict[str, float] = {}
    reasons: dict[str, str] = {}
    requests: dict[str, int] = {}
    with ExitStack() as until_end:
        sides = {OURS: until_end.enter_context(running(OURS, sys.executable))}
        for peer in PEERS:
            try:
                sides[peer.name] = until_end.enter_context(running(peer.name, python_of(peer)))
            except Unavailable as reason:
                reasons[peer.name] = str(reason)
        for _ in range(TURNS):
            for name, side in list(sides.items()):
                try:
                    side.take_turn()
                except Unavailable as reason:
                    if name == OURS:
                        raise
                    reasons[name] = str(reason)
                    del sides[name]
        for name, side in sides.items():
            found[name], requests[name] = statistics.median(side.times), side.requests
    lines: list[tuple[str, ...]] = [("sign-in with a code", "ms CPU", "ours ÷ it", "requests", "not equal")]
    lines.append((OURS, f"{found[OURS]:.2f}", "–", str(requests[OURS]), "–"))
    for peer in PEERS:
        if peer.name in found:
            cells = (
                f"{found[peer.name]:.2f}",
                f"{found[OURS] / found[peer.name]:.2f} ×",
                str(requests[peer.name]),
            )
            lines.append((_with_version(peer), *cells, peer.unequal))
        else:
            lines.append((_with_version(peer), "–", "–", "–", reasons[peer.name]))
    return found, lines
