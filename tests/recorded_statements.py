"""Record every statement of both apps' stores in a test run, into the folder RECORD_STATEMENTS."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

FOLDER = "RECORD_STATEMENTS"
_statements: dict[str, set[str]] = {"webapp": set(), "mocksms": set()}


def pytest_configure() -> None:
    """Listen to both apps' engines."""
    if FOLDER in os.environ:
        from mocksms.store.engine import recording as phone
        from webapp.store.engine import recording as site

        listeners: list[list[Callable[[str], None]]] = [site.listeners, phone.listeners]
        for heard, found in zip(listeners, _statements.values(), strict=True):
            heard.append(found.add)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write a file for this process; each worker has one."""
    if FOLDER in os.environ:
        found = {app: sorted(statements) for app, statements in _statements.items()}
        path = Path(os.environ[FOLDER]) / f"{os.getpid()}.json"
        path.write_text(json.dumps(found))


def merged(folder: Path) -> dict[str, set[str]]:
    """Return the statements of all processes by app."""
    found: dict[str, set[str]] = {app: set() for app in _statements}
    for path in folder.glob("*.json"):
        for app, statements in json.loads(path.read_text()).items():
            found[app].update(statements)
    return found
