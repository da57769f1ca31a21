"""Prepare this checkout: `bootstrap.py run | develop | docs | test | check | browser`, for Makefile's targets.

`run` needs the environment, the packages and the catalogues; `develop` the tools besides; `docs` Graphviz too. `test`
and `check` install the programs that tests need, as far as possible; `browser` requires one. Each step leaves a stamp
with the hash of its input, so repeating it takes no time. Standard library only: it runs before anything is
installed.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools import browser, programs

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
TRANSLATIONS = (ROOT / "webapp" / "translations", ROOT / "mocksms" / "translations")
LOCKS = {
    "run": ("requirements.txt",),
    "develop": ("requirements.txt", "requirements-dev.txt"),
    "docs": ("requirements.txt", "requirements-dev.txt", "requirements-docs.txt"),
    "test": ("requirements.txt", "requirements-dev.txt"),
    "check": ("requirements.txt", "requirements-dev.txt"),
    "browser": ("requirements.txt", "requirements-dev.txt"),
}


class BootstrapError(Exception):
    """A problem that this script cannot solve; the text is the line for the user."""


def main(arguments: list[str]) -> int:
    """Prepare for one purpose. Return 0 on success, else 1 after one clear line."""
    if len(arguments) != 1 or arguments[0] not in LOCKS:
        print(f"usage: bootstrap.py {' | '.join(LOCKS)}", file=sys.stderr)
        return 2
    purpose = arguments[0]
    try:
        with _exclusive():
            make_environment()
            install_packages(LOCKS[purpose] + _of_engine(purpose))
            compile_catalogues()
            if purpose in ("test", "check"):
                programs.ensure(str(PYTHON), for_check=purpose == "check")
            wants_browser = purpose == "browser" or os.environ.get("BROWSER_PATH")
            if wants_browser and browser.ensure(str(PYTHON)) is None:
                raise BootstrapError(_no_browser())
    except BootstrapError as problem:
        print(f"nidankai: {problem}", file=sys.stderr)
        return 1
    return 0


def _of_engine(purpose: str) -> tuple[str, ...]:
    """Return what `make run ENGINE=postgres` needs besides: the driver, and a server where none is found."""
    if purpose != "run" or os.environ.get("ENGINE") != "postgres":
        return ()
    return ("requirements-postgres.txt",) + (() if programs.postgres() else ("requirements-dev.txt",))


@contextmanager
def _exclusive() -> Iterator[None]:
    """Lock: concurrent calls of make wait for each other."""
    lock = ROOT / ".setup.lock"
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make_environment() -> None:
    """Make `.venv`, or replace it when its Python is gone or too old."""
    check = [str(PYTHON), "-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))"]
    if PYTHON.exists() and subprocess.run(check, capture_output=True).returncode == 0:
        return
    if importlib.util.find_spec("ensurepip") is None:
        _get_ensurepip()
    _say(f"making .venv with Python {sys.version.split()[0]}")
    # The base interpreter, so that an environment is never made with the one being replaced.
    base = getattr(sys, "_base_executable", sys.executable)
    if subprocess.run([base, "-m", "venv", "--clear", str(VENV)]).returncode:
        raise BootstrapError("Python could not make the virtual environment .venv; its own words are above.")


def _get_ensurepip() -> None:
    """Install Debian's package of ensurepip as root; tell other users how."""
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if not shutil.which("apt-get"):
        raise BootstrapError(
            "this Python has no ensurepip, which makes environments; install a complete one."
        )
    if os.geteuid() != 0 or not browser.apt_install(package):
        raise BootstrapError(f"this Python cannot make environments yet; run: sudo apt-get install {package}")
    importlib.invalidate_caches()


def install_packages(locks: tuple[str, ...]) -> None:
    """Install the locked packages with their hashes, unless exactly these are installed."""
    stale = [lock for lock in locks if not Stamp(lock).is_fresh]
    if not stale:
        return
    _say(f"installing {' and '.join(stale)} (once; about a minute)")
    wanted = [argument for lock in stale for argument in ("-r", lock)]
    # Python compiles a module when it is first imported; many never are.
    pip = [
        str(PYTHON),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-compile",
        "--disable-pip-version-check",
        "--require-hashes",
    ]
    if subprocess.run([*pip, *wanted], cwd=ROOT, stdin=subprocess.DEVNULL).returncode:
        raise BootstrapError(
            "pip could not install the requirements; its own words are above. Is there a network?"
        )
    for lock in stale:
        Stamp(lock).write()


def compile_catalogues() -> None:
    """Compile each catalogue that is newer than its compiled form."""
    for folder in TRANSLATIONS:
        texts = folder.glob("*/LC_MESSAGES/*.po")
        if any(_is_older(text.with_suffix(".mo"), text) for text in texts):
            compiled = subprocess.run(
                [str(PYTHON), "-m", "babel.messages.frontend", "compile", "--directory", str(folder)],
                capture_output=True,
                text=True,
            )
            if compiled.returncode:
                raise BootstrapError(
                    f"the translations in {folder} cannot be compiled: {compiled.stderr.strip()}"
                )


def _is_older(made: Path, source: Path) -> bool:
    return not made.exists() or made.stat().st_mtime < source.stat().st_mtime


@dataclass(frozen=True)
class Stamp:
    """The hash of a lock when it was last installed into this environment."""

    lock: str

    @property
    def path(self) -> Path:
        return VENV / f".installed-{self.lock}"

    @property
    def is_fresh(self) -> bool:
        return self.path.exists() and self.path.read_text() == self._hash()

    def write(self) -> None:
        self.path.write_text(self._hash())

    def _hash(self) -> str:
        parts = (ROOT / self.lock, VENV / "pyvenv.cfg")
        return hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()


def _no_browser() -> str:
    named = os.environ.get("BROWSER_PATH")
    if named:
        return f"BROWSER_PATH names {named}, which is no program that can be run."
    return "no Chromium was found or could be installed; install one or set BROWSER_PATH."


def _say(text: str) -> None:
    print(f"nidankai: {text} …", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
