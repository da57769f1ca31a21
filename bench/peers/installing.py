"""Install a comparable tool once, apart from this project's packages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from bench.measure import ROOT

INSTALL_SECONDS = 600
DONE = ".installed"
VENV = (sys.executable, "-m", "venv", ".")
PIP = ("bin/python", "-m", "pip", "install", "-q")
NPM = ("npm", "install", "--prefix", ".", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund")


class Unavailable(Exception):
    """A tool cannot be measured here; the text says why, in a few words."""


def installed(name: str, commands: Iterable[tuple[str, ...]]) -> Path:
    """Return the folder that a tool is installed in, after these commands if it is not. Raise :class:`Unavailable`."""
    folder = ROOT / os.environ.get("INSTANCE", "instance") / "bench" / name
    done, wanted = folder / DONE, "\n".join(" ".join(command) for command in commands)
    if done.exists() and done.read_text(encoding="utf-8") == wanted:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    end = time.monotonic() + INSTALL_SECONDS
    for command in commands:
        try:
            left = max(end - time.monotonic(), 1)
            subprocess.run(command, cwd=folder, check=True, timeout=left, capture_output=True)
        except FileNotFoundError:
            raise Unavailable(f"not installed: there is no {command[0]}") from None
        except subprocess.TimeoutExpired:
            raise Unavailable(f"not installed within {INSTALL_SECONDS} s") from None
        except subprocess.CalledProcessError as error:
            raise Unavailable(f"not installed ({_reason(error)}): is this machine offline?") from None
    done.write_text(wanted, encoding="utf-8")
    return folder


def _reason(error: subprocess.CalledProcessError) -> str:
    """Return the first line that tells of an error, short enough for a cell."""
    lines = [line for line in error.stderr.decode(errors="replace").splitlines() if "rror" in line]
    return (lines or [str(error)])[0][:60].replace("|", "/")
