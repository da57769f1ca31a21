"""The type of a script: what the stage does step by step, for one person or two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from webapp import paths
from webapp.sandbox.journeys.steps import Step

Parts = tuple[tuple[Any, tuple[Step, ...]], ...]


@dataclass(frozen=True)
class Script:
    """A script of ``parts``, each with its name and its steps.

    It begins on the site's page ``start``. ``who`` is the persona of the first steps, signed in from the beginning if
    the script is ``taken_on``. The phone shows ``handset`` first, a path below its handsets; "" is the persona's own.
    """

    key: str
    title: Any
    who: str
    parts: Parts
    start: str = paths.HOME
    taken_on: bool = False
    handset: str = ""
