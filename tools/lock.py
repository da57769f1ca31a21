"""`make lock`: pin and hash the packages of the .in files. The locks name no registry."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = (
    "--quiet",
    "--generate-hashes",
    "--strip-extras",
    "--allow-unsafe",
    "--no-emit-index-url",
    "--no-emit-find-links",
)


def main(arguments: list[str]) -> int:
    """Lock all files, the run's own first because it constrains the others. `--upgrade` is passed on."""
    for name in (
        "requirements",
        "requirements-voice",
        "requirements-postgres",
        "requirements-dev",
        "requirements-docs",
    ):
        command = [sys.executable, "-m", "piptools", "compile", *OPTIONS, *arguments]
        locked = subprocess.run([*command, "--output-file", f"{name}.txt", f"{name}.in"], cwd=ROOT)
        if locked.returncode:
            return locked.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
