"""Event loops of tests."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Result = TypeVar("Result")


def run(walk: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine in a thread: a browser of Playwright's leaves a running loop in the thread of the tests."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, walk).result()
