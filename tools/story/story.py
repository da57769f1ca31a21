"""A story: a flow of the site as a user walks it."""

from __future__ import annotations

from dataclasses import dataclass

from tools.story.steps import Both, Step


@dataclass(frozen=True)
class Story:
    """``name`` is its file's and link's, ``title`` and ``opening`` are in both languages, ``persona`` walks it."""

    name: str
    title: Both
    opening: Both
    persona: str
    steps: tuple[Step, ...]
    others: tuple[str, ...] = ()
