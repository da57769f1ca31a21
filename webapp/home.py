"""Where this copy's files and data are: in a clone, or in an installed package."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

VERSION = "0.1.0"
PARENT = Path(__file__).resolve().parent.parent
"""The folder that holds the packages: the clone, or site-packages."""


def is_clone() -> bool:
    """Return whether this copy runs from a clone of the repository (an editable install does, too)."""
    return (PARENT / "pyproject.toml").is_file()


def templates() -> Path:
    """Return the folder of the templates: the clone keeps it beside the packages, a wheel inside."""
    return PARENT / "templates" if is_clone() else Path(__file__).parent / "templates"


def data_folder() -> Path:
    """Return the default folder of all data: the clone's own, or the user's where it is installed."""
    if is_clone():
        return PARENT / "instance"
    import platformdirs

    return platformdirs.user_data_path("nidankai", appauthor=False)


COMMAND = "NIDANKAI_COMMAND"
"""The variable that tells a server by which command it was started, for its `--help`."""


def python(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module of this copy; start it with `environment`.

    A package of the same name in the current folder does not hide it.
    """
    return [sys.executable, "-P", "-m", module, *arguments]


def environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment in which another process finds this copy's packages."""
    path = [str(PARENT), *filter(None, [environ.get("PYTHONPATH")])]
    return {**environ, "PYTHONPATH": os.pathsep.join(path)}
